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
    (SELECT count(DISTINCT person) FROM signal_customers WHERE tenant = $1 AND signal_id = $2 AND contacts > 0) AS customers,
    (SELECT coalesce(sum(contacts), 0)::bigint FROM signal_hours WHERE tenant = $1 AND signal_id = $2) AS contacts
FROM signals AS s
WHERE s.tenant = $1 AND s.signal_id = $2
