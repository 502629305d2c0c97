-- Whom a fix was for, and whether they could be told.

-- name: page
SELECT l.contact_id, l.fix_id, l.is_closable, l.closed_at, c.source, c.thread_id, c.external_id
FROM loops AS l
LEFT JOIN contact_keys AS k ON k.tenant = l.tenant AND k.contact_id = l.contact_id
LEFT JOIN contacts AS c ON c.tenant = k.tenant AND c.occurred_at = k.occurred_at AND c.contact_id = k.contact_id
WHERE l.tenant = $1 AND l.signal_id = $2 AND ($3::boolean IS NULL OR l.is_closable = $3) AND (l.closed_at, l.contact_id) < ($4, $5)
ORDER BY l.closed_at DESC, l.contact_id DESC
LIMIT $6

-- name: numbers
SELECT count(*) FILTER (WHERE is_closable) AS closed, count(*) FILTER (WHERE NOT is_closable) AS not_closable
FROM loops WHERE tenant = $1 AND signal_id = $2
