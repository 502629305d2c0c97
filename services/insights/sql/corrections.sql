-- name: record
INSERT INTO corrections (
    tenant, correction_id, contact_id, span_start, span_end, disposition, kind, area, feeling, urgency, queue, actor, corrected_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
RETURNING true

-- name: contact
SELECT c.text, c.erased_at, c.occurred_at
FROM contact_keys AS k
JOIN contacts AS c USING (tenant, occurred_at, contact_id)
WHERE k.tenant = $1 AND k.contact_id = $2

-- name: standing
SELECT c.tenant, c.contact_id, c.span_start, c.span_end, c.disposition, c.kind, c.area, c.feeling, c.urgency, c.queue
FROM unnest($1::text[], $2::uuid[]) AS asked (tenant, contact_id)
JOIN corrections AS c USING (tenant, contact_id)
ORDER BY c.position

-- name: relabel_contacts
-- A person is certain. How to answer a mood, and why something is urgent or a misfit, was said of what was read.
UPDATE contacts AS c
SET disposition = coalesce(said.disposition, c.disposition),
    confidence = CASE WHEN said.disposition IS NULL THEN c.confidence ELSE 1 END,
    misfit_reason = CASE WHEN said.disposition IS NULL OR said.disposition = c.disposition THEN c.misfit_reason END,
    mood = coalesce(said.feeling, c.mood),
    mood_score = CASE WHEN said.feeling IS NULL THEN c.mood_score ELSE 1 END,
    mood_advice = CASE WHEN said.feeling IS NULL OR said.feeling = c.mood THEN c.mood_advice ELSE '' END,
    urgency = coalesce(said.urgency, c.urgency),
    urgency_reason = CASE WHEN said.urgency IS NULL OR said.urgency = c.urgency THEN c.urgency_reason END,
    queue = coalesce(said.queue, c.queue),
    rule = CASE WHEN said.queue IS NULL OR said.queue = c.queue THEN c.rule ELSE 'corrected by a person' END
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS said (tenant, contact_id, occurred_at, disposition, feeling, urgency, queue)
WHERE c.tenant = said.tenant AND c.occurred_at = said.occurred_at AND c.contact_id = said.contact_id

-- name: relabel_frictions
UPDATE frictions AS f
SET kind = coalesce(said.kind, f.kind),
    confidence = CASE WHEN said.kind IS NULL THEN f.confidence ELSE 1 END,
    area = coalesce(said.area, f.area)
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::text[], $6::text[])
    AS said (tenant, contact_id, occurred_at, ordinal, kind, area)
WHERE f.tenant = said.tenant AND f.occurred_at = said.occurred_at AND f.contact_id = said.contact_id AND f.ordinal = said.ordinal
