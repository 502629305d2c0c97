-- What people changed, as it is taken back and told. A line is about `signal_id` and, where there is one, about `other_id`.

-- name: hold
SELECT signal_id, change_id, change, actor, changed_at, before, after, other_id, undone_by, position FROM signal_changes
WHERE tenant = $1 AND change_id = $2
FOR UPDATE

-- name: standing_since
-- The latest change after $3 that somebody made, was not taken back, and gave this signal something of the same name.
SELECT change_id, change, actor, changed_at FROM signal_changes
WHERE tenant = $1 AND signal_id = $2 AND position > $3 AND undone_by IS NULL AND after ?| $4::text[] AND actor <> 'proof'
ORDER BY position DESC
LIMIT 1

-- name: built_on
-- The latest change that somebody made, was not taken back, and needs this part of another signal to be one.
SELECT change_id, change, actor, changed_at FROM signal_changes
WHERE tenant = $1 AND undone_by IS NULL AND actor NOT IN ('proof', 'discovery') AND (
    (signal_id = $2 AND change = ANY ('{merged,status,recurred}'))
    OR (signal_id = $2 AND change = 'moved' AND after ->> 'signal_id' = $2::text)
    OR (other_id = $2 AND change = 'merged')
)
ORDER BY position DESC
LIMIT 1

-- name: undo
UPDATE signal_changes SET undone_by = $3 WHERE tenant = $1 AND change_id = $2

-- name: page
SELECT c.change_id, c.signal_id, c.other_id, c.change, c.actor, c.changed_at, c.before, c.after, c.position,
    s.title, u.change_id AS undone_by, u.actor AS undone_actor, u.changed_at AS undone_at
FROM signal_changes AS c
LEFT JOIN signals AS s ON s.tenant = c.tenant AND s.signal_id = c.signal_id
LEFT JOIN signal_changes AS u ON u.tenant = c.tenant AND u.change_id = c.undone_by
WHERE c.tenant = $1
  AND ($2::uuid IS NULL OR c.signal_id = $2 OR c.other_id = $2)
  AND ($3::text IS NULL OR c.actor = $3)
  AND ($4::timestamptz IS NULL OR c.changed_at >= $4)
  AND ($5::timestamptz IS NULL OR c.changed_at < $5)
  AND ($6::bigint IS NULL OR c.position < $6)
ORDER BY c.position DESC
LIMIT $7
