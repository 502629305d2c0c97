-- The remedy book: every revision of every remedy, the highest counts.

-- name: hold
-- Whoever changes a tenant's book is the only one until the transaction ends, so revisions follow one another.
SELECT pg_advisory_xact_lock(hashtext('failbetter.remedies'), hashtext($1))

-- name: write
INSERT INTO remedies (
    tenant, remedy_id, revision, actor, changed_at, acknowledgement, solution, gift, is_active, kinds, products, phrases,
    like_signal_id, like_contact_id, like_friction, vector
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)

-- name: current
SELECT DISTINCT ON (remedy_id) * FROM remedies
WHERE tenant = $1 AND ($2::uuid IS NULL OR remedy_id = $2)
ORDER BY remedy_id, revision DESC

-- name: like_contacts
-- Remedies whose meaning was taken from one of these contacts.
SELECT * FROM (
    SELECT DISTINCT ON (remedy_id) * FROM remedies WHERE tenant = $1 ORDER BY remedy_id, revision DESC
) AS current
WHERE like_contact_id = ANY ($2::uuid[])

-- name: forget_contacts
UPDATE remedies SET like_contact_id = NULL, like_friction = NULL, vector = NULL
WHERE tenant = $1 AND like_contact_id = ANY ($2::uuid[])

-- name: of_signal
SELECT space, centroid AS embedding FROM signals WHERE tenant = $1 AND signal_id = $2

-- name: of_friction
SELECT f.space, f.embedding
FROM contact_keys AS k
JOIN frictions AS f USING (tenant, occurred_at, contact_id)
WHERE k.tenant = $1 AND k.contact_id = $2 AND f.ordinal = $3 AND f.embedding IS NOT NULL

-- name: history
SELECT revision, actor, changed_at, is_active FROM remedies WHERE tenant = $1 AND remedy_id = $2 ORDER BY revision DESC LIMIT $3

-- name: outcomes
-- What became of the contacts of these days that were offered a remedy.
SELECT remedy_id, sum(offered)::bigint AS offered, sum(taken)::bigint AS taken,
    sum(taken_won)::bigint AS taken_won, sum(taken_lost)::bigint AS taken_lost,
    sum(left_won)::bigint AS left_won, sum(left_lost)::bigint AS left_lost
FROM remedy_days
WHERE tenant = $1 AND remedy_id = ANY ($2::uuid[]) AND day >= ($3::timestamptz AT TIME ZONE 'UTC')::date
GROUP BY remedy_id
