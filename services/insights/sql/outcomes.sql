-- name: keep_latest
INSERT INTO outcomes AS o (tenant, contact_id, resolution, csat, minutes_spent, remedy_taken, occurred_at, received_at)
SELECT * FROM unnest(
    $1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::float8[], $6::boolean[], $7::timestamptz[], $8::timestamptz[]
)
ON CONFLICT (tenant, contact_id) DO UPDATE
SET resolution = excluded.resolution, csat = excluded.csat, minutes_spent = excluded.minutes_spent,
    remedy_taken = excluded.remedy_taken, occurred_at = excluded.occurred_at, received_at = excluded.received_at
WHERE (excluded.occurred_at, excluded.received_at) > (o.occurred_at, o.received_at)
