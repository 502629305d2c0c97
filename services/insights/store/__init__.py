"""
What insights knows, in PostgreSQL. SQL stands in sql/<room>.sql, in named blocks.

connection, migrations, blocks, vectors → locks, offsets → people, contacts, rollups, signals → outbox, changes → placements, corrections, grouping, changelog (what people say) → outcomes, letters → recount
"""
