-- Customers who are to be told of a fix.

-- name: open
-- Of every customer who met the friction, who did not meet it with the fix ($4) and was not told of it yet nor since: one contact, the
-- latest by which the upstream app can find them.
WITH told AS (
    SELECT c.person, l.fix_id, l.closed_at
    FROM loops AS l
    JOIN contact_keys AS k ON k.tenant = l.tenant AND k.contact_id = l.contact_id
    JOIN contacts AS c ON c.tenant = k.tenant AND c.occurred_at = k.occurred_at AND c.contact_id = k.contact_id
    WHERE l.tenant = $1 AND l.signal_id = $2
), met AS (
    SELECT person, max(occurred_at) AS latest_at FROM frictions
    WHERE tenant = $1 AND signal_id = $2 AND person <> ALL ($4::text[])
    GROUP BY person
)
SELECT DISTINCT ON (m.person) c.contact_id, c.customer, c.source, c.thread_id, c.external_id
FROM met AS m
JOIN frictions AS f ON f.tenant = $1 AND f.signal_id = $2 AND f.person = m.person
JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = f.occurred_at AND c.contact_id = f.contact_id
WHERE NOT EXISTS (SELECT FROM told AS t WHERE t.person = m.person AND (t.fix_id = $3 OR t.closed_at > m.latest_at))
ORDER BY m.person, (c.thread_id IS NULL AND c.external_id IS NULL), c.occurred_at DESC
LIMIT $5

-- name: close
INSERT INTO loops (tenant, signal_id, fix_id, contact_id, is_closable, closed_at)
SELECT $1, $2, $3, contact_id, is_closable, $6 FROM unnest($4::uuid[], $5::boolean[]) AS said (contact_id, is_closable)
ON CONFLICT DO NOTHING
