-- name: same_answers
-- Signals that nobody has fixed, by how many contacts they brought in a range of days, and what answering them took.
SELECT s.signal_id, s.title, s.status, s.trend, s.owner, h.contacts, coalesce(a.answered, 0) AS answered, coalesce(a.timed, 0) AS timed,
    coalesce(a.seconds, 0) AS seconds, count(*) OVER () AS total, sum(h.contacts) OVER ()::bigint AS all_contacts,
    coalesce(sum(a.answered) OVER (), 0)::bigint AS all_answered, coalesce(sum(a.timed) OVER (), 0)::bigint AS all_timed,
    coalesce(sum(a.seconds) OVER (), 0)::bigint AS all_seconds
FROM (
    SELECT signal_id, sum(contacts)::bigint AS contacts
    FROM signal_hours
    WHERE tenant = $1 AND hour >= $2 AND hour < $3
    GROUP BY signal_id
) AS h
JOIN signals AS s ON s.tenant = $1 AND s.signal_id = h.signal_id
LEFT JOIN (
    SELECT signal_id, sum(answered)::bigint AS answered, sum(timed)::bigint AS timed, sum(seconds)::bigint AS seconds
    FROM signal_answers
    WHERE tenant = $1 AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date AND day < ($3::timestamptz AT TIME ZONE 'UTC')::date
    GROUP BY signal_id
) AS a ON a.signal_id = h.signal_id
WHERE s.merged_into IS NULL AND s.status = ANY ($4::text[])
ORDER BY coalesce(a.answered, 0) DESC, h.contacts DESC, s.signal_id
LIMIT $5
