-- name: wait_turn
-- Positions are given in the order of commits: from here to its end a transaction is the only one that records for the tenant.
SELECT pg_advisory_xact_lock(hashtext('failbetter.changes'), hashtext($1))

-- name: record
INSERT INTO signal_changes (tenant, signal_id, change_id, change, actor, changed_at, before, after, other_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
RETURNING true

-- name: signal
SELECT
    s.title, s.status, s.trend,
    coalesce(t.customers, 0) AS customers, coalesce(t.contacts, 0) AS contacts
FROM signals AS s
LEFT JOIN signal_totals AS t USING (tenant, signal_id)
WHERE s.tenant = $1 AND s.signal_id = $2
