-- Failures, worked out anew every round.

-- name: since_fix
-- All that was said about a signal by whoever said something about it after $3, but for what was erased.
WITH later AS (
    SELECT DISTINCT person FROM frictions WHERE tenant = $1 AND signal_id = $2 AND occurred_at > $3
), met AS (
    SELECT DISTINCT f.contact_id, f.occurred_at, f.person
    FROM frictions AS f
    JOIN later USING (person)
    WHERE f.tenant = $1 AND f.signal_id = $2
)
SELECT m.contact_id, m.occurred_at, m.person, c.source, c.thread_id, c.product, c.product_version
FROM met AS m
JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = m.occurred_at AND c.contact_id = m.contact_id
WHERE c.erased_at IS NULL

-- name: answered
-- All that was said about a signal by a customer who was answered there after $2 and met it more than once.
WITH answered AS (
    SELECT DISTINCT f.signal_id, f.person
    FROM outcomes AS o
    JOIN contact_keys AS k ON k.tenant = o.tenant AND k.contact_id = o.contact_id
    JOIN frictions AS f ON f.tenant = o.tenant AND f.occurred_at = k.occurred_at AND f.contact_id = k.contact_id
    WHERE o.tenant = $1 AND o.occurred_at > $2 AND o.resolution = 'won' AND f.signal_id IS NOT NULL
), twice AS (
    SELECT a.signal_id, a.person FROM answered AS a
    JOIN signals AS s ON s.tenant = $1 AND s.signal_id = a.signal_id AND s.merged_into IS NULL AND s.status <> 'set_aside'
    WHERE 1 < (SELECT sum(contacts) FROM signal_customers WHERE tenant = $1 AND person = a.person AND signal_id = a.signal_id)
)
SELECT DISTINCT t.signal_id, f.contact_id, f.occurred_at, f.person, c.source, c.thread_id, c.product, c.product_version,
    o.occurred_at AS answered_at
FROM twice AS t
JOIN contacts AS c ON c.tenant = $1 AND c.customer = t.person
JOIN frictions AS f ON f.tenant = $1 AND f.occurred_at = c.occurred_at AND f.contact_id = c.contact_id AND f.signal_id = t.signal_id
LEFT JOIN outcomes AS o ON o.tenant = $1 AND o.contact_id = c.contact_id AND o.resolution = 'won'
WHERE c.erased_at IS NULL
ORDER BY t.signal_id, f.person

-- name: forget_others
DELETE FROM repeats WHERE tenant = $1 AND repeat_id <> ALL ($2::uuid[])

-- name: keep
INSERT INTO repeats AS r (
    tenant, repeat_id, signal_id, fix_id, contact_id, since, first_at, latest_at, meetings, contacts, customers, customers_again, evidence
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (tenant, repeat_id) DO UPDATE
SET since = excluded.since, first_at = excluded.first_at, latest_at = excluded.latest_at, meetings = excluded.meetings,
    contacts = excluded.contacts, customers = excluded.customers, customers_again = excluded.customers_again,
    evidence = excluded.evidence
WHERE (r.since, r.first_at, r.latest_at, r.contacts, r.customers, r.customers_again, r.evidence) IS DISTINCT FROM
    (excluded.since, excluded.first_at, excluded.latest_at, excluded.contacts, excluded.customers, excluded.customers_again,
     excluded.evidence)
