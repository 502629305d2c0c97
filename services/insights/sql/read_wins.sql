-- What went well. A contact that praises is praise, also where it was won.

-- name: counts
SELECT
    (
        SELECT coalesce(sum(contacts), 0)::bigint FROM contact_days
        WHERE tenant = $1 AND disposition = 'praise'
          AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date AND day < ($3::timestamptz AT TIME ZONE 'UTC')::date
    ) AS praise,
    (
        SELECT coalesce(sum(won), 0)::bigint FROM outcome_days
        WHERE tenant = $1 AND disposition <> 'praise'
          AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date AND day < ($3::timestamptz AT TIME ZONE 'UTC')::date
    ) AS won,
    (
        SELECT count(*) FROM signals AS s
        WHERE s.tenant = $1 AND s.status = 'verified' AND s.merged_into IS NULL AND $2 <= (
            SELECT max(c.changed_at) FROM signal_changes AS c
            WHERE c.tenant = s.tenant AND c.signal_id = s.signal_id AND c.change = 'status' AND c.after ->> 'status' = 'verified'
            HAVING max(c.changed_at) < $3
        )
    ) AS verified

-- name: contacts
-- Praise by when it was said, contacts that were won by when that was reported; the latest first, after a place.
WITH praise AS (
    SELECT occurred_at AS at, contact_id, occurred_at, 'praise' AS win
    FROM contacts
    WHERE tenant = $1 AND disposition = 'praise' AND occurred_at >= $2 AND occurred_at < $3 AND (occurred_at, contact_id) < ($4, $5)
    ORDER BY occurred_at DESC, contact_id DESC
    LIMIT $6
), won AS (
    SELECT o.occurred_at AS at, o.contact_id, k.occurred_at, 'won' AS win
    FROM outcomes AS o
    JOIN contact_keys AS k USING (tenant, contact_id)
    JOIN contacts AS c ON c.tenant = k.tenant AND c.occurred_at = k.occurred_at AND c.contact_id = k.contact_id
    WHERE o.tenant = $1 AND o.resolution = 'won' AND o.occurred_at >= $2 AND o.occurred_at < $3
      AND (o.occurred_at, o.contact_id) < ($4, $5) AND c.disposition <> 'praise'
    ORDER BY o.occurred_at DESC, o.contact_id DESC
    LIMIT $6
)
SELECT w.win, w.at, w.contact_id, c.occurred_at, c.text, c.channel, c.product, c.plan, c.customer, o.csat
FROM (SELECT * FROM praise UNION ALL SELECT * FROM won ORDER BY at DESC, contact_id DESC LIMIT $6) AS w
JOIN contacts AS c ON c.tenant = $1 AND c.occurred_at = w.occurred_at AND c.contact_id = w.contact_id
LEFT JOIN outcomes AS o ON o.tenant = $1 AND o.contact_id = w.contact_id
ORDER BY w.at DESC, w.contact_id DESC

-- name: fixes
-- Signals that are verified, and when the proof said so.
SELECT s.signal_id, s.title, max(c.changed_at) AS verified_at
FROM signals AS s
JOIN signal_changes AS c USING (tenant, signal_id)
WHERE s.tenant = $1 AND s.status = 'verified' AND s.merged_into IS NULL AND c.change = 'status' AND c.after ->> 'status' = 'verified'
GROUP BY s.signal_id, s.title
HAVING max(c.changed_at) >= $2 AND max(c.changed_at) < $3
ORDER BY verified_at DESC, s.signal_id
LIMIT $4
