-- migrate:up

-- Computed every minute or so by the job that follows signals, never set by anybody: a word of shared.events.Trend.
ALTER TABLE signals ADD COLUMN trend text NOT NULL DEFAULT 'new';

-- migrate:down

ALTER TABLE signals DROP COLUMN trend;
