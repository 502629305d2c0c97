-- Signals as they stand, from the rollups: one row per signal, whatever their size.

-- name: standings
SELECT
    s.signal_id, s.title, s.title_by, s.status, s.trend, s.owner, s.note, s.merged_into, s.founded_at, s.opened_at, z.snoozed_at,
    coalesce(t.contacts, 0) AS contacts, coalesce(t.frictions, 0) AS frictions, coalesce(t.intensity, 0) AS intensity,
    h.first_hour, h.last_hour,
    coalesce(t.customers, 0) AS customers,
    v.annual_value, v.customers AS valued_customers
FROM signals AS s
LEFT JOIN signal_totals AS t ON t.tenant = s.tenant AND t.signal_id = s.signal_id
LEFT JOIN LATERAL (
    SELECT min(hour) AS first_hour, max(hour) AS last_hour FROM signal_hours WHERE tenant = s.tenant AND signal_id = s.signal_id
) AS h ON true
LEFT JOIN signal_values AS v ON v.tenant = s.tenant AND v.signal_id = s.signal_id
LEFT JOIN snoozes AS z ON z.tenant = s.tenant AND z.signal_id = s.signal_id
WHERE s.tenant = $1 AND s.merged_into IS NULL
  AND ($2::text IS NULL OR s.status = $2)
  AND ($3::text IS NULL OR s.trend = $3)
  AND ($4::boolean IS NULL OR $4 = (z.signal_id IS NOT NULL))

-- name: one_standing
SELECT
    s.signal_id, s.title, s.title_by, s.status, s.trend, s.owner, s.note, s.merged_into, s.founded_at, s.opened_at, z.snoozed_at,
    coalesce(t.contacts, 0) AS contacts, coalesce(t.frictions, 0) AS frictions, coalesce(t.intensity, 0) AS intensity,
    h.first_hour, h.last_hour,
    coalesce(t.customers, 0) AS customers,
    v.annual_value, v.customers AS valued_customers
FROM signals AS s
LEFT JOIN signal_totals AS t ON t.tenant = s.tenant AND t.signal_id = s.signal_id
LEFT JOIN LATERAL (
    SELECT min(hour) AS first_hour, max(hour) AS last_hour FROM signal_hours WHERE tenant = s.tenant AND signal_id = s.signal_id
) AS h ON true
LEFT JOIN signal_values AS v ON v.tenant = s.tenant AND v.signal_id = s.signal_id
LEFT JOIN snoozes AS z ON z.tenant = s.tenant AND z.signal_id = s.signal_id
WHERE s.tenant = $1 AND s.signal_id = $2

-- name: weeks
-- Contacts per signal and stretch of seven days before a moment, 0 the latest.
SELECT signal_id, floor(extract(epoch FROM $2::timestamptz - hour) / 604800)::integer AS weeks_ago, sum(contacts)::bigint AS contacts
FROM signal_hours
WHERE tenant = $1 AND hour > $2::timestamptz - make_interval(weeks => $3) AND hour <= $2
  AND signal_id = ANY($4::uuid[])
GROUP BY signal_id, weeks_ago

-- name: matching
-- Signals with a contact that fits, and how many customers and contacts of theirs do.
SELECT f.signal_id, count(DISTINCT f.person) AS customers, count(DISTINCT f.contact_id) AS contacts
FROM frictions AS f
LEFT JOIN signals AS s ON $9::text IS NOT NULL AND s.tenant = f.tenant AND s.signal_id = f.signal_id
LEFT JOIN contacts AS c ON $9::text IS NOT NULL AND c.tenant = f.tenant AND c.occurred_at = f.occurred_at AND c.contact_id = f.contact_id
WHERE f.tenant = $1 AND f.signal_id IS NOT NULL
  AND ($2::text IS NULL OR f.kind = $2)
  AND ($3::text IS NULL OR f.product = $3)
  AND ($4::text IS NULL OR f.product_version = $4)
  AND ($5::text IS NULL OR f.channel = $5)
  AND ($6::text IS NULL OR f.plan = $6)
  AND ($7::timestamptz IS NULL OR f.occurred_at >= $7)
  AND ($8::timestamptz IS NULL OR f.occurred_at < $8)
  AND ($9::text IS NULL OR s.title ILIKE $9 OR c.text ILIKE $9)
GROUP BY f.signal_id

-- name: is_there
SELECT EXISTS (SELECT FROM signals WHERE tenant = $1 AND signal_id = $2)
