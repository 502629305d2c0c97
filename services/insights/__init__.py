"""contacts.triaged → pipeline (one transaction: rows, rollups, offsets) → PostgreSQL → discovery → signals → api, pages."""
