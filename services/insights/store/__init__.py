"""
What insights knows, in PostgreSQL. SQL stands in sql/<room>.sql, in named blocks.

connection, migrations, blocks, vectors → locks, offsets → people, contacts, rollups, signals → outcomes, letters → recount
"""
