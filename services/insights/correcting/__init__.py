"""
What people change about the grouping and about what was read. Every word is kept beside what the machine said, so it can be taken back.

refusals (what cannot be done) → merging, splitting, moving, pinning, changing, snoozing (signals) → labelling (contacts) → restoring,
undoing (all of them)
"""
