-- What changed, in the order in which it was committed: whoever has seen one position of a tenant has seen all before it.

-- name: latest
SELECT asked.tenant, coalesce((SELECT max(position) FROM signal_changes AS c WHERE c.tenant = asked.tenant), 0) AS position
FROM unnest($1::text[]) AS asked (tenant)

-- name: missed
-- How many changes were made after a position, as far as that matters.
SELECT count(*) FROM (SELECT FROM signal_changes WHERE tenant = $1 AND position > $2 LIMIT $3) AS missed

-- name: after
SELECT
    c.position, c.change_id, c.signal_id, c.change, c.actor, c.changed_at, c.before, c.after, s.title, s.status, s.trend
FROM signal_changes AS c
LEFT JOIN signals AS s USING (tenant, signal_id)
WHERE c.tenant = $1 AND c.position > $2
ORDER BY c.position
LIMIT $3
