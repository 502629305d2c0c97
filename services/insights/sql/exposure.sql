-- How many customers were active, as told.

-- name: put
INSERT INTO exposure (tenant, day, product, version, customers)
SELECT $1, * FROM unnest($2::date[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (tenant, day, product, version) DO UPDATE SET customers = excluded.customers

-- name: take_back
DELETE FROM exposure AS e
USING unnest($2::date[], $3::text[], $4::text[]) AS said (day, product, version)
WHERE e.tenant = $1 AND e.day = said.day AND e.product = said.product AND e.version = said.version

-- name: between
SELECT day, product, version, customers FROM exposure WHERE tenant = $1 AND day >= $2 AND day < $3

-- name: page
SELECT day, product, version, customers FROM exposure
WHERE tenant = $1 AND ($2::text IS NULL OR product = $2) AND ($3::text IS NULL OR version = $3)
  AND day >= $4 AND day < $5 AND (day, product, version) > ($6, $7, $8)
ORDER BY day, product, version
LIMIT $9
