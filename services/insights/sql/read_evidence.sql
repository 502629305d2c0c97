-- What stands behind a signal: bounded looks at its frictions by index, never at all of them.

-- name: looks
-- Kind and products of each signal's latest frictions, most frequent first.
SELECT s.signal_id, f.kind, f.product, count(*) AS frictions
FROM unnest($2::uuid[]) AS s (signal_id)
CROSS JOIN LATERAL (
    SELECT kind, product
    FROM frictions
    WHERE tenant = $1 AND signal_id = s.signal_id
    ORDER BY occurred_at DESC
    LIMIT $3
) AS f
GROUP BY s.signal_id, f.kind, f.product
ORDER BY s.signal_id, count(*) DESC, f.kind, f.product

-- name: quotes
-- Of each signal's latest frictions the nearest to its centre, one per person, in words that are not erased.
SELECT s.signal_id, q.contact_id, q.occurred_at, q.span_start, q.span_end, q.kind, q.channel, q.product, q.plan, q.text
FROM unnest($2::uuid[]) AS s (signal_id)
CROSS JOIN LATERAL (
    SELECT *
    FROM (
        SELECT DISTINCT ON (f.person) f.*, c.text
        FROM (
            SELECT contact_id, occurred_at, span_start, span_end, kind, channel, product, plan, person, similarity
            FROM frictions
            WHERE tenant = $1 AND signal_id = s.signal_id
            ORDER BY occurred_at DESC
            LIMIT $3
        ) AS f
        JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = f.occurred_at AND c.contact_id = f.contact_id
        WHERE c.erased_at IS NULL
        ORDER BY f.person, f.similarity DESC NULLS LAST, f.occurred_at DESC
    ) AS one_per_person
    ORDER BY similarity DESC NULLS LAST, occurred_at DESC, contact_id
    LIMIT $4
) AS q

-- name: contacts
-- A signal's contacts, latest first, after a position; each once, by its strongest friction.
SELECT occurred_at, contact_id, kind, intensity, channel, plan, product, product_version, language
FROM (
    SELECT DISTINCT ON (occurred_at, contact_id) *
    FROM frictions
    WHERE tenant = $1 AND signal_id = $2 AND (occurred_at, contact_id) < ($3, $4)
    ORDER BY occurred_at DESC, contact_id DESC, intensity DESC
    LIMIT $5
) AS f
ORDER BY occurred_at DESC, contact_id DESC

-- name: history
SELECT change, actor, changed_at, before, after
FROM signal_changes
WHERE tenant = $1 AND (signal_id = $2 OR other_id = $2)
ORDER BY changed_at, change_id
LIMIT $3
