"""
Triage, the pipeline: `contacts.received` → decoded → read → decided → `contacts.triaged`, `routes.<queue>` → committed.

Reading order: reading/ (what a text says) → areas/ (a company's own areas) → rules, routes.yaml (who should act) → remedies (what is
known to help) → decide (all of it as one event) → desk (a batch of records, in a thread) → burial (what cannot be used) → attendance,
notes (at which record a process died) → pipeline (from top to bottom) → shelf (what is known of a topic, kept up to date) → replay
(dead letters, sent again) → reread, forgotten (what was received, read again, but for whom it must not) → previews, pages/ (what a
person sees of it), api → metrics, settings, __main__.
"""
