-- Contacts per bucket, from the hourly rollup; buckets without contacts are not there.

-- name: buckets
SELECT signal_id, date_trunc($3, hour, 'UTC') AS start, sum(contacts)::bigint AS contacts
FROM signal_hours
WHERE tenant = $1 AND signal_id = ANY($2::uuid[]) AND hour >= $4 AND hour < $5
GROUP BY signal_id, start
ORDER BY signal_id, start
