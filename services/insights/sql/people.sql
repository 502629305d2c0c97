-- name: known
SELECT alias, customer FROM customer_aliases WHERE tenant = $1 AND alias = ANY ($2::text[])

-- name: alias
WITH moved AS (
    UPDATE customer_aliases SET customer = $3 WHERE tenant = $1 AND customer = $2
)
INSERT INTO customer_aliases (tenant, alias, customer) VALUES ($1, $2, $3)
ON CONFLICT (tenant, alias) DO UPDATE SET customer = excluded.customer

-- name: everybody
-- All pseudonyms of the people who have one of these.
SELECT DISTINCT alias FROM (
    SELECT unnest($2::text[]) AS alias
    UNION SELECT a.customer FROM customer_aliases AS a WHERE a.tenant = $1 AND a.alias = ANY ($2::text[])
    UNION SELECT b.alias
    FROM customer_aliases AS b
    WHERE b.tenant = $1 AND b.customer IN (
        SELECT unnest($2::text[])
        UNION SELECT a.customer FROM customer_aliases AS a WHERE a.tenant = $1 AND a.alias = ANY ($2::text[])
    )
) AS pseudonyms

-- name: forget
INSERT INTO forgotten (tenant, customer, erasure_id, requested_at)
SELECT $1, customer, $3, $4 FROM unnest($2::text[]) AS said (customer)
ON CONFLICT (tenant, customer) DO UPDATE SET requested_at = greatest(forgotten.requested_at, excluded.requested_at)

-- name: forgotten
SELECT customer, requested_at FROM forgotten WHERE tenant = $1 AND customer = ANY ($2::text[])
