-- name: nearest
SELECT o.signal_id, o.title, 1 - (o.centroid <=> s.centroid) AS likeness
FROM signals AS s
JOIN signals AS o ON o.tenant = s.tenant AND o.space = s.space AND o.signal_id <> s.signal_id AND o.merged_into IS NULL
WHERE s.tenant = $1 AND s.signal_id = $2
ORDER BY o.centroid <=> s.centroid, o.signal_id
LIMIT $3
