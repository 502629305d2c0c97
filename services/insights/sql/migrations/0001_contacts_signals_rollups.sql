-- migrate:up

-- Tenant first in every key. Times are those of the event unless the name says otherwise.
-- `intensity` is counted in thousandths, so that sums are exact and a rollup can be compared with a recount.

CREATE EXTENSION IF NOT EXISTS vector;


-- Where the sink stands -------------------------------------------------------------------------------------------

-- `next_offset` only ever grows. `attempt_*` is written ahead of a batch and cleared by its transaction: what is found
-- at the start of a process is what the one before died at.
CREATE TABLE stream_offsets (
    cluster        text    NOT NULL,
    topic          text    NOT NULL,
    topic_id       text    NOT NULL,  -- '' where the broker tells none
    partition      integer NOT NULL,
    next_offset    bigint  NOT NULL,
    attempt_from   bigint,
    attempt_until  bigint,            -- excluded
    attempts       integer NOT NULL DEFAULT 0,
    counted_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cluster, topic, topic_id, partition)
);


-- Contacts --------------------------------------------------------------------------------------------------------

-- One row per contact for ever: uniqueness that holds across the months of `contacts`.
CREATE TABLE contact_keys (
    tenant       text        NOT NULL,
    contact_id   uuid        NOT NULL,
    occurred_at  timestamptz NOT NULL,
    revision     integer     NOT NULL,
    reading      integer     NOT NULL,
    fingerprint  text        NOT NULL,
    erased_at    timestamptz,
    PRIMARY KEY (tenant, contact_id)
);

CREATE TABLE contacts (
    tenant            text        NOT NULL,
    contact_id        uuid        NOT NULL,
    occurred_at       timestamptz NOT NULL,
    -- as received
    revision          integer     NOT NULL,
    fingerprint       text        NOT NULL,
    source            text,
    external_id       text,
    thread_id         text,
    channel           text        NOT NULL,
    subject           text,
    text              text        NOT NULL,
    customer          text,       -- pseudonym, after rotation the current one; a random id once erased
    person            text        NOT NULL,  -- who is counted: the customer, else the thread, else the contact
    plan              text,
    annual_value      double precision,
    locale            text,
    product           text,
    product_version   text,
    area              text,
    rating_score      double precision,
    rating_scale      double precision,
    attributes        jsonb       NOT NULL DEFAULT '{}',
    redactions        jsonb       NOT NULL DEFAULT '{}',
    -- as read
    reading           integer     NOT NULL,
    disposition       text        NOT NULL,
    confidence        real        NOT NULL,
    misfit_reason     text,
    mood              text        NOT NULL,
    mood_score        real        NOT NULL,
    mood_advice       text        NOT NULL,
    urgency           text        NOT NULL,
    urgency_reason    text,
    language          text        NOT NULL,
    queue             text        NOT NULL,
    rule              text        NOT NULL,
    remedy            jsonb,
    model_name        text        NOT NULL,
    model_version     text        NOT NULL,
    taxonomy_name     text,
    taxonomy_version  text,
    frictions         smallint    NOT NULL,  -- how many
    -- the journey
    received_at       timestamptz NOT NULL,
    triaged_at        timestamptz NOT NULL,  -- and routed: triage publishes both at once
    counted_at        timestamptz NOT NULL,
    erased_at         timestamptz,
    PRIMARY KEY (tenant, occurred_at, contact_id)
) PARTITION BY RANGE (occurred_at);

CREATE INDEX contacts_by_customer ON contacts (tenant, customer, occurred_at) WHERE customer IS NOT NULL;
CREATE INDEX contacts_by_disposition ON contacts (tenant, disposition, occurred_at);

