"""
What a contact costs: the CPU time of each service, as ratios to the barest thing that could do the job.

Reading order: measure (CPU time, rounds, ratios) → contacts (what is sent) → ground, load, backlog (what it is sent over)
→ intake, triage, insights (one table each) → report → __main__. `baselines` are the bare things, programs of their own.
`redaction` needs none of that: how well personal data is found, and how fast.
`reading` stands apart: how well triage reads, and how fast. So do `trend` (over `streams`) and `proof`: how soon and how rarely wrongly.
"""
