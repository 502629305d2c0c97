-- name: hold
SELECT signal_id, space, title, title_by, merged_into FROM signals
WHERE tenant = $1 AND signal_id = ANY ($2::uuid[])
ORDER BY signal_id
FOR UPDATE

-- name: merge
UPDATE signals SET merged_into = $3, version = nextval('signal_versions') WHERE tenant = $1 AND signal_id = $2

-- name: retire
UPDATE signals SET merged_into = $3, retired_at = $4, version = nextval('signal_versions') WHERE tenant = $1 AND signal_id = $2

-- name: count_for
-- What belongs to $3 and counts for $2 counts for $4 from now on. Returns when the first and the last of it occurred.
WITH moved AS (
    UPDATE frictions SET signal_id = $4
    WHERE tenant = $1 AND signal_id = $2 AND CASE WHEN is_placed THEN placed_in ELSE caught_by END = ANY ($3::uuid[])
    RETURNING occurred_at
)
SELECT min(occurred_at) AS first, max(occurred_at) AS last FROM moved

-- name: members
-- The latest frictions of a signal that have a meaning.
SELECT embedding FROM frictions
WHERE tenant = $1 AND signal_id = $2 AND embedding IS NOT NULL
ORDER BY occurred_at DESC, contact_id, ordinal
LIMIT $3

-- name: vector
SELECT embedding FROM frictions WHERE tenant = $1 AND occurred_at = $2 AND contact_id = $3 AND ordinal = $4

-- name: like
-- The frictions of a signal that are nearer to $3 than to $4.
SELECT contact_id, occurred_at, ordinal FROM frictions
WHERE tenant = $1 AND signal_id = $2 AND embedding IS NOT NULL AND (embedding <#> $3) < (embedding <#> $4)
ORDER BY occurred_at, contact_id, ordinal

-- name: of_contacts
SELECT contact_id, occurred_at, ordinal FROM frictions AS f
JOIN contact_keys AS k USING (tenant, contact_id, occurred_at)
WHERE f.tenant = $1 AND f.signal_id = $2 AND k.contact_id = ANY ($3::uuid[])
ORDER BY occurred_at, contact_id, ordinal

-- name: size
SELECT count(*) FROM frictions WHERE tenant = $1 AND signal_id = $2

-- name: open_part
-- A centroid of zeros, where nothing of the part has a meaning any more, catches nothing.
INSERT INTO signals (
    tenant, signal_id, space, title, title_by, titled_at, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at
)
SELECT $1, $2, whole.space, $4, $5, $6, coalesce(part.centroid, whole.centroid - whole.centroid), $7, $8, $9, $10
FROM signals AS whole
CROSS JOIN (
    SELECT l2_normalize(avg(f.embedding)) AS centroid
    FROM unnest($11::uuid[], $12::timestamptz[], $13::smallint[]) AS asked (contact_id, occurred_at, ordinal)
    JOIN frictions AS f USING (contact_id, occurred_at, ordinal)
    WHERE f.tenant = $1 AND f.embedding IS NOT NULL
) AS part
WHERE whole.tenant = $1 AND whole.signal_id = $3

-- name: put_in_part
WITH placed AS (
    UPDATE frictions AS f
    SET is_placed = true, placed_in = part.signal_id, signal_id = part.signal_id,
        similarity = CASE WHEN f.embedding IS NULL THEN f.similarity ELSE -(f.embedding <#> part.centroid) END
    FROM signals AS part, unnest($3::uuid[], $4::timestamptz[], $5::smallint[]) AS asked (contact_id, occurred_at, ordinal)
    WHERE part.tenant = $1 AND part.signal_id = $2
      AND f.tenant = $1 AND f.occurred_at = asked.occurred_at AND f.contact_id = asked.contact_id AND f.ordinal = asked.ordinal
    RETURNING f.occurred_at
)
SELECT min(occurred_at) AS first, max(occurred_at) AS last FROM placed

-- name: release
-- What was put into $3, counts for $2 by now and would without anybody's word: that it was put there is forgotten.
UPDATE frictions AS f
SET is_placed = false, placed_in = NULL,
    similarity = CASE WHEN f.embedding IS NULL THEN f.similarity ELSE -(f.embedding <#> home.centroid) END
FROM signals AS home
WHERE f.tenant = $1 AND f.signal_id = $2 AND f.placed_in = $3 AND f.caught_by = ANY ($4::uuid[])
  AND home.tenant = $1 AND home.signal_id = f.caught_by
  AND NOT EXISTS (SELECT FROM placements AS p WHERE p.tenant = $1 AND p.contact_id = f.contact_id)

-- name: put_into
SELECT DISTINCT contact_id FROM frictions WHERE tenant = $1 AND signal_id = $2 AND placed_in = $3

-- name: divide
INSERT INTO divided (tenant, signal_id, change_id)
SELECT DISTINCT $1, CASE WHEN f.is_placed THEN f.placed_in ELSE f.caught_by END, $2::uuid
FROM unnest($3::uuid[], $4::timestamptz[], $5::smallint[]) AS asked (contact_id, occurred_at, ordinal)
JOIN frictions AS f USING (contact_id, occurred_at, ordinal)
WHERE f.tenant = $1
RETURNING signal_id

-- name: undivide
DELETE FROM divided WHERE tenant = $1 AND change_id = $2 RETURNING signal_id

-- name: reshape
-- As long as something stands divided from a signal its centroid is that of what is left; afterwards it is what it was.
UPDATE signals AS s
SET opened_centroid = coalesce(s.opened_centroid, s.centroid),
    centroid = CASE
        WHEN EXISTS (SELECT FROM divided AS d WHERE d.tenant = s.tenant AND d.signal_id = s.signal_id)
        THEN coalesce(rest.centroid, s.centroid - s.centroid)
        ELSE coalesce(s.opened_centroid, s.centroid)
    END,
    version = nextval('signal_versions')
FROM (
    SELECT l2_normalize(avg(embedding)) AS centroid
    FROM (
        SELECT embedding FROM frictions
        WHERE tenant = $1 AND signal_id = $3 AND embedding IS NOT NULL
          AND CASE WHEN is_placed THEN placed_in ELSE caught_by END = $2
        ORDER BY occurred_at DESC
        LIMIT $4
    ) AS latest
) AS rest
WHERE s.tenant = $1 AND s.signal_id = $2

-- name: doubt_title
-- What it is about has changed.
UPDATE signals SET titled_at = NULL WHERE tenant = $1 AND signal_id = $2 AND title_by = 'discovery'

-- name: pin_title
UPDATE signals SET title_by = $3 WHERE tenant = $1 AND signal_id = $2
