-- name: versions
SELECT s.tenant, s.space, max(s.version) AS version
FROM signals AS s
JOIN unnest($1::text[], $2::text[]) AS asked (tenant, space) USING (tenant, space)
GROUP BY s.tenant, s.space

-- name: since
SELECT signal_id, centroid, merged_into, retired_at IS NOT NULL AS is_retired, version FROM signals
WHERE tenant = $1 AND space = $2 AND version > $3
ORDER BY version

-- name: merged
SELECT signal_id, merged_into FROM signals WHERE tenant = $1 AND merged_into IS NOT NULL

-- name: backlogs
SELECT tenant, space, count(*) AS frictions
FROM frictions
WHERE signal_id IS NULL AND NOT is_placed AND embedding IS NOT NULL
GROUP BY tenant, space
ORDER BY tenant, space

-- name: waiting
SELECT contact_id, occurred_at, ordinal, person, embedding
FROM frictions
WHERE tenant = $1 AND space = $2 AND signal_id IS NULL AND NOT is_placed AND embedding IS NOT NULL
    AND occurred_at <= $4 AND (occurred_at, contact_id, ordinal) < ($4, $5, $6)
ORDER BY occurred_at DESC, contact_id DESC, ordinal DESC
LIMIT $3

-- name: hold_waiting
SELECT f.contact_id, f.occurred_at, f.ordinal, f.person
FROM unnest($2::uuid[], $3::timestamptz[], $4::smallint[]) AS asked (contact_id, occurred_at, ordinal)
JOIN frictions AS f USING (contact_id, occurred_at, ordinal)
WHERE f.tenant = $1 AND f.space = $5 AND f.signal_id IS NULL AND NOT f.is_placed AND f.embedding IS NOT NULL
ORDER BY f.occurred_at, f.contact_id, f.ordinal
FOR UPDATE OF f

-- name: assign
UPDATE frictions AS f
SET signal_id = said.signal_id, caught_by = said.caught_by, similarity = said.similarity
FROM unnest($2::uuid[], $3::timestamptz[], $4::smallint[], $5::uuid[], $6::uuid[], $7::real[])
    AS said (contact_id, occurred_at, ordinal, signal_id, caught_by, similarity)
WHERE f.tenant = $1 AND f.occurred_at = said.occurred_at AND f.contact_id = said.contact_id AND f.ordinal = said.ordinal

-- name: open
INSERT INTO signals (
    tenant, signal_id, space, title, titled_at, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at, titled_for
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $5, $10)
ON CONFLICT DO NOTHING
RETURNING true

-- name: doubt_titles
-- Somebody who was forgotten may have given a title its words, one that was pinned too. Nobody looks for a title of what was merged:
-- that one goes at once.
UPDATE signals AS s
SET titled_at = NULL, title_by = 'discovery', title = CASE WHEN s.merged_into IS NULL THEN s.title ELSE $3 END
WHERE s.tenant = $1 AND s.signal_id = ANY ($2::uuid[]) AND (
    s.title_by = 'discovery'
    OR EXISTS (
        SELECT FROM signal_changes AS c
        WHERE c.tenant = $1 AND c.signal_id = s.signal_id AND c.change = 'pinned' AND c.after ->> 'title' = s.title
    )
)

-- name: untitled
-- In doubt, or outgrown: twice as many people know better what it is about. A hundred know it well.
SELECT s.tenant, s.signal_id, s.space, s.title, coalesce(t.customers, 0)::integer AS people FROM signals AS s
LEFT JOIN signal_totals AS t USING (tenant, signal_id)
WHERE s.title_by = 'discovery' AND s.merged_into IS NULL AND (s.titled_at IS NULL OR s.titled_for < 100)
    AND (s.titled_at IS NULL OR t.customers >= 2 * s.titled_for)
ORDER BY s.tenant, s.space, s.signal_id

-- name: titles
SELECT title FROM signals WHERE tenant = $1 AND merged_into IS NULL AND signal_id IS DISTINCT FROM $2

-- name: title
UPDATE signals SET title = $3, titled_at = $4, titled_for = $5
WHERE tenant = $1 AND signal_id = $2 AND title_by = 'discovery'

-- name: forget_titles
UPDATE signal_changes SET before = before - 'title', after = after - 'title'
WHERE tenant = $1 AND signal_id = ANY ($2::uuid[]) AND (actor = 'discovery' OR change = 'pinned')

-- name: members
SELECT f.contact_id, f.ordinal, f.occurred_at, f.person, f.kind, f.span_start, f.span_end, c.frictions, c.text
FROM frictions AS f
JOIN contacts AS c USING (tenant, occurred_at, contact_id)
WHERE f.tenant = $1 AND f.signal_id = $2 AND f.embedding IS NOT NULL
ORDER BY f.similarity DESC, f.occurred_at
LIMIT $3

-- name: texts
SELECT f.contact_id, f.ordinal, f.occurred_at, f.person, f.kind, f.span_start, f.span_end, c.frictions, c.text
FROM frictions AS f
JOIN contacts AS c USING (tenant, occurred_at, contact_id)
WHERE f.tenant = $1 AND f.space = $2 AND f.embedding IS NOT NULL
ORDER BY f.occurred_at DESC, f.contact_id, f.ordinal
LIMIT $3

-- name: quotes
SELECT f.contact_id, f.ordinal, f.occurred_at, f.person, f.kind, f.span_start, f.span_end, c.frictions, c.text
FROM unnest($2::uuid[], $3::timestamptz[], $4::smallint[]) AS asked (contact_id, occurred_at, ordinal)
JOIN frictions AS f USING (contact_id, occurred_at, ordinal)
JOIN contacts AS c USING (tenant, occurred_at, contact_id)
WHERE f.tenant = $1
