-- migrate:up

-- What insights has to say and has not said yet: written with what it is about, in one transaction, and taken away once the brokers
-- have it. What has the same key was put in the order it is said in, because whoever changes a thing holds it until the end.
CREATE TABLE outbox (
    position  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant    text        NOT NULL,
    event_id  uuid        NOT NULL UNIQUE,
    topic     text        NOT NULL,
    key       bytea       NOT NULL,
    value     bytea       NOT NULL,
    headers   jsonb       NOT NULL,
    put_at    timestamptz NOT NULL DEFAULT now()
);

-- The order in which a tenant's changes were committed: whoever has seen one has seen all before it.
ALTER TABLE signal_changes ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;

CREATE UNIQUE INDEX signal_changes_by_position ON signal_changes (tenant, position);

-- migrate:down

ALTER TABLE signal_changes DROP COLUMN position;
DROP TABLE outbox;
