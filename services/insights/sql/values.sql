-- What customers are worth, and the signals they met. One customer's contacts are in order in one log, so nobody else counts them at
-- the same time.

-- name: worth
-- What these people are worth to each signal they met.
SELECT c.tenant, c.signal_id, sum(v.annual_value)::bigint AS annual_value, count(*)::integer AS customers
FROM (
    SELECT DISTINCT s.tenant, s.signal_id, s.person
    FROM unnest($1::text[], $2::text[]) AS asked (tenant, person)
    JOIN signal_customers AS s USING (tenant, person)
    WHERE s.contacts > 0
) AS c
JOIN customer_values AS v USING (tenant, person)
GROUP BY c.tenant, c.signal_id

-- name: are_valued
-- Those of these people who have a value.
SELECT tenant, person FROM unnest($1::text[], $2::text[]) AS asked (tenant, person) JOIN customer_values USING (tenant, person)

-- name: look_again
-- The value of these people as their contacts have it now.
WITH found AS (
    SELECT asked.tenant, asked.person, latest.annual_value
    FROM unnest($1::text[], $2::text[]) AS asked (tenant, person)
    CROSS JOIN LATERAL (
        SELECT round(c.annual_value)::bigint AS annual_value
        FROM contacts AS c
        WHERE c.tenant = asked.tenant AND c.customer = asked.person AND c.annual_value IS NOT NULL
        ORDER BY c.occurred_at DESC, c.contact_id DESC
        LIMIT 1
    ) AS latest
), gone AS (
    DELETE FROM customer_values AS v
    USING unnest($1::text[], $2::text[]) AS asked (tenant, person)
    WHERE v.tenant = asked.tenant AND v.person = asked.person
      AND NOT EXISTS (SELECT FROM found AS f WHERE f.tenant = v.tenant AND f.person = v.person)
)
INSERT INTO customer_values (tenant, person, annual_value)
SELECT tenant, person, annual_value FROM found ORDER BY tenant, person
ON CONFLICT (tenant, person) DO UPDATE SET annual_value = excluded.annual_value

-- name: add
INSERT INTO signal_values AS v (tenant, signal_id, annual_value, customers)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::integer[])
ON CONFLICT (tenant, signal_id) DO UPDATE
SET annual_value = v.annual_value + excluded.annual_value, customers = v.customers + excluded.customers

-- name: drop_empty
DELETE FROM signal_values AS v
USING unnest($1::text[], $2::uuid[]) AS e (tenant, signal_id)
WHERE v.tenant = e.tenant AND v.signal_id = e.signal_id AND v.customers = 0

-- name: forget_signals
DELETE FROM signal_values WHERE tenant = $1 AND signal_id = ANY ($2::uuid[])

-- name: recount_signals
INSERT INTO signal_values (tenant, signal_id, annual_value, customers)
SELECT tenant, signal_id, sum(annual_value), count(*)
FROM (
    SELECT DISTINCT tenant, signal_id, person FROM signal_customers WHERE tenant = $1 AND signal_id = ANY ($2::uuid[]) AND contacts > 0
) AS met
JOIN customer_values USING (tenant, person)
GROUP BY tenant, signal_id
