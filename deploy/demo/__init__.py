"""
`python -m deploy.demo`: the main job on one machine, with real complaints.

contacts (the sample, moved to now) → replay (through intake's HTTP) → findings (what insights made of them) → screen (for people).
"""
