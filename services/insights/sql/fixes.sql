-- Where signals stand, and the fixes that shipped against them.

-- name: hold
-- The signal is ours until the transaction ends.
SELECT
    s.title, s.title_by, s.status, s.status_by, s.status_at, s.fix_id, s.owner, s.note,
    least(s.founded_at, (SELECT min(hour) FROM signal_hours WHERE tenant = $1 AND signal_id = $2 AND contacts > 0)) AS first_met
FROM signals AS s
WHERE s.tenant = $1 AND s.signal_id = $2
FOR UPDATE OF s

-- name: set_status
UPDATE signals SET status = $3, status_by = $4, status_at = $5, fix_id = $6 WHERE tenant = $1 AND signal_id = $2

-- name: set_title
UPDATE signals SET title = $3, title_by = $4, titled_at = $5 WHERE tenant = $1 AND signal_id = $2

-- name: set_owner
UPDATE signals SET owner = $3 WHERE tenant = $1 AND signal_id = $2

-- name: set_note
UPDATE signals SET note = $3 WHERE tenant = $1 AND signal_id = $2

-- name: ship
INSERT INTO fixes (tenant, fix_id, signal_id, shipped_at, version, product, follows, told_by, told_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING

-- name: fixed
-- Signals with a fix that counts: all of a tenant's that are followed, or one of them.
SELECT
    s.signal_id, s.title, s.status, s.status_by, s.status_at,
    f.fix_id, f.shipped_at, f.version, f.product, f.follows, f.told_by, f.told_at,
    p.shipped_at AS followed_at,
    (SELECT min(hour) FROM signal_hours WHERE tenant = $1 AND signal_id = s.signal_id AND contacts > 0) AS first_met
FROM signals AS s
JOIN fixes AS f ON f.tenant = s.tenant AND f.fix_id = s.fix_id
LEFT JOIN fixes AS p ON p.tenant = f.tenant AND p.fix_id = f.follows
WHERE s.tenant = $1 AND (s.signal_id = $2 OR ($2::uuid IS NULL AND s.merged_into IS NULL AND s.status <> 'set_aside'))
ORDER BY s.signal_id
