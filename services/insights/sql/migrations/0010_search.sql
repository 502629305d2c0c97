-- migrate:up

-- Search by words. The index is over the stems of a contact's own language, and begins with the tenant.

CREATE EXTENSION IF NOT EXISTS btree_gin;

-- By which rules the words of a language are cut to their stems; a language that PostgreSQL has none for keeps its words whole.
CREATE FUNCTION words_of(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE split_part(language, '-', 1)
        WHEN 'en' THEN 'pg_catalog.english'::regconfig
        WHEN 'de' THEN 'pg_catalog.german'::regconfig
        WHEN 'fr' THEN 'pg_catalog.french'::regconfig
        WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
        WHEN 'it' THEN 'pg_catalog.italian'::regconfig
        WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
        WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
        WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
        WHEN 'da' THEN 'pg_catalog.danish'::regconfig
        WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
        WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
        WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
        WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
        ELSE 'pg_catalog.simple'::regconfig
    END
$$;

CREATE INDEX contacts_by_words ON contacts USING gin (
    tenant, to_tsvector(words_of(language), coalesce(subject, '') || ' ' || text)
);

-- Of one tenant's contacts in a stretch of time those that say all of it, the latest first, by the index on words: left to itself the
-- planner may walk through all contacts instead and cut every text into words again.
CREATE FUNCTION contacts_indexed(whose text, asked tsquery, since timestamptz, until timestamptz, before_at timestamptz, before_id uuid, most integer)
RETURNS TABLE (contact_id uuid, occurred_at timestamptz) LANGUAGE plpgsql STABLE ROWS 50 SET enable_indexscan = off SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY EXECUTE $query$
        SELECT c.contact_id, c.occurred_at
        FROM contacts AS c
        WHERE c.tenant = $1 AND to_tsvector(words_of(c.language), coalesce(c.subject, '') || ' ' || c.text) @@ $2
          AND c.occurred_at >= $3 AND c.occurred_at < $4 AND (c.occurred_at, c.contact_id) < ($5, $6)
        ORDER BY c.occurred_at DESC, c.contact_id DESC
        LIMIT $7
    $query$
    USING whose, asked, since, until, before_at, before_id, most;
END
$$;

-- Contacts of the caller's tenant that say all of it, the latest first, before a place. Frequent words are met among the latest 500;
-- what is not is rare, and looked up month by month.
--
-- An index on words would not be used under row-level security, since their operator is not leakproof: so this runs as the owner, and
-- the tenant is the one that the transaction names, never one that is passed.
CREATE FUNCTION contacts_saying(
    asked tsquery, since timestamptz, until timestamptz, before_at timestamptz, before_id uuid, most integer
)
RETURNS TABLE (contact_id uuid, occurred_at timestamptz) LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER AS $$
DECLARE
    whose     text := current_setting('failbetter.tenant', true);
    walked_at timestamptz;
    walked_id uuid;
    first     timestamptz;
    month     timestamptz;
    number    integer;
BEGIN
    IF (until, '00000000-0000-0000-0000-000000000000'::uuid) < (before_at, before_id) THEN
        before_at := until;
        before_id := '00000000-0000-0000-0000-000000000000';
    END IF;
    SELECT c.occurred_at, c.contact_id INTO walked_at, walked_id
    FROM contacts AS c
    WHERE c.tenant = whose AND c.occurred_at >= since AND (c.occurred_at, c.contact_id) < (before_at, before_id)
    ORDER BY c.occurred_at DESC, c.contact_id DESC
    OFFSET 499 LIMIT 1;

    RETURN QUERY
    SELECT latest.contact_id, latest.occurred_at
    FROM (
        SELECT c.contact_id, c.occurred_at, c.language, c.subject, c.text
        FROM contacts AS c
        WHERE c.tenant = whose AND c.occurred_at >= since AND (c.occurred_at, c.contact_id) < (before_at, before_id)
        ORDER BY c.occurred_at DESC, c.contact_id DESC
        LIMIT 500
    ) AS latest
    WHERE to_tsvector(words_of(latest.language), coalesce(latest.subject, '') || ' ' || latest.text) @@ asked
    LIMIT most;
    GET DIAGNOSTICS number = ROW_COUNT;
    most := most - number;

    SELECT min(c.occurred_at) INTO first FROM contacts AS c WHERE c.tenant = whose AND c.occurred_at >= since;
    month := date_trunc('month', walked_at, 'UTC');
    WHILE most > 0 AND month + interval '1 month' > first LOOP
        RETURN QUERY
        SELECT * FROM contacts_indexed(whose, asked, greatest(month, since), month + interval '1 month', walked_at, walked_id, most);
        GET DIAGNOSTICS number = ROW_COUNT;
        most := most - number;
        month := month - interval '1 month';
    END LOOP;
END
$$;

-- What somebody put among their temporary tables must not be taken for ours.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION contacts_indexed SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION contacts_saying SET search_path = %I, pg_temp', current_schema());
END
$$;

REVOKE ALL ON FUNCTION contacts_indexed, contacts_saying FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contacts_saying TO failbetter_caller;

-- migrate:down

DROP FUNCTION contacts_saying;
DROP FUNCTION contacts_indexed;
DROP INDEX contacts_by_words;
DROP FUNCTION words_of;
