-- Two reports of a contact become one, whichever of them came first: of each thing the later one that says it. What a customer rated
-- is not unsaid by a later report without a rating ("closed"), until the contact is open again.
-- name: keep
INSERT INTO outcomes AS o (tenant, contact_id, resolution, csat, minutes_spent, remedy_taken, occurred_at, received_at)
SELECT * FROM unnest(
    $1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::float8[], $6::boolean[], $7::timestamptz[], $8::timestamptz[]
)
ON CONFLICT (tenant, contact_id) DO UPDATE
SET (resolution, csat, minutes_spent, remedy_taken, occurred_at, received_at) = (
    SELECT
        CASE WHEN is_rated_before THEN older.resolution ELSE newer.resolution END,
        CASE WHEN is_rated_before THEN older.csat ELSE newer.csat END,
        coalesce(newer.minutes_spent, older.minutes_spent),
        coalesce(newer.remedy_taken, older.remedy_taken),
        newer.occurred_at,
        newer.received_at
    FROM (SELECT (excluded.occurred_at, excluded.received_at) > (o.occurred_at, o.received_at)) AS order_of (is_later),
        LATERAL (SELECT (CASE WHEN is_later THEN excluded ELSE o END).*) AS newer,
        LATERAL (SELECT (CASE WHEN is_later THEN o ELSE excluded END).*) AS older,
        LATERAL (SELECT older.csat IS NOT NULL AND newer.csat IS NULL AND newer.resolution <> 'open') AS rating (is_rated_before)
)

-- name: of_contacts
SELECT o.tenant, o.contact_id, o.occurred_at AS ended_at, o.resolution, o.csat, o.minutes_spent, o.remedy_taken
FROM outcomes AS o
JOIN unnest($1::text[], $2::uuid[]) AS asked (tenant, contact_id) USING (tenant, contact_id)
