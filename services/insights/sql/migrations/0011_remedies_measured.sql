-- migrate:up

-- How remedies do: a rollup over contacts that were offered one, by the day they occurred on, always equal to a recount. Where it was
-- taken and where it was not (or nobody said): how many were won and lost.
CREATE TABLE remedy_days (
    tenant      text     NOT NULL,
    remedy_id   uuid     NOT NULL,
    day         date     NOT NULL,  -- UTC
    offered     integer  NOT NULL,
    taken       integer  NOT NULL,
    taken_won   integer  NOT NULL,
    taken_lost  integer  NOT NULL,
    left_won    integer  NOT NULL,
    left_lost   integer  NOT NULL,
    PRIMARY KEY (tenant, remedy_id, day)
);

-- What is there already is counted.
INSERT INTO remedy_days (tenant, remedy_id, day, offered, taken, taken_won, taken_lost, left_won, left_lost)
SELECT tenant, (c.remedy ->> 'remedy_id')::uuid, (c.occurred_at AT TIME ZONE 'UTC')::date, count(*),
    count(*) FILTER (WHERE o.remedy_taken),
    count(*) FILTER (WHERE o.remedy_taken AND o.resolution = 'won'),
    count(*) FILTER (WHERE o.remedy_taken AND o.resolution = 'lost'),
    count(*) FILTER (WHERE o.remedy_taken IS NOT TRUE AND o.resolution = 'won'),
    count(*) FILTER (WHERE o.remedy_taken IS NOT TRUE AND o.resolution = 'lost')
FROM contacts AS c
LEFT JOIN outcomes AS o USING (tenant, contact_id)
WHERE c.remedy IS NOT NULL
GROUP BY 1, 2, 3;

DROP INDEX contacts_by_remedy;

-- migrate:down

CREATE INDEX contacts_by_remedy ON contacts (tenant, ((remedy ->> 'remedy_id')), occurred_at) WHERE remedy IS NOT NULL;
DROP TABLE remedy_days;
