-- Customers who are to be told of a fix.

-- name: open
-- Of every customer who met the friction, who did not meet it with the fix ($4) and was not told of it yet nor since: one contact, the
-- latest by which the upstream app can find them.
WITH told AS (
    SELECT c.person, bool_or(l.fix_id = $3) AS of_this, max(l.closed_at) AS closed_at
    FROM loops AS l
    JOIN contact_keys AS k ON k.tenant = l.tenant AND k.contact_id = l.contact_id
    JOIN contacts AS c ON c.tenant = k.tenant AND c.occurred_at = k.occurred_at AND c.contact_id = k.contact_id
    WHERE l.tenant = $1 AND l.signal_id = $2
    GROUP BY c.person
), met AS (
    SELECT person, max(day) AS latest FROM signal_customers
    WHERE tenant = $1 AND signal_id = $2
    GROUP BY person
), open AS (
    SELECT m.person FROM met AS m
    LEFT JOIN told AS t ON t.person = m.person
    LEFT JOIN unnest($4::text[]) AS back (person) ON back.person = m.person
    WHERE back.person IS NULL AND NOT coalesce(t.of_this OR t.closed_at > m.latest + 1, false)
    ORDER BY m.person
    LIMIT $5
)
SELECT DISTINCT ON (o.person) c.contact_id, c.customer, c.source, c.thread_id, c.external_id
FROM open AS o
JOIN frictions AS f ON f.tenant = $1 AND f.signal_id = $2 AND f.person = o.person
JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = f.occurred_at AND c.contact_id = f.contact_id
ORDER BY o.person, (c.thread_id IS NULL AND c.external_id IS NULL), c.occurred_at DESC

-- name: close
INSERT INTO loops (tenant, signal_id, fix_id, contact_id, is_closable, closed_at)
SELECT $1, $2, $3, contact_id, is_closable, $6 FROM unnest($4::uuid[], $5::boolean[]) AS said (contact_id, is_closable)
ON CONFLICT DO NOTHING
