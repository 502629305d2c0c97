-- Signals that are not spoken of until they get worse.

-- name: put
INSERT INTO snoozes (tenant, signal_id, actor, snoozed_at, trend, contacts)
SELECT s.tenant, s.signal_id, $3, $4, s.trend, (
    SELECT coalesce(sum(h.contacts), 0) FROM signal_hours AS h
    WHERE h.tenant = s.tenant AND h.signal_id = s.signal_id AND h.hour > $4::timestamptz - interval '1 day' AND h.hour <= $4
)
FROM signals AS s
WHERE s.tenant = $1 AND s.signal_id = $2 AND s.merged_into IS NULL
ON CONFLICT (tenant, signal_id) DO UPDATE
SET actor = excluded.actor, snoozed_at = excluded.snoozed_at, trend = excluded.trend, contacts = excluded.contacts
RETURNING signal_id, actor, snoozed_at, trend, contacts

-- name: end
DELETE FROM snoozes WHERE tenant = $1 AND signal_id = $2 RETURNING true

-- name: of_signal
SELECT signal_id, actor, snoozed_at, trend, contacts FROM snoozes WHERE tenant = $1 AND signal_id = $2

-- name: of_tenant
-- With the contacts of the last day.
SELECT z.signal_id, z.trend, z.contacts, (
    SELECT coalesce(sum(h.contacts), 0)::integer FROM signal_hours AS h
    WHERE h.tenant = z.tenant AND h.signal_id = z.signal_id AND h.hour > $2::timestamptz - interval '1 day' AND h.hour <= $2
) AS latest
FROM snoozes AS z
WHERE z.tenant = $1
