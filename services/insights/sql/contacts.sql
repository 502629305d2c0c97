-- name: add_month
SELECT add_month($1::date)

-- name: claim
INSERT INTO contact_keys (tenant, contact_id, occurred_at, revision, reading, fingerprint, erased_at)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::integer[], $6::text[], $7::timestamptz[])
ON CONFLICT DO NOTHING
RETURNING tenant, contact_id

-- name: hold
SELECT k.tenant, k.contact_id, k.occurred_at, k.revision, k.reading, k.fingerprint, k.erased_at
FROM contact_keys AS k
JOIN unnest($1::text[], $2::uuid[]) AS asked (tenant, contact_id) USING (tenant, contact_id)
ORDER BY k.tenant, k.contact_id
FOR UPDATE OF k

-- name: unknown
SELECT tenant, contact_id FROM unnest($1::text[], $2::uuid[]) AS asked (tenant, contact_id)
EXCEPT
SELECT k.tenant, k.contact_id FROM contact_keys AS k JOIN unnest($1::text[], $2::uuid[]) AS asked (tenant, contact_id) USING (tenant, contact_id)

-- name: retell
UPDATE contact_keys AS k
SET occurred_at = said.occurred_at, revision = said.revision, reading = said.reading, fingerprint = said.fingerprint,
    erased_at = said.erased_at
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::integer[], $6::text[], $7::timestamptz[])
    AS said (tenant, contact_id, occurred_at, revision, reading, fingerprint, erased_at)
WHERE (k.tenant, k.contact_id) = (said.tenant, said.contact_id)

-- name: take_out
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS asked (tenant, contact_id, occurred_at)
), contact AS (
    DELETE FROM contacts AS c USING asked AS a
    WHERE c.tenant = a.tenant AND c.occurred_at = a.occurred_at AND c.contact_id = a.contact_id
    RETURNING c.tenant, c.contact_id, c.occurred_at, c.person, c.product, c.disposition,
        c.customer IS NOT NULL AND c.annual_value IS NOT NULL AS names_value, c.remedy ->> 'remedy_id' AS remedy_id
), friction AS (
    DELETE FROM frictions AS f USING asked AS a
    WHERE f.tenant = a.tenant AND f.occurred_at = a.occurred_at AND f.contact_id = a.contact_id
    RETURNING f.tenant, f.contact_id, f.signal_id, f.intensity
)
-- Put together without a join: PostgreSQL expects next to nothing of what is deleted and would compare each with each.
SELECT whole.*, o.occurred_at AS ended_at, o.resolution, o.csat, o.minutes_spent, o.remedy_taken
FROM (
    SELECT tenant, contact_id, max(occurred_at) AS occurred_at, max(person) AS person, max(product) AS product,
        max(disposition) AS disposition, bool_or(names_value) AS names_value, max(remedy_id)::uuid AS remedy_id,
        coalesce(array_agg(signal_id) FILTER (WHERE intensity IS NOT NULL), '{}') AS signals,
        coalesce(array_agg(intensity) FILTER (WHERE intensity IS NOT NULL), '{}') AS intensities
    FROM (
        SELECT tenant, contact_id, occurred_at, person, product, disposition, names_value, remedy_id,
            NULL::uuid AS signal_id, NULL::smallint AS intensity
        FROM contact
        UNION ALL
        SELECT tenant, contact_id, NULL, NULL, NULL, NULL, NULL, NULL, signal_id, intensity FROM friction
    ) AS part
    GROUP BY tenant, contact_id
) AS whole
LEFT JOIN outcomes AS o USING (tenant, contact_id)

-- name: counted
-- What contacts are counted as, before something of it changes.
SELECT c.tenant, c.contact_id, c.occurred_at, c.person, c.product, c.disposition,
    bool_or(c.customer IS NOT NULL AND c.annual_value IS NOT NULL) AS names_value,
    coalesce(array_agg(f.signal_id) FILTER (WHERE f.intensity IS NOT NULL), '{}') AS signals,
    coalesce(array_agg(f.intensity) FILTER (WHERE f.intensity IS NOT NULL), '{}') AS intensities,
    (c.remedy ->> 'remedy_id')::uuid AS remedy_id,
    o.occurred_at AS ended_at, o.resolution, o.csat, o.minutes_spent, o.remedy_taken
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS asked (tenant, contact_id, occurred_at)
JOIN contacts AS c USING (tenant, contact_id, occurred_at)
LEFT JOIN frictions AS f USING (tenant, contact_id, occurred_at)
LEFT JOIN outcomes AS o USING (tenant, contact_id)
GROUP BY c.tenant, c.contact_id, c.occurred_at, c.person, c.product, c.disposition, c.remedy ->> 'remedy_id',
    o.occurred_at, o.resolution, o.csat, o.minutes_spent, o.remedy_taken

-- name: of_customers
SELECT contact_id, occurred_at FROM contacts
WHERE tenant = $1 AND customer = ANY ($2::text[]) AND ($3::timestamptz IS NULL OR received_at <= $3)

-- name: rename
WITH renamed AS (
    UPDATE contacts SET customer = $3, person = $3
    WHERE tenant = $1 AND customer = $2
    RETURNING occurred_at, contact_id
)
UPDATE frictions AS f SET person = $3
FROM renamed AS r
WHERE f.tenant = $1 AND f.occurred_at = r.occurred_at AND f.contact_id = r.contact_id

-- name: blank
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($2::uuid[], $3::timestamptz[]) AS asked (contact_id, occurred_at)
), key AS (
    UPDATE contact_keys AS k SET fingerprint = '', erased_at = $5
    FROM asked AS a WHERE k.tenant = $1 AND k.contact_id = a.contact_id
), friction AS (
    UPDATE frictions AS f
    SET person = $4, embedding = NULL, reasons = '{}', span_start = 0, span_end = 0
    FROM asked AS a WHERE f.tenant = $1 AND f.occurred_at = a.occurred_at AND f.contact_id = a.contact_id
)
UPDATE contacts AS c
SET customer = $4, person = $4, fingerprint = '', source = NULL, external_id = NULL, thread_id = NULL, subject = NULL, text = '',
    annual_value = NULL, locale = NULL, attributes = '{}', redactions = '{}', misfit_reason = NULL, urgency_reason = NULL, erased_at = $5
FROM asked AS a WHERE c.tenant = $1 AND c.occurred_at = a.occurred_at AND c.contact_id = a.contact_id

-- name: conflict
INSERT INTO conflicts (tenant, contact_id, revision, fingerprint, kept, received_at, seen_at)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
ON CONFLICT DO NOTHING
