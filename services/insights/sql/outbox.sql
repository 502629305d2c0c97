-- name: put
INSERT INTO outbox (tenant, event_id, topic, key, value, headers)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::jsonb[])
ON CONFLICT (event_id) DO NOTHING

-- name: first
SELECT position, topic, key, value, headers FROM outbox ORDER BY position LIMIT $1

-- name: remove
DELETE FROM outbox WHERE position = ANY ($1::bigint[])

-- name: standing
SELECT count(*) AS depth, coalesce(extract(epoch FROM clock_timestamp() - min(put_at)), 0)::double precision AS age FROM outbox

-- name: unsay
-- What waits is little: it is looked through.
DELETE FROM outbox
WHERE tenant = $1 AND topic = ANY ($2::text[]) AND (convert_from(value, 'UTF8')::jsonb ->> 'contact_id')::uuid = ANY ($3::uuid[])
