-- One contact, from its words to its count.

-- name: contact
SELECT c.*
FROM contact_keys AS k
JOIN contacts AS c ON c.tenant = k.tenant AND c.occurred_at = k.occurred_at AND c.contact_id = k.contact_id
WHERE k.tenant = $1 AND k.contact_id = $2

-- name: frictions
SELECT f.span_start, f.span_end, f.kind, f.confidence, f.candidates, f.intensity, f.area, f.reasons, f.is_placed, s.signal_id, s.title, s.status
FROM contact_keys AS k
JOIN frictions AS f ON f.tenant = k.tenant AND f.occurred_at = k.occurred_at AND f.contact_id = k.contact_id
LEFT JOIN signals AS s ON s.tenant = f.tenant AND s.signal_id = f.signal_id
WHERE k.tenant = $1 AND k.contact_id = $2
ORDER BY f.ordinal

-- name: corrections
SELECT correction_id, span_start, span_end, disposition, kind, area, feeling, urgency, queue, actor, corrected_at
FROM corrections
WHERE tenant = $1 AND contact_id = $2
ORDER BY position DESC
LIMIT $3

-- name: outcome
SELECT resolution, csat, minutes_spent, remedy_taken, occurred_at, received_at
FROM outcomes
WHERE tenant = $1 AND contact_id = $2

-- name: letters
SELECT topic, partition, "offset", code, reason, deaths, buried_by, buried_at
FROM dead_letters
WHERE tenant = $1 AND contact_id = $2
ORDER BY buried_at, topic, partition, "offset"
LIMIT $3

-- name: conflicts
SELECT revision, received_at, seen_at
FROM conflicts
WHERE tenant = $1 AND contact_id = $2
ORDER BY seen_at
LIMIT $3
