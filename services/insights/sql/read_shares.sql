-- name: shares
-- Of a signal's latest contacts, each once by its strongest friction: how many say what.
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (occurred_at, contact_id) kind, product, product_version, channel, plan, language
    FROM frictions
    WHERE tenant = $1 AND signal_id = $2
    ORDER BY occurred_at DESC, contact_id DESC, intensity DESC
    LIMIT $3
)
SELECT said.what, said.value, count(*) AS contacts
FROM latest
CROSS JOIN LATERAL (
    VALUES ('kind', kind), ('product', product), ('version', product_version), ('channel', channel), ('plan', plan), ('language', language)
) AS said (what, value)
GROUP BY said.what, said.value
ORDER BY said.what, count(*) DESC, said.value
