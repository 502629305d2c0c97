-- migrate:up

-- What people say of the grouping and of what was read stands beside what the machine said, and never in its place: so it can be
-- taken back in any order, and it outlives a new reading and a rebuild of contacts from the log.
--
-- A friction belongs where a person put it, else to the signal whose centroid caught it. What belongs to a signal that was merged
-- counts for the one it was merged into: that one is `signal_id`, and everything that counts or reads looks there.
ALTER TABLE frictions
    ADD COLUMN caught_by  uuid,                            -- by the machine; NULL: by none so far
    ADD COLUMN is_placed  boolean NOT NULL DEFAULT false,  -- by a person
    ADD COLUMN placed_in  uuid;                            -- NULL where it was placed: it belongs to no signal, and waits for none

UPDATE frictions SET caught_by = signal_id WHERE signal_id IS NOT NULL;

ALTER TABLE signals
    ADD COLUMN opened_centroid  halfvec,      -- as it was before anything was split off; NULL: nothing ever was
    ADD COLUMN retired_at       timestamptz;  -- the split that made it was undone: it catches nothing any more

CREATE INDEX signals_merged ON signals (tenant, merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE signal_changes
    ADD COLUMN other_id   uuid,  -- the other signal that it is about
    ADD COLUMN undone_by  uuid;  -- the change that took it back

CREATE INDEX signal_changes_by_id ON signal_changes (tenant, change_id);
CREATE INDEX signal_changes_by_other ON signal_changes (tenant, other_id) WHERE other_id IS NOT NULL;

-- Where people put frictions, the latest word counting. A friction is known by its place in the text, since a new reading may find
-- other ones there. `contact_id` refers to no table: a rebuild brings the contacts back after this.
CREATE TABLE placements (
    tenant      text     NOT NULL,
    contact_id  uuid     NOT NULL,
    change_id   uuid     NOT NULL,
    ordinal     smallint NOT NULL,
    span_start  integer  NOT NULL,
    span_end    integer  NOT NULL,
    signal_id   uuid,    -- NULL: to none
    position    bigint   GENERATED ALWAYS AS IDENTITY,  -- in the order they were said
    PRIMARY KEY (tenant, contact_id, change_id, ordinal)
);

CREATE INDEX placements_by_change ON placements (tenant, change_id);

-- From which signals a split took something, by whose centroids they had come: those centroids are of what is left.
CREATE TABLE divided (
    tenant     text NOT NULL,
    signal_id  uuid NOT NULL,
    change_id  uuid NOT NULL,
    PRIMARY KEY (tenant, signal_id, change_id)
);

-- What people said that a contact is, in place of what was read. What is NULL was not corrected; of several the latest word counts.
CREATE TABLE corrections (
    tenant         text        NOT NULL,
    correction_id  uuid        NOT NULL,
    contact_id     uuid        NOT NULL,
    span_start     integer,    -- NULL: the whole text
    span_end       integer,
    disposition    text,
    kind           text,
    area           text,
    feeling        text,
    urgency        text,
    queue          text,
    actor          text        NOT NULL,
    corrected_at   timestamptz NOT NULL,
    position       bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, correction_id)
);

CREATE INDEX corrections_by_contact ON corrections (tenant, contact_id);

-- migrate:down

DROP TABLE corrections, divided, placements;
ALTER TABLE signal_changes DROP COLUMN undone_by, DROP COLUMN other_id;
ALTER TABLE signals DROP COLUMN retired_at, DROP COLUMN opened_centroid;
ALTER TABLE frictions DROP COLUMN placed_in, DROP COLUMN is_placed, DROP COLUMN caught_by;
