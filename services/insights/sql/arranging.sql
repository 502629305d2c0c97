-- name: young
-- Where signals are not settled yet, whether anything waits there or not, with the count at which they were arranged the last time and as many frictions as matter.
SELECT r.tenant, r.space, coalesce(a.frictions, 0) AS arranged, f.frictions
FROM (SELECT * FROM unnest($1::text[], $2::text[]) UNION SELECT tenant, space FROM arranged) AS r (tenant, space)
LEFT JOIN arranged AS a USING (tenant, space)
CROSS JOIN LATERAL (
    SELECT count(*) AS frictions
    FROM (
        SELECT FROM frictions AS f
        WHERE f.tenant = r.tenant AND f.space = r.space AND f.embedding IS NOT NULL
        LIMIT $3
    ) AS counted
) AS f
WHERE coalesce(a.frictions, 0) < $3
ORDER BY r.tenant, r.space

-- name: first
-- The first so many frictions, but for those of signals that people have had a hand in.
SELECT f.contact_id, f.occurred_at, f.ordinal, f.person, f.embedding, f.signal_id
FROM (
    SELECT contact_id, occurred_at, ordinal, person, embedding, signal_id
    FROM frictions
    WHERE tenant = $1 AND space = $2 AND embedding IS NOT NULL AND NOT is_placed
    ORDER BY occurred_at, contact_id, ordinal
    LIMIT $3
) AS f
WHERE f.signal_id IS NULL OR f.signal_id <> ALL ($4::uuid[])
ORDER BY f.occurred_at, f.contact_id, f.ordinal

-- name: touched
-- Signals that people have had a hand in: whatever these are, a machine does not rearrange them.
SELECT s.signal_id
FROM signals AS s
WHERE s.tenant = $1 AND s.space = $2 AND (
    s.title_by <> 'discovery' OR s.status <> 'open' OR s.owner IS NOT NULL OR s.note IS NOT NULL
    OR EXISTS (
        SELECT FROM signal_changes AS c
        WHERE c.tenant = s.tenant AND s.signal_id IN (c.signal_id, c.other_id) AND c.actor <> 'discovery'
            AND c.change IN ('merged', 'split', 'moved', 'pinned', 'renamed', 'status', 'undone', 'snoozed')
    )
)

-- name: hold
-- Those of these frictions that are still there; they are ours until the transaction ends.
SELECT f.contact_id, f.occurred_at, f.ordinal, f.person
FROM unnest($2::uuid[], $3::timestamptz[], $4::smallint[]) AS asked (contact_id, occurred_at, ordinal)
JOIN frictions AS f USING (contact_id, occurred_at, ordinal)
WHERE f.tenant = $1 AND f.embedding IS NOT NULL AND NOT f.is_placed AND (f.signal_id IS NULL OR f.signal_id <> ALL ($5::uuid[]))
ORDER BY f.occurred_at, f.contact_id, f.ordinal
FOR UPDATE OF f

-- name: of_signal
SELECT contact_id, occurred_at, ordinal, similarity
FROM frictions
WHERE tenant = $1 AND signal_id = $2 AND NOT is_placed
ORDER BY occurred_at, contact_id, ordinal

-- name: recentre
-- Its words may fit no longer.
UPDATE signals SET centroid = $3, version = nextval('signal_versions'), titled_at = NULL
WHERE tenant = $1 AND signal_id = $2

-- name: absorb
-- What it caught belongs to several others now: it catches nothing any more.
UPDATE signals SET merged_into = $3, retired_at = $4, version = nextval('signal_versions')
WHERE tenant = $1 AND signal_id = $2 AND merged_into IS NULL

-- name: arranged
INSERT INTO arranged (tenant, space, frictions) VALUES ($1, $2, $3)
ON CONFLICT (tenant, space) DO UPDATE SET frictions = greatest(arranged.frictions, excluded.frictions)
