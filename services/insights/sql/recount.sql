-- Every statement returns what a rollup says and should say, where the two differ.

-- name: signal_hours
SELECT tenant, format('signal %s, hour %s', signal_id, hour) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, signal_id, hour,
        format('%s contacts, %s frictions, intensity %s', contacts, frictions, intensity) AS counted
    FROM signal_hours
) AS r
FULL JOIN (
    SELECT tenant, signal_id, date_trunc('hour', occurred_at, 'UTC') AS hour,
        format('%s contacts, %s frictions, intensity %s', count(DISTINCT contact_id), count(*), sum(intensity)) AS recounted
    FROM frictions WHERE signal_id IS NOT NULL
    GROUP BY tenant, signal_id, date_trunc('hour', occurred_at, 'UTC')
) AS t USING (tenant, signal_id, hour)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: signal_totals
-- A total of nothing may stay behind.
SELECT tenant, format('signal %s', signal_id) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, signal_id,
        format('%s contacts, %s frictions, intensity %s, %s customers', contacts, frictions, intensity, customers) AS counted
    FROM signal_totals WHERE (contacts, frictions, intensity, customers) <> (0, 0, 0, 0)
) AS r
FULL JOIN (
    SELECT tenant, signal_id,
        format(
            '%s contacts, %s frictions, intensity %s, %s customers',
            count(DISTINCT contact_id), count(*), sum(intensity), count(DISTINCT person)
        ) AS recounted
    FROM frictions WHERE signal_id IS NOT NULL
    GROUP BY tenant, signal_id
) AS t USING (tenant, signal_id)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: signal_customers
SELECT tenant, format('signal %s, day %s, person %s', signal_id, day, person) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (SELECT tenant, signal_id, day, person, format('%s contacts', contacts) AS counted FROM signal_customers) AS r
FULL JOIN (
    SELECT tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, person,
        format('%s contacts', count(DISTINCT contact_id)) AS recounted
    FROM frictions WHERE signal_id IS NOT NULL
    GROUP BY tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date, person
) AS t USING (tenant, signal_id, day, person)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: contact_days
SELECT tenant, format('day %s, product %L, disposition %s', day, product, disposition) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, day, product, disposition,
        format('%s contacts, %s frictions, intensity %s', contacts, frictions, intensity) AS counted
    FROM contact_days
) AS r
FULL JOIN (
    SELECT c.tenant, (c.occurred_at AT TIME ZONE 'UTC')::date AS day, coalesce(c.product, '') AS product, c.disposition,
        format('%s contacts, %s frictions, intensity %s', count(*), sum(f.frictions), sum(f.intensity)) AS recounted
    FROM contacts AS c
    LEFT JOIN LATERAL (
        SELECT count(*) AS frictions, coalesce(sum(intensity), 0) AS intensity
        FROM frictions
        WHERE tenant = c.tenant AND occurred_at = c.occurred_at AND contact_id = c.contact_id
    ) AS f ON true
    GROUP BY c.tenant, (c.occurred_at AT TIME ZONE 'UTC')::date, coalesce(c.product, ''), c.disposition
) AS t USING (tenant, day, product, disposition)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: customer_values
SELECT tenant, format('customer %s', person) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (SELECT tenant, person, annual_value::text AS counted FROM customer_values) AS r
FULL JOIN (
    SELECT tenant, customer AS person, round((array_agg(annual_value ORDER BY occurred_at DESC, contact_id DESC))[1])::bigint::text AS recounted
    FROM contacts WHERE customer IS NOT NULL AND annual_value IS NOT NULL
    GROUP BY tenant, customer
) AS t USING (tenant, person)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: signal_values
SELECT tenant, format('signal %s', signal_id) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (SELECT tenant, signal_id, format('%s of %s customers', annual_value, customers) AS counted FROM signal_values) AS r
FULL JOIN (
    SELECT f.tenant, f.signal_id, format('%s of %s customers', sum(v.annual_value), count(*)) AS recounted
    FROM (SELECT DISTINCT tenant, signal_id, person FROM frictions WHERE signal_id IS NOT NULL) AS f
    JOIN customer_values AS v USING (tenant, person)
    GROUP BY f.tenant, f.signal_id
) AS t USING (tenant, signal_id)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: signal_answers
SELECT tenant, format('signal %s, day %s', signal_id, day) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, signal_id, day, format('%s answered, %s timed, %s s', answered, timed, seconds) AS counted FROM signal_answers
) AS r
FULL JOIN (
    SELECT tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date AS day,
        format('%s answered, %s timed, %s s', count(*), count(o.minutes_spent), coalesce(sum(round(o.minutes_spent * 60)), 0)) AS recounted
    FROM (SELECT DISTINCT tenant, signal_id, contact_id, occurred_at FROM frictions WHERE signal_id IS NOT NULL) AS f
    JOIN outcomes AS o USING (tenant, contact_id)
    GROUP BY tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date
) AS t USING (tenant, signal_id, day)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: outcome_days
SELECT tenant, format('day %s, disposition %s', day, disposition) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, day, disposition,
        format('%s outcomes, %s won, %s lost, %s rated, %s satisfied', outcomes, won, lost, rated, satisfied) AS counted
    FROM outcome_days
) AS r
FULL JOIN (
    SELECT tenant, (o.occurred_at AT TIME ZONE 'UTC')::date AS day, c.disposition,
        format('%s outcomes, %s won, %s lost, %s rated, %s satisfied', count(*), count(*) FILTER (WHERE o.resolution = 'won'),
            count(*) FILTER (WHERE o.resolution = 'lost'), count(o.csat), count(*) FILTER (WHERE o.csat >= 4)) AS recounted
    FROM outcomes AS o
    JOIN contacts AS c USING (tenant, contact_id)
    GROUP BY tenant, (o.occurred_at AT TIME ZONE 'UTC')::date, c.disposition
) AS t USING (tenant, day, disposition)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: remedy_days
SELECT tenant, format('remedy %s, day %s', remedy_id, day) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, remedy_id, day,
        format('%s offered, %s taken, %s and %s of them won and lost, %s and %s of the others',
            offered, taken, taken_won, taken_lost, left_won, left_lost) AS counted
    FROM remedy_days
) AS r
FULL JOIN (
    SELECT tenant, (c.remedy ->> 'remedy_id')::uuid AS remedy_id, (c.occurred_at AT TIME ZONE 'UTC')::date AS day,
        format('%s offered, %s taken, %s and %s of them won and lost, %s and %s of the others',
            count(*), count(*) FILTER (WHERE o.remedy_taken),
            count(*) FILTER (WHERE o.remedy_taken AND o.resolution = 'won'), count(*) FILTER (WHERE o.remedy_taken AND o.resolution = 'lost'),
            count(*) FILTER (WHERE o.remedy_taken IS NOT TRUE AND o.resolution = 'won'),
            count(*) FILTER (WHERE o.remedy_taken IS NOT TRUE AND o.resolution = 'lost')) AS recounted
    FROM contacts AS c
    LEFT JOIN outcomes AS o USING (tenant, contact_id)
    WHERE c.remedy IS NOT NULL
    GROUP BY tenant, (c.remedy ->> 'remedy_id')::uuid, (c.occurred_at AT TIME ZONE 'UTC')::date
) AS t USING (tenant, remedy_id, day)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: contact_keys
SELECT tenant, format('contact %s', contact_id) AS place,
    coalesce(r.counted, 'nothing') AS counted, coalesce(t.recounted, 'nothing') AS recounted
