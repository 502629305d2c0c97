-- name: first_met
SELECT product_version AS version, min(occurred_at) AS first_at
FROM (
    SELECT product_version, occurred_at FROM frictions
    WHERE tenant = $1 AND signal_id = $2
    ORDER BY occurred_at DESC
    LIMIT $3
) AS latest
WHERE product_version IS NOT NULL
GROUP BY product_version
ORDER BY first_at DESC, version
LIMIT $4
