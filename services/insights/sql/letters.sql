-- name: record
INSERT INTO dead_letters (tenant, topic, partition, "offset", contact_id, code, reason, deaths, buried_by, buried_at)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::integer[], $4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::integer[], $9::text[], $10::timestamptz[]
)
ON CONFLICT DO NOTHING
