-- name: enter
INSERT INTO stream_offsets (cluster, topic, topic_id, partition, next_offset)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[])
ON CONFLICT DO NOTHING

-- name: standings
SELECT o.cluster, o.topic, o.topic_id, o.partition, o.next_offset, o.attempt_from, o.attempt_until, o.attempts
FROM stream_offsets AS o
JOIN unnest($1::text[], $2::text[], $3::text[], $4::integer[]) AS asked (cluster, topic, topic_id, partition)
    USING (cluster, topic, topic_id, partition)

-- name: attempt
UPDATE stream_offsets AS o
SET attempt_from = said.attempt_from, attempt_until = said.until, attempts = said.attempts
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[])
    AS said (cluster, topic, topic_id, partition, start, until, attempt_from, attempts)
WHERE (o.cluster, o.topic, o.topic_id, o.partition) = (said.cluster, said.topic, said.topic_id, said.partition)
  AND o.next_offset = said.start
RETURNING o.partition

-- name: advance
UPDATE stream_offsets AS o
SET next_offset = said.until, attempt_from = NULL, attempt_until = NULL, attempts = 0, counted_at = now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[])
    AS said (cluster, topic, topic_id, partition, start, until)
WHERE (o.cluster, o.topic, o.topic_id, o.partition) = (said.cluster, said.topic, said.topic_id, said.partition)
  AND o.next_offset = said.start AND o.next_offset < said.until
RETURNING o.partition

-- name: rest
UPDATE stream_offsets AS o
SET attempt_from = CASE WHEN o.attempts > 0 THEN o.attempt_from END,
    attempt_until = CASE WHEN o.attempts > 0 THEN o.attempt_until END,
    attempts = greatest(o.attempts - 1, 0)  -- the deaths before this attempt stay known: finding it adds one
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[])
    AS said (cluster, topic, topic_id, partition, start)
WHERE (o.cluster, o.topic, o.topic_id, o.partition) = (said.cluster, said.topic, said.topic_id, said.partition)
  AND o.next_offset = said.start
