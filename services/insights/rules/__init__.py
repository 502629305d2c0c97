"""
What insights decides: no I/O, no clock, no randomness of its own.

retelling (does a contact count, again?) → tally (what it counts for) → people (who is who) → nearest (which signal)
→ grouping, titles (which new signals) → merging, dividing, anchors, labels (what people say instead) → baseline, surprise, trend, priority (how signals are judged)
→ proof, recurrence, versions (whether a fix works) → shrinkage (under baseline and proof) → suspicion (what a process died at)
"""
