-- What signals got, hour by hour, and how they are judged by it. Hours are numbered from a Monday 00:00 UTC, $2.

-- name: tenants
SELECT DISTINCT tenant FROM signals WHERE merged_into IS NULL ORDER BY tenant

-- name: followed
-- The signals of a tenant: their trend so far, and the first and the latest hour in which somebody met them.
SELECT s.signal_id, s.trend, s.calm_since, min(h.hour) AS first_hour, max(h.hour) AS last_hour
FROM signals AS s
LEFT JOIN signal_hours AS h ON h.tenant = s.tenant AND h.signal_id = s.signal_id AND h.contacts > 0 AND h.hour <= $2
WHERE s.tenant = $1 AND s.merged_into IS NULL
GROUP BY s.signal_id, s.trend, s.calm_since
ORDER BY s.signal_id

-- name: grouped
-- The latest change of how the tenant's signals are grouped, by its place in the log, and as how many frictions they were arranged.
SELECT
    (SELECT coalesce(max(position), 0) FROM signal_changes WHERE tenant = $1 AND change = ANY ('{merged,split,undone}'))
    + (SELECT coalesce(sum(frictions), 0) FROM arranged WHERE tenant = $1)

-- name: hours
-- Contacts per signal and hour from hour $4 to hour $5 (excluded).
SELECT
    signal_id,
    array_agg((extract(epoch FROM hour - $2::timestamptz) / 3600)::integer) AS hours,
    array_agg(contacts) AS contacts
FROM signal_hours
WHERE tenant = $1 AND signal_id = ANY ($3::uuid[])
  AND hour >= $2::timestamptz + make_interval(hours => $4) AND hour < $2::timestamptz + make_interval(hours => $5)
GROUP BY signal_id

-- name: latest
-- Contacts per signal between two moments. By whole hours a surge would be known too late.
SELECT f.signal_id, count(DISTINCT f.contact_id) AS contacts
FROM frictions AS f
WHERE f.tenant = $1 AND f.occurred_at > $2 AND f.occurred_at <= $3 AND f.signal_id IS NOT NULL
GROUP BY f.signal_id

-- name: set_trends
UPDATE signals AS s
SET trend = said.trend, calm_since = CASE WHEN s.trend = 'escalating' THEN $4 ELSE s.calm_since END
FROM unnest($2::uuid[], $3::text[]) AS said (signal_id, trend)
WHERE s.tenant = $1 AND s.signal_id = said.signal_id
