-- What a customer rated is not unsaid by a later report without a rating ("closed"): csat and the resolution that came with it stay,
-- until the contact is open again.
-- name: keep_latest
INSERT INTO outcomes AS o (tenant, contact_id, resolution, csat, minutes_spent, remedy_taken, occurred_at, received_at)
SELECT * FROM unnest(
    $1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::float8[], $6::boolean[], $7::timestamptz[], $8::timestamptz[]
)
ON CONFLICT (tenant, contact_id) DO UPDATE
SET resolution = CASE
        WHEN excluded.csat IS NULL AND o.csat IS NOT NULL AND excluded.resolution <> 'open' THEN o.resolution
        ELSE excluded.resolution
    END,
    csat = CASE WHEN excluded.resolution = 'open' THEN excluded.csat ELSE coalesce(excluded.csat, o.csat) END,
    minutes_spent = excluded.minutes_spent, remedy_taken = excluded.remedy_taken,
    occurred_at = excluded.occurred_at, received_at = excluded.received_at
WHERE (excluded.occurred_at, excluded.received_at) > (o.occurred_at, o.received_at)