-- One row per friction. What a signal is counted, filtered and broken down by stands here too, so that no list of a
-- signal's contacts needs the wide table.
CREATE TABLE frictions (
    tenant            text        NOT NULL,
    contact_id        uuid        NOT NULL,
    occurred_at       timestamptz NOT NULL,
    ordinal           smallint    NOT NULL,  -- from 0, in the order of the contact
    span_start        integer     NOT NULL,
    span_end          integer     NOT NULL,
    kind              text        NOT NULL,
    confidence        real        NOT NULL,
    candidates        jsonb       NOT NULL DEFAULT '[]',  -- [{"kind", "probability"}]
    intensity         smallint    NOT NULL,  -- thousandths
    area              text,
    reasons           text[]      NOT NULL DEFAULT '{}',
    person            text        NOT NULL,
    channel           text        NOT NULL,
    plan              text,
    product           text,
    product_version   text,
    language          text        NOT NULL,
    space             text        NOT NULL,
    embedding         halfvec,    -- a unit vector; NULL once erased
    signal_id         uuid,       -- NULL: waits for a signal, or was erased before it had one
    similarity        real,       -- cosine to the signal's centroid when it was assigned
    PRIMARY KEY (tenant, occurred_at, contact_id, ordinal)
) PARTITION BY RANGE (occurred_at);

CREATE INDEX frictions_by_signal ON frictions (tenant, signal_id, occurred_at, contact_id) WHERE signal_id IS NOT NULL;
CREATE INDEX frictions_waiting ON frictions (tenant, space, occurred_at) WHERE signal_id IS NULL AND embedding IS NOT NULL;

-- Adds the month that begins on `first` to contacts and frictions, if it is not there. Attaching a table locks neither
-- readers nor writers out; creating it as a partition at once would.
CREATE FUNCTION add_month(first date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    part   text;
    lower  timestamptz := first::timestamp AT TIME ZONE 'UTC';
    upper  timestamptz := (first + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('failbetter.months'));
    FOREACH parent IN ARRAY ARRAY['contacts', 'frictions'] LOOP
        part := parent || '_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', part, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, lower, upper);
    END LOOP;
END
$$;

-- The latest report of a contact. It may come before its contact: then it waits here and meets it when both are read.
CREATE TABLE outcomes (
    tenant         text        NOT NULL,
    contact_id     uuid        NOT NULL,
    resolution     text        NOT NULL,
    csat           smallint,
    minutes_spent  double precision,
    remedy_taken   boolean,
    occurred_at    timestamptz NOT NULL,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant, contact_id)
);

CREATE INDEX outcomes_by_time ON outcomes (tenant, occurred_at);


-- Signals ---------------------------------------------------------------------------------------------------------

-- Grows with every change of a signal, so that a replica knows which centroids it has not seen.
CREATE SEQUENCE signal_versions;

CREATE TABLE signals (
    tenant               text        NOT NULL,
    signal_id            uuid        NOT NULL,  -- derives from the founding friction, never changes
    space                text        NOT NULL,
    title                text        NOT NULL,
    title_by             text        NOT NULL DEFAULT 'discovery',  -- or the actor: a person's title wins for ever
    titled_at            timestamptz,           -- NULL: discovery should find a new title
    titled_for           integer     NOT NULL DEFAULT 0,  -- how many people it had then
    status               text        NOT NULL DEFAULT 'open',
    owner                text,
    note                 text,
    centroid             halfvec     NOT NULL,
    founding_contact_id  uuid        NOT NULL,
    founding_ordinal     smallint    NOT NULL,
    founded_at           timestamptz NOT NULL,  -- when the founding friction occurred
    opened_at            timestamptz NOT NULL,  -- when discovery saw it
    merged_into          uuid,
    version              bigint      NOT NULL DEFAULT nextval('signal_versions'),
    PRIMARY KEY (tenant, signal_id)
);

CREATE INDEX signals_by_version ON signals (tenant, space, version);
CREATE INDEX signals_by_status ON signals (tenant, status, opened_at);

