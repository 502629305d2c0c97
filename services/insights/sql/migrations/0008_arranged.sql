-- migrate:up

-- How many frictions of a tenant and space were arranged anew the last time: see rules/arrangement.py.
CREATE TABLE arranged (
    tenant     text    NOT NULL,
    space      text    NOT NULL,
    frictions  integer NOT NULL,
    PRIMARY KEY (tenant, space)
);

-- Those that have signals are settled as far as they are now: an update must not rearrange what people know.
INSERT INTO arranged (tenant, space, frictions)
SELECT tenant, space, count(*) FROM frictions WHERE embedding IS NOT NULL AND signal_id IS NOT NULL GROUP BY tenant, space;

-- migrate:down

DROP TABLE arranged;
