-- migrate:up

-- When a status was set, and by whom: `proof` takes back what it said itself, never what a person said.
ALTER TABLE signals
    ADD COLUMN status_by text NOT NULL DEFAULT 'discovery',
    ADD COLUMN status_at timestamptz,  -- NULL: it never changed
    ADD COLUMN fix_id    uuid;         -- the fix that counts

-- What shipped against a signal. Rows are never changed: whoever puts a fix right, or takes one back, lets the signal name another.
CREATE TABLE fixes (
    tenant      text        NOT NULL,
    fix_id      uuid        NOT NULL,
    signal_id   uuid        NOT NULL,
    shipped_at  timestamptz NOT NULL,
    version     text,                  -- the first that has it; NULL: it has none
    product     text,                  -- NULL: all products
    follows     uuid,                  -- the fix of this signal before it
    told_by     text        NOT NULL,
    told_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant, fix_id)
);

CREATE INDEX fixes_by_time ON fixes (tenant, shipped_at);
CREATE INDEX signals_fixed ON signals (tenant, signal_id) WHERE fix_id IS NOT NULL;

-- How many customers were active, as a tenant tells it.
CREATE TABLE exposure (
    tenant     text   NOT NULL,
    day        date   NOT NULL,  -- UTC
    product    text   NOT NULL,  -- '': all products
    version    text   NOT NULL,  -- '': all versions
    customers  bigint NOT NULL,
    PRIMARY KEY (tenant, day, product, version)
);

-- Failures, worked out anew every round from contacts, fixes and outcomes: one row per fix that a friction came back after, and one
-- per answer (`contact_id`) after which its customer met the friction again.
CREATE TABLE repeats (
    tenant           text        NOT NULL,
    repeat_id        uuid        NOT NULL,
    signal_id        uuid        NOT NULL,
    fix_id           uuid,
    contact_id       uuid,
    since            timestamptz NOT NULL,  -- the fix, or the answer
    first_at         timestamptz NOT NULL,
    latest_at        timestamptz NOT NULL,
    meetings         integer     NOT NULL,
    contacts         integer     NOT NULL,
    customers        integer     NOT NULL,
    customers_again  integer     NOT NULL,  -- of them, who had met it before
    evidence         uuid[]      NOT NULL,  -- the contact that began each meeting, the latest ones
    PRIMARY KEY (tenant, repeat_id)
);

CREATE INDEX repeats_by_time ON repeats (tenant, latest_at, repeat_id);

-- Who is to be told of a fix: one contact of each customer it was for. No customer stands here: the contact knows whose it is.
CREATE TABLE loops (
    tenant       text        NOT NULL,
    signal_id    uuid        NOT NULL,
    fix_id       uuid        NOT NULL,
    contact_id   uuid        NOT NULL,
    is_closable  boolean     NOT NULL,  -- whether there is an id by which the upstream app knows whom to tell
    closed_at    timestamptz NOT NULL,  -- when it was told, or could have been
    PRIMARY KEY (tenant, signal_id, fix_id, contact_id)
);

CREATE INDEX loops_by_time ON loops (tenant, signal_id, closed_at, contact_id);

-- Whose contacts say nothing about how many there are otherwise, from `since` to `until` (excluded), UTC: the signal that is judged, every
-- other that had a fix of its own meanwhile, which makes them fewer, or that escalated, which makes them more.
CREATE FUNCTION moved_signals(whose text, judged uuid, since date, until date) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE moved (signal_id) AS (
        (
            SELECT judged
            UNION ALL
            SELECT f.signal_id FROM fixes AS f
            WHERE f.tenant = whose
              AND f.shipped_at >= since::timestamp AT TIME ZONE 'UTC' AND f.shipped_at < until::timestamp AT TIME ZONE 'UTC'
            UNION ALL
            SELECT c.signal_id FROM signal_changes AS c
            WHERE c.tenant = whose AND c.change = 'escalated'
              AND c.changed_at >= since::timestamp AT TIME ZONE 'UTC' AND c.changed_at < until::timestamp AT TIME ZONE 'UTC'
        )
        UNION
        -- What belongs to a signal that was merged counts for the one it was merged into.
        SELECT s.merged_into FROM moved AS m JOIN signals AS s ON s.tenant = whose AND s.signal_id = m.signal_id
        WHERE s.merged_into IS NOT NULL
    )
    SELECT signal_id FROM moved
$$;

-- migrate:down

DROP FUNCTION moved_signals(text, uuid, date, date);
DROP TABLE loops, repeats, exposure, fixes;
ALTER TABLE signals DROP COLUMN status_by, DROP COLUMN status_at, DROP COLUMN fix_id;
