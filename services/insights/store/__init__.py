"""
What insights knows, in PostgreSQL. SQL stands in sql/<room>.sql, in named blocks.

connection, migrations, blocks, vectors → locks, offsets → people, outcomes, contacts, values, rollups, signals, priority → outbox, snoozes, changes, remedies → placements, corrections, grouping, changelog (what people say) → letters → recount
"""