FROM (
    SELECT tenant, contact_id, min(format('revision %s, reading %s, %s', revision, reading, occurred_at)) AS counted
    FROM contact_keys GROUP BY tenant, contact_id
) AS r
FULL JOIN (
    SELECT tenant, contact_id,
        string_agg(format('revision %s, reading %s, %s', revision, reading, occurred_at), ' and ') AS recounted
    FROM contacts GROUP BY tenant, contact_id
) AS t USING (tenant, contact_id)
WHERE r.counted IS DISTINCT FROM t.recounted

-- name: strangers
-- Frictions without their contact, of another person than it, or of a signal that is not there.
SELECT f.tenant, format('contact %s, friction %s', f.contact_id, f.ordinal) AS place,
    format('person %s, signal %s', f.person, coalesce(f.signal_id::text, 'none')) AS counted,
    CASE WHEN c.contact_id IS NULL THEN 'nothing'
        WHEN c.person <> f.person THEN format('person %s', c.person)
        ELSE 'no such signal' END AS recounted
FROM frictions AS f
LEFT JOIN contacts AS c USING (tenant, occurred_at, contact_id)
LEFT JOIN signals AS s ON s.tenant = f.tenant AND s.signal_id = f.signal_id
WHERE c.contact_id IS NULL OR c.person <> f.person OR (f.signal_id IS NOT NULL AND s.signal_id IS NULL)
