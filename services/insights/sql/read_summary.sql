-- The overview, from the daily rollups of a range of days.

-- name: dispositions
SELECT disposition, sum(contacts)::bigint AS contacts, sum(frictions)::bigint AS frictions
FROM contact_days
WHERE tenant = $1 AND day >= $2 AND day < $3
GROUP BY disposition
ORDER BY contacts DESC, disposition

-- name: outcomes
SELECT
    coalesce(sum(lost), 0)::bigint      AS lost,
    coalesce(sum(rated), 0)::bigint     AS answers,
    coalesce(sum(satisfied), 0)::bigint AS satisfied
FROM outcome_days
WHERE tenant = $1 AND day >= $2 AND day < $3

-- name: moves
-- What happened to how many signals in a stretch of time.
SELECT
    count(DISTINCT signal_id) FILTER (WHERE change = 'opened')                                               AS opened,
    count(DISTINCT signal_id) FILTER (WHERE change = 'escalated')                                            AS escalated,
    count(DISTINCT signal_id) FILTER (WHERE change = 'recurred' OR after ->> 'status' = 'recurred')          AS recurred,
    count(DISTINCT signal_id) FILTER (WHERE change = 'status' AND after ->> 'status' = 'verified')           AS verified
FROM signal_changes
WHERE tenant = $1 AND changed_at >= $2 AND changed_at < $3

-- name: waiting
SELECT count(*) FROM frictions WHERE tenant = $1 AND signal_id IS NULL AND NOT is_placed AND embedding IS NOT NULL
