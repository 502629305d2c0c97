-- name: suits
-- Whether this server has what is needed, and whether we may become the caller $1, who must not get around row-level security.
SELECT
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') AS has_vector,
    coalesce(
        (SELECT pg_has_role(oid, 'SET') AND NOT rolsuper AND NOT rolbypassrls FROM pg_roles WHERE rolname = $1),
        (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
    ) AS has_caller

-- name: keep_tenants_apart
SELECT keep_tenants_apart()
