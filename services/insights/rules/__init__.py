"""
What insights decides: no I/O, no clock, no randomness of its own.

retelling (does a contact count, again?) → tally (what it counts for) → people (who is who) → nearest (which signal)
→ grouping, titles (which new signals) → trend, priority (how signals are judged) → suspicion (what a process died at)
"""
