-- Batches of a tenant share its lock; who changes what is counted as what (a signal, a person) takes it alone.

-- name: take
SELECT CASE
    WHEN wanted.alone THEN pg_advisory_xact_lock(hashtext('failbetter.tenant'), hashtext(wanted.tenant))
    ELSE pg_advisory_xact_lock_shared(hashtext('failbetter.tenant'), hashtext(wanted.tenant))
END
FROM unnest($1::text[], $2::boolean[]) AS wanted (tenant, alone)

-- name: lead
SELECT pg_try_advisory_lock(hashtext('failbetter.leader'), hashtext($1))

-- name: stop_leading
SELECT pg_advisory_unlock(hashtext('failbetter.leader'), hashtext($1))
