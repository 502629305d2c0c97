"""
The steps of the pipeline inside its transaction: people (who is counted) → contacts (what is counted) → obedience (what people
said instead) → outcomes (how it ended).
"""
