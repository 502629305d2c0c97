"""
Triage, the pipeline: `contacts.received` → decoded → read → decided → `contacts.triaged`, `routes.<queue>` → committed.

Reading order: reading/ (what a text says) → rules, routes.yaml (who should act) → remedies (what is known to help) → decide (all of
it as one event) → desk (a batch of records, in a thread) → burial (what cannot be used) → attendance, notes (at which record a process
died) → pipeline (from top to bottom) → shelf (the remedy book, kept up to date) → replay (dead letters, sent again) → api, metrics,
settings, __main__.
"""
