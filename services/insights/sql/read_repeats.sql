-- Failures: what came back, and who met it again.

-- name: page
SELECT
    r.repeat_id, r.signal_id, s.title, s.status, r.fix_id, f.version AS fixed_version, r.contact_id AS answered, c.customer,
    r.since, r.first_at, r.latest_at, r.meetings, r.contacts, r.customers, r.customers_again, r.evidence
FROM repeats AS r
JOIN signals AS s ON s.tenant = r.tenant AND s.signal_id = r.signal_id
LEFT JOIN fixes AS f ON f.tenant = r.tenant AND f.fix_id = r.fix_id
LEFT JOIN contact_keys AS k ON k.tenant = r.tenant AND k.contact_id = r.contact_id
LEFT JOIN contacts AS c ON c.tenant = k.tenant AND c.occurred_at = k.occurred_at AND c.contact_id = k.contact_id AND c.erased_at IS NULL
WHERE r.tenant = $1 AND ($2::uuid IS NULL OR r.signal_id = $2) AND ($3::boolean IS NULL OR (r.fix_id IS NOT NULL) = $3)
  AND (r.latest_at, r.repeat_id) < ($4, $5)
ORDER BY r.latest_at DESC, r.repeat_id DESC
LIMIT $6

-- name: total
SELECT count(*) FROM repeats
WHERE tenant = $1 AND ($2::uuid IS NULL OR signal_id = $2) AND ($3::boolean IS NULL OR (fix_id IS NOT NULL) = $3)
