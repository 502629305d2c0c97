-- What a proof compares, day by day, $3 to $4 (excluded), UTC. Days without contacts are left out.

-- name: contacts
SELECT (hour AT TIME ZONE 'UTC')::date AS day, sum(contacts)::bigint AS number
FROM signal_hours
WHERE tenant = $1 AND signal_id = $2
  AND hour >= $3::date::timestamp AT TIME ZONE 'UTC' AND hour < $4::date::timestamp AT TIME ZONE 'UTC'
GROUP BY day

-- name: contacts_of_product
SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, count(DISTINCT contact_id) AS number
FROM frictions
WHERE tenant = $1 AND signal_id = $2 AND product = $5
  AND occurred_at >= $3::date::timestamp AT TIME ZONE 'UTC' AND occurred_at < $4::date::timestamp AT TIME ZONE 'UTC'
GROUP BY day

-- name: outside
-- All contacts but those of the signal and of every other that moved by itself meanwhile.
SELECT day, greatest(0, whole.number - coalesce(inside.number, 0)) AS number
FROM (
    SELECT day, sum(contacts)::bigint AS number FROM contact_days
    WHERE tenant = $1 AND day >= $3 AND day < $4
    GROUP BY day
) AS whole
LEFT JOIN (
    SELECT (hour AT TIME ZONE 'UTC')::date AS day, sum(contacts)::bigint AS number
    FROM signal_hours
    WHERE tenant = $1 AND signal_id IN (SELECT moved_signals($1, $2, $3, $4))
      AND hour >= $3::date::timestamp AT TIME ZONE 'UTC' AND hour < $4::date::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
) AS inside USING (day)

-- name: outside_of_product
SELECT day, greatest(0, whole.number - coalesce(inside.number, 0)) AS number
FROM (
    SELECT day, sum(contacts)::bigint AS number FROM contact_days
    WHERE tenant = $1 AND day >= $3 AND day < $4 AND product = $5
    GROUP BY day
) AS whole
LEFT JOIN (
    SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, count(DISTINCT contact_id) AS number
    FROM frictions
    WHERE tenant = $1 AND signal_id IN (SELECT moved_signals($1, $2, $3, $4)) AND product = $5
      AND occurred_at >= $3::date::timestamp AT TIME ZONE 'UTC' AND occurred_at < $4::date::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1
) AS inside USING (day)
