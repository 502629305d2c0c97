-- Contacts in the order of their occurrence, page after page. A page ends after so many contacts, whether they fit or not: its work is
-- bounded whatever is asked.

-- name: end_of_page
SELECT occurred_at, contact_id
FROM contacts
WHERE tenant = $1 AND (occurred_at, contact_id) > ($2, $3) AND occurred_at < $4
ORDER BY occurred_at, contact_id
OFFSET $5 - 1
LIMIT 1

-- name: contacts
SELECT
    c.contact_id, c.occurred_at, c.received_at, c.channel, c.source, c.external_id, c.thread_id, c.subject, c.text, c.customer, c.plan,
    c.annual_value, c.locale, c.product, c.product_version, c.area, c.rating_score, c.rating_scale, c.disposition, c.mood, c.urgency,
    c.language, c.queue, coalesce(f.kinds, '{}') AS kinds, f.intensity / 1000.0::float8 AS intensity, coalesce(f.signals, '{}') AS signals,
    o.resolution, o.csat, o.minutes_spent, c.erased_at
FROM contacts AS c
LEFT JOIN LATERAL (
    SELECT
        array_agg(f.kind ORDER BY f.ordinal) AS kinds, max(f.intensity)::float8 AS intensity,
        array_agg(f.signal_id::text ORDER BY f.ordinal) FILTER (WHERE f.signal_id IS NOT NULL) AS signals,
        bool_or(
            ($8::text IS NULL OR f.kind = $8) AND ($9::text IS NULL OR s.status = $9) AND ($10::text IS NULL OR s.trend = $10)
            AND ($11::uuid IS NULL OR s.signal_id = $11)
        ) AS fits,
        bool_or(s.title ILIKE $16) AS is_titled
    FROM frictions AS f
    LEFT JOIN signals AS s ON s.tenant = f.tenant AND s.signal_id = f.signal_id
    WHERE f.tenant = $1 AND f.occurred_at = c.occurred_at AND f.contact_id = c.contact_id
) AS f ON true
LEFT JOIN outcomes AS o ON o.tenant = $1 AND o.contact_id = c.contact_id
WHERE c.tenant = $1 AND (c.occurred_at, c.contact_id) > ($2, $3) AND (c.occurred_at, c.contact_id) <= ($4, $5)
  AND c.occurred_at >= $6 AND c.occurred_at < $7
  AND (f.fits OR ($8::text IS NULL AND $9::text IS NULL AND $10::text IS NULL AND $11::uuid IS NULL))
  AND ($12::text IS NULL OR c.product = $12)
  AND ($13::text IS NULL OR c.product_version = $13)
  AND ($14::text IS NULL OR c.channel = $14)
  AND ($15::text IS NULL OR c.plan = $15)
  AND ($16::text IS NULL OR c.text ILIKE $16 OR f.is_titled)
ORDER BY c.occurred_at, c.contact_id
