-- migrate:up

-- When a signal last stopped escalating, by the job that follows it: whatever escalates again within a day is the same episode.
ALTER TABLE signals ADD COLUMN calm_since timestamptz;

-- Signals that are not spoken of until they get worse than they were then.
CREATE TABLE snoozes (
    tenant      text        NOT NULL,
    signal_id   uuid        NOT NULL,
    actor       text        NOT NULL,
    snoozed_at  timestamptz NOT NULL,
    trend       text        NOT NULL,
    contacts    integer     NOT NULL,  -- in the day before
    PRIMARY KEY (tenant, signal_id)
);

-- The remedy book, and its log: every revision of every remedy, of which the highest counts.
CREATE TABLE remedies (
    tenant           text        NOT NULL,
    remedy_id        uuid        NOT NULL,
    revision         integer     NOT NULL,
    actor            text        NOT NULL,
    changed_at       timestamptz NOT NULL,
    acknowledgement  text        NOT NULL,
    solution         text        NOT NULL,
    gift             jsonb,      -- {"what", "cost", "limit"}
    is_active        boolean     NOT NULL,
    kinds            text[]      NOT NULL,
    products         text[]      NOT NULL,
    phrases          text[]      NOT NULL,
    -- What it is like: the centre of a signal, or a friction of a contact, and the meaning that was taken from there.
    like_signal_id   uuid,
    like_contact_id  uuid,
    like_friction    smallint,
    vector           jsonb,      -- as the contract writes it
    PRIMARY KEY (tenant, remedy_id, revision)
);

CREATE INDEX remedies_like_contact ON remedies (tenant, like_contact_id) WHERE like_contact_id IS NOT NULL;

CREATE INDEX contacts_by_remedy ON contacts (tenant, ((remedy ->> 'remedy_id')), occurred_at) WHERE remedy IS NOT NULL;

-- migrate:down

DROP INDEX contacts_by_remedy;
DROP TABLE remedies, snoozes;
ALTER TABLE signals DROP COLUMN calm_since;
