-- The overview, from the daily rollup and the outcomes of a range of days.

-- name: dispositions
SELECT disposition, sum(contacts)::bigint AS contacts, sum(frictions)::bigint AS frictions
FROM contact_days
WHERE tenant = $1 AND day >= $2 AND day < $3
GROUP BY disposition
ORDER BY contacts DESC, disposition

-- name: outcomes
SELECT
    count(*) FILTER (WHERE resolution = 'won')  AS won,
    count(*) FILTER (WHERE resolution = 'lost') AS lost,
    count(csat)                                 AS answers,
    count(*) FILTER (WHERE csat >= 4)           AS satisfied
FROM outcomes
WHERE tenant = $1 AND occurred_at >= $2 AND occurred_at < $3

-- name: waiting
SELECT count(*) FROM frictions WHERE tenant = $1 AND signal_id IS NULL AND NOT is_placed AND embedding IS NOT NULL
