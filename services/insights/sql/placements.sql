-- name: spoken_of
-- Contacts about which somebody said something. Not by a join: a plan that was made while the tables were empty would scan them for
-- every contact once a large split has filled them.
SELECT tenant, contact_id FROM placements WHERE tenant = ANY ($1::text[]) AND contact_id = ANY ($2::uuid[])
UNION
SELECT tenant, contact_id FROM corrections WHERE tenant = ANY ($1::text[]) AND contact_id = ANY ($2::uuid[])

-- name: places
SELECT tenant, contact_id, occurred_at FROM contact_keys
WHERE tenant = $1 AND contact_id = ANY ($2::uuid[])
ORDER BY contact_id

-- name: frictions
SELECT f.tenant, f.contact_id, f.occurred_at, f.ordinal, f.span_start, f.span_end, f.caught_by, f.signal_id, f.space
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS asked (tenant, contact_id, occurred_at)
JOIN frictions AS f USING (tenant, contact_id, occurred_at)
ORDER BY f.tenant, f.contact_id, f.ordinal

-- name: touched
-- Every signal that some contacts are, or were, in by any way.
WITH RECURSIVE asked AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS asked (tenant, contact_id, occurred_at)
), touched (tenant, signal_id) AS (
    SELECT f.tenant, unnest(ARRAY[f.signal_id, f.caught_by, f.placed_in])
    FROM asked JOIN frictions AS f USING (tenant, contact_id, occurred_at)
    UNION SELECT p.tenant, p.signal_id FROM asked JOIN placements AS p USING (tenant, contact_id)
    UNION SELECT s.tenant, s.merged_into FROM touched JOIN signals AS s USING (tenant, signal_id)
)
SELECT DISTINCT signal_id FROM touched WHERE signal_id IS NOT NULL

-- name: standing
SELECT p.tenant, p.contact_id, p.ordinal, p.span_start, p.span_end, p.signal_id
FROM unnest($1::text[], $2::uuid[]) AS asked (tenant, contact_id)
JOIN placements AS p USING (tenant, contact_id)
ORDER BY p.position

-- name: place
-- Nothing is written where everything is as it should be. The similarity is that to where it belongs, before any merging.
UPDATE frictions AS f
SET is_placed = said.is_placed, placed_in = said.placed_in, signal_id = said.signal_id,
    similarity = CASE WHEN f.embedding IS NULL THEN f.similarity ELSE -(f.embedding <#> home.centroid) END
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::boolean[], $6::uuid[], $7::uuid[], $8::uuid[])
    AS said (tenant, contact_id, occurred_at, ordinal, is_placed, placed_in, home_id, signal_id)
LEFT JOIN signals AS home ON home.tenant = said.tenant AND home.signal_id = said.home_id
WHERE f.tenant = said.tenant AND f.occurred_at = said.occurred_at AND f.contact_id = said.contact_id AND f.ordinal = said.ordinal
  AND (f.is_placed, f.placed_in, f.signal_id) IS DISTINCT FROM (said.is_placed, said.placed_in, said.signal_id)

-- name: put
INSERT INTO placements (tenant, contact_id, change_id, ordinal, span_start, span_end, signal_id)
SELECT $1, f.contact_id, $2, f.ordinal, f.span_start, f.span_end, $3
FROM unnest($4::uuid[], $5::timestamptz[], $6::smallint[]) AS asked (contact_id, occurred_at, ordinal)
JOIN frictions AS f USING (contact_id, occurred_at, ordinal)
WHERE f.tenant = $1
ORDER BY f.occurred_at, f.contact_id, f.ordinal

-- name: take_back
DELETE FROM placements WHERE tenant = $1 AND change_id = $2 RETURNING contact_id
