-- name: stems
-- Of each term what it may stand as in the index: itself as a beginning, and its stem in each language. A term that a language leaves
-- out (the, und) is not asked for.
SELECT term, NOT bool_or(is_left_out) AS is_asked, array_agg(DISTINCT stem) FILTER (WHERE stem IS NOT NULL) AS stems
FROM (
    SELECT t.term, l.rules, to_tsvector(l.rules, t.term) = ''::tsvector AS is_left_out, s.lexeme AS stem
    FROM unnest($1::text[]) AS t (term)
    CROSS JOIN (SELECT DISTINCT words_of(language) AS rules FROM unnest($2::text[]) AS known (language)) AS l
    LEFT JOIN LATERAL unnest(to_tsvector(l.rules, t.term)) AS s ON true
) AS cut
GROUP BY term

-- name: words
SELECT c.contact_id, c.occurred_at, c.subject, c.text, c.channel, c.product, c.plan, c.language, c.disposition
FROM contacts_saying(to_tsquery('simple', $2), $3, $4, $5, $6, $7) AS found
JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = found.occurred_at AND c.contact_id = found.contact_id
ORDER BY c.occurred_at DESC, c.contact_id DESC

-- name: found_words
-- Which of these words, each of a language, are what was asked for.
SELECT said.language, said.word
FROM unnest($1::text[], $2::text[]) AS said (language, word)
WHERE to_tsvector(words_of(said.language), said.word) @@ to_tsquery('simple', $3)

-- name: meaning
-- Contacts with a friction that means nearly the same as one of this contact's: among the latest of the nearest signals (and of
-- those that these were merged into), and among the latest that wait for a signal. Vectors are compared within their space only.
WITH RECURSIVE mine AS MATERIALIZED (
    SELECT f.space, f.embedding
    FROM contact_keys AS k
    JOIN frictions AS f USING (tenant, contact_id, occurred_at)
    WHERE k.tenant = $1 AND k.contact_id = $2 AND f.embedding IS NOT NULL
    ORDER BY f.ordinal
    LIMIT 8
), near AS (
    SELECT s.signal_id, s.merged_into
    FROM mine AS m
    CROSS JOIN LATERAL (
        SELECT s.signal_id, s.merged_into FROM signals AS s
        WHERE s.tenant = $1 AND s.space = m.space
        ORDER BY s.centroid <#> m.embedding
        LIMIT $3
    ) AS s
    UNION
    SELECT s.signal_id, s.merged_into FROM near AS n JOIN signals AS s ON s.tenant = $1 AND s.signal_id = n.merged_into
), candidates AS MATERIALIZED (
    SELECT f.*
    FROM near AS n
    CROSS JOIN LATERAL (
        SELECT contact_id, occurred_at, space, embedding, span_start, span_end FROM frictions
        WHERE tenant = $1 AND signal_id = n.signal_id AND embedding IS NOT NULL
        ORDER BY occurred_at DESC
        LIMIT $4
    ) AS f
    UNION ALL
    SELECT w.*
    FROM (SELECT DISTINCT space FROM mine) AS m
    CROSS JOIN LATERAL (
        SELECT contact_id, occurred_at, space, embedding, span_start, span_end FROM frictions
        WHERE tenant = $1 AND space = m.space AND signal_id IS NULL AND embedding IS NOT NULL
        ORDER BY occurred_at DESC
        LIMIT $4
    ) AS w
), ranked AS (
    SELECT DISTINCT ON (c.contact_id) c.contact_id, c.occurred_at, c.span_start, c.span_end, -(c.embedding <#> m.embedding) AS similarity
    FROM candidates AS c
    JOIN mine AS m USING (space)
    WHERE c.contact_id <> $2
    ORDER BY c.contact_id, c.embedding <#> m.embedding
), page AS (
    SELECT * FROM ranked
    WHERE similarity >= $5 AND (-similarity, contact_id) > (-$6::float8, $7::uuid)
    ORDER BY similarity DESC, contact_id
    LIMIT $8
)
SELECT c.contact_id, c.occurred_at, c.subject, c.text, c.channel, c.product, c.plan, c.language, c.disposition, p.similarity,
    p.span_start, p.span_end
FROM page AS p
JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = p.occurred_at AND c.contact_id = p.contact_id
ORDER BY p.similarity DESC, p.contact_id

-- name: has_meaning
SELECT EXISTS (
    SELECT FROM contact_keys AS k
    JOIN frictions AS f USING (tenant, contact_id, occurred_at)
    WHERE k.tenant = $1 AND k.contact_id = $2 AND f.embedding IS NOT NULL
) AS has_meaning,
EXISTS (SELECT FROM contact_keys WHERE tenant = $1 AND contact_id = $2) AS is_there
