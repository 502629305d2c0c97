-- migrate:up

-- What customers are worth, and signals by it: rollups, always equal to a recount -------------------------------------

CREATE INDEX contacts_by_value ON contacts (tenant, customer, occurred_at, contact_id)
    WHERE customer IS NOT NULL AND annual_value IS NOT NULL;

-- A customer's annual value as their latest contact that names one says, in whole units, so that sums are exact.
CREATE TABLE customer_values (
    tenant        text    NOT NULL,
    person        text    NOT NULL,
    annual_value  bigint  NOT NULL,
    PRIMARY KEY (tenant, person)
);

-- The sum over the customers of a signal whose value is known, and how many they are.
CREATE TABLE signal_values (
    tenant        text     NOT NULL,
    signal_id     uuid     NOT NULL,
    annual_value  bigint   NOT NULL,
    customers     integer  NOT NULL,
    PRIMARY KEY (tenant, signal_id)
);

-- How contacts ended: rollups over contacts that are there and outcomes that were reported, always equal to a recount ------------------

-- Of the contacts of a signal that occurred on a day: how many have an outcome, how many of those tell the time they took, and that time.
CREATE TABLE signal_answers (
    tenant     text     NOT NULL,
    signal_id  uuid     NOT NULL,
    day        date     NOT NULL,  -- UTC
    answered   integer  NOT NULL,
    timed      integer  NOT NULL,
    seconds    bigint   NOT NULL,
    PRIMARY KEY (tenant, signal_id, day)
);

CREATE INDEX signal_answers_by_day ON signal_answers (tenant, day);

-- Of the contacts whose outcome is of a day, by what they are: how many were won, lost, rated, and rated 4 or 5.
CREATE TABLE outcome_days (
    tenant       text     NOT NULL,
    day          date     NOT NULL,  -- UTC
    disposition  text     NOT NULL,
    outcomes     integer  NOT NULL,
    won          integer  NOT NULL,
    lost         integer  NOT NULL,
    rated        integer  NOT NULL,
    satisfied    integer  NOT NULL,
    PRIMARY KEY (tenant, day, disposition)
);

-- What is there already is counted.
INSERT INTO customer_values (tenant, person, annual_value)
SELECT DISTINCT ON (tenant, customer) tenant, customer, round(annual_value)::bigint
FROM contacts
WHERE customer IS NOT NULL AND annual_value IS NOT NULL
ORDER BY tenant, customer, occurred_at DESC, contact_id DESC;

INSERT INTO signal_values (tenant, signal_id, annual_value, customers)
SELECT tenant, signal_id, sum(annual_value), count(*)
FROM (SELECT DISTINCT tenant, signal_id, person FROM signal_customers WHERE contacts > 0) AS met
JOIN customer_values USING (tenant, person)
GROUP BY tenant, signal_id;

INSERT INTO signal_answers (tenant, signal_id, day, answered, timed, seconds)
SELECT tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date, count(*), count(o.minutes_spent),
    coalesce(sum(round(o.minutes_spent * 60)), 0)
FROM (SELECT DISTINCT tenant, signal_id, contact_id, occurred_at FROM frictions WHERE signal_id IS NOT NULL) AS f
JOIN outcomes AS o USING (tenant, contact_id)
GROUP BY tenant, f.signal_id, (f.occurred_at AT TIME ZONE 'UTC')::date;

INSERT INTO outcome_days (tenant, day, disposition, outcomes, won, lost, rated, satisfied)
SELECT tenant, (o.occurred_at AT TIME ZONE 'UTC')::date, c.disposition, count(*), count(*) FILTER (WHERE o.resolution = 'won'),
    count(*) FILTER (WHERE o.resolution = 'lost'), count(o.csat), count(*) FILTER (WHERE o.csat >= 4)
FROM outcomes AS o
JOIN contacts AS c USING (tenant, contact_id)
GROUP BY tenant, (o.occurred_at AT TIME ZONE 'UTC')::date, c.disposition;

-- What a company set differently of services/insights/rules/priority.py, and who did. Without a row everything is as it comes.
CREATE TABLE priority_weights (
    tenant      text        NOT NULL PRIMARY KEY,
    weights     jsonb       NOT NULL,  -- by name
    set_by      text        NOT NULL,
    set_at      timestamptz NOT NULL
);

-- migrate:down

DROP TABLE priority_weights, outcome_days, signal_answers, signal_values, customer_values;
DROP INDEX contacts_by_value;
