-- name: add_hours
INSERT INTO signal_hours AS h (tenant, signal_id, hour, contacts, frictions, intensity)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::integer[], $6::bigint[])
ON CONFLICT (tenant, signal_id, hour) DO UPDATE
SET contacts = h.contacts + excluded.contacts, frictions = h.frictions + excluded.frictions,
    intensity = h.intensity + excluded.intensity

-- name: drop_empty_hours
DELETE FROM signal_hours AS h
USING unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS e (tenant, signal_id, hour)
WHERE h.tenant = e.tenant AND h.signal_id = e.signal_id AND h.hour = e.hour AND h.contacts = 0

-- name: add_customers
INSERT INTO signal_customers AS c (tenant, signal_id, day, person, contacts)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::date[], $4::text[], $5::integer[])
ON CONFLICT (tenant, signal_id, day, person) DO UPDATE SET contacts = c.contacts + excluded.contacts

-- name: drop_empty_customers
DELETE FROM signal_customers AS c
USING unnest($1::text[], $2::uuid[], $3::date[], $4::text[]) AS e (tenant, signal_id, day, person)
WHERE c.tenant = e.tenant AND c.signal_id = e.signal_id AND c.day = e.day AND c.person = e.person AND c.contacts = 0

-- name: add_days
INSERT INTO contact_days AS d (tenant, day, product, disposition, contacts, frictions, intensity)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::bigint[])
ON CONFLICT (tenant, day, product, disposition) DO UPDATE
SET contacts = d.contacts + excluded.contacts, frictions = d.frictions + excluded.frictions,
    intensity = d.intensity + excluded.intensity

-- name: drop_empty_days
DELETE FROM contact_days AS d
USING unnest($1::text[], $2::date[], $3::text[], $4::text[]) AS e (tenant, day, product, disposition)
WHERE d.tenant = e.tenant AND d.day = e.day AND d.product = e.product AND d.disposition = e.disposition AND d.contacts = 0

-- name: add_answers
INSERT INTO signal_answers AS a (tenant, signal_id, day, answered, timed, seconds)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::date[], $4::integer[], $5::integer[], $6::bigint[])
ON CONFLICT (tenant, signal_id, day) DO UPDATE
SET answered = a.answered + excluded.answered, timed = a.timed + excluded.timed, seconds = a.seconds + excluded.seconds

-- name: drop_empty_answers
DELETE FROM signal_answers AS a
USING unnest($1::text[], $2::uuid[], $3::date[]) AS e (tenant, signal_id, day)
WHERE a.tenant = e.tenant AND a.signal_id = e.signal_id AND a.day = e.day AND a.answered = 0

-- name: add_outcomes
INSERT INTO outcome_days AS d (tenant, day, disposition, outcomes, won, lost, rated, satisfied)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[])
ON CONFLICT (tenant, day, disposition) DO UPDATE
SET outcomes = d.outcomes + excluded.outcomes, won = d.won + excluded.won, lost = d.lost + excluded.lost,
    rated = d.rated + excluded.rated, satisfied = d.satisfied + excluded.satisfied

-- name: drop_empty_outcomes
DELETE FROM outcome_days AS d
USING unnest($1::text[], $2::date[], $3::text[]) AS e (tenant, day, disposition)
WHERE d.tenant = e.tenant AND d.day = e.day AND d.disposition = e.disposition AND d.outcomes = 0

-- name: add_remedies
INSERT INTO remedy_days AS d (tenant, remedy_id, day, offered, taken, taken_won, taken_lost, left_won, left_lost)
SELECT * FROM unnest(
    $1::text[], $2::uuid[], $3::date[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::integer[]
)
ON CONFLICT (tenant, remedy_id, day) DO UPDATE
SET offered = d.offered + excluded.offered, taken = d.taken + excluded.taken, taken_won = d.taken_won + excluded.taken_won,
    taken_lost = d.taken_lost + excluded.taken_lost, left_won = d.left_won + excluded.left_won, left_lost = d.left_lost + excluded.left_lost

-- name: drop_empty_remedies
DELETE FROM remedy_days AS d
USING unnest($1::text[], $2::uuid[], $3::date[]) AS e (tenant, remedy_id, day)
WHERE d.tenant = e.tenant AND d.remedy_id = e.remedy_id AND d.day = e.day AND d.offered = 0

-- Signals counted again from their frictions, from one moment to another (excluded), both the beginning of a day.

-- name: forget_hours
DELETE FROM signal_hours WHERE tenant = $1 AND signal_id = ANY ($2::uuid[]) AND hour >= $3 AND hour < $4

-- name: forget_customers
DELETE FROM signal_customers
WHERE tenant = $1 AND signal_id = ANY ($2::uuid[])
  AND day >= ($3::timestamptz AT TIME ZONE 'UTC')::date AND day < ($4::timestamptz AT TIME ZONE 'UTC')::date

-- name: recount_hours
INSERT INTO signal_hours (tenant, signal_id, hour, contacts, frictions, intensity)
SELECT tenant, signal_id, date_trunc('hour', occurred_at, 'UTC'), count(DISTINCT contact_id), count(*), sum(intensity)
FROM frictions
WHERE tenant = $1 AND signal_id = ANY ($2::uuid[]) AND occurred_at >= $3 AND occurred_at < $4
GROUP BY tenant, signal_id, date_trunc('hour', occurred_at, 'UTC')

-- name: recount_customers
INSERT INTO signal_customers (tenant, signal_id, day, person, contacts)
SELECT tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date, person, count(DISTINCT contact_id)
FROM frictions
WHERE tenant = $1 AND signal_id = ANY ($2::uuid[]) AND occurred_at >= $3 AND occurred_at < $4
GROUP BY tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date, person

-- name: forget_answers
DELETE FROM signal_answers
WHERE tenant = $1 AND signal_id = ANY ($2::uuid[])
  AND day >= ($3::timestamptz AT TIME ZONE 'UTC')::date AND day < ($4::timestamptz AT TIME ZONE 'UTC')::date

-- name: recount_answers
INSERT INTO signal_answers (tenant, signal_id, day, answered, timed, seconds)
SELECT tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date, count(*), count(o.minutes_spent),
    coalesce(sum(round(o.minutes_spent * 60)), 0)
FROM (
    SELECT DISTINCT tenant, signal_id, contact_id, occurred_at
    FROM frictions
    WHERE tenant = $1 AND signal_id = ANY ($2::uuid[]) AND occurred_at >= $3 AND occurred_at < $4
) AS f
JOIN outcomes AS o USING (tenant, contact_id)
GROUP BY tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date