-- Who changed what, when: `change` is a word of shared.events.Change.
CREATE TABLE signal_changes (
    tenant      text        NOT NULL,
    signal_id   uuid        NOT NULL,
    change_id   uuid        NOT NULL,
    change      text        NOT NULL,
    actor       text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    before      jsonb       NOT NULL DEFAULT '{}',
    after       jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, signal_id, change_id)
);

CREATE INDEX signal_changes_by_time ON signal_changes (tenant, changed_at);


-- Rollups: always equal to a recount of contacts and frictions --------------------------------------------------------

CREATE TABLE signal_hours (
    tenant     text        NOT NULL,
    signal_id  uuid        NOT NULL,
    hour       timestamptz NOT NULL,
    contacts   integer     NOT NULL,
    frictions  integer     NOT NULL,
    intensity  bigint      NOT NULL,  -- thousandths, summed over frictions
    PRIMARY KEY (tenant, signal_id, hour)
);

CREATE INDEX signal_hours_by_hour ON signal_hours (tenant, hour);

-- Customers per signal and day, by name: distinct counts of days do not add up, these rows do.
CREATE TABLE signal_customers (
    tenant     text     NOT NULL,
    signal_id  uuid     NOT NULL,
    day        date     NOT NULL,  -- UTC
    person     text     NOT NULL,
    contacts   integer  NOT NULL,
    PRIMARY KEY (tenant, signal_id, day, person)
);

CREATE INDEX signal_customers_by_person ON signal_customers (tenant, person, signal_id);

CREATE TABLE contact_days (
    tenant       text     NOT NULL,
    day          date     NOT NULL,  -- UTC
    product      text     NOT NULL,  -- '' where the contact names none
    disposition  text     NOT NULL,
    contacts     integer  NOT NULL,
    frictions    integer  NOT NULL,
    intensity    bigint   NOT NULL,  -- thousandths, summed over frictions
    PRIMARY KEY (tenant, day, product, disposition)
);


-- People ----------------------------------------------------------------------------------------------------------

-- The same person under an older key: `customer` is the pseudonym that is counted.
CREATE TABLE customer_aliases (
    tenant    text NOT NULL,
    alias     text NOT NULL,
    customer  text NOT NULL,
    PRIMARY KEY (tenant, alias)
);

CREATE INDEX customer_aliases_by_customer ON customer_aliases (tenant, customer);

-- Who asked to be forgotten: what was received before `requested_at` under this pseudonym is never stored again.
CREATE TABLE forgotten (
    tenant        text        NOT NULL,
    customer      text        NOT NULL,
    erasure_id    uuid        NOT NULL,
    requested_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, customer)
);


-- What did not fit ------------------------------------------------------------------------------------------------

-- The same contact and revision came with another fingerprint: the first was kept.
CREATE TABLE conflicts (
    tenant       text        NOT NULL,
    contact_id   uuid        NOT NULL,
    revision     integer     NOT NULL,
    fingerprint  text        NOT NULL,  -- of what was not kept
    kept         text        NOT NULL,  -- fingerprint of what was
    received_at  timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant, contact_id, revision, fingerprint)
);

-- Where a contact's journey ended early. Never the bytes: those stay in contacts.dead.
CREATE TABLE dead_letters (
    tenant      text        NOT NULL,
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    contact_id  uuid,
    code        text        NOT NULL,
    reason      text        NOT NULL,
    deaths      integer     NOT NULL,
    buried_by   text        NOT NULL,
    buried_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, topic, partition, "offset", buried_at)
);

CREATE INDEX dead_letters_by_contact ON dead_letters (tenant, contact_id) WHERE contact_id IS NOT NULL;

-- migrate:down

DROP TABLE dead_letters, conflicts, forgotten, customer_aliases, contact_days, signal_customers, signal_hours,
    signal_changes, signals, outcomes, frictions, contacts, contact_keys, stream_offsets;
DROP SEQUENCE signal_versions;
DROP FUNCTION add_month(date);
