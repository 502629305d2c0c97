-- migrate:up

-- Row-level security. Two kinds of work, two roles:
--
-- * the log's own work (sink, jobs, migrations) is for all tenants: the owner of the tables, by the policy `of_the_log`;
-- * what somebody asks over HTTP is for one tenant: `failbetter_caller`, by the policy `of_tenant`. It owns nothing, and where no tenant
--   is named it sees nothing.
--
-- Roles belong to the whole server, so another database may have made it already, at this very moment too.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'failbetter_caller') THEN
        CREATE ROLE failbetter_caller NOLOGIN;
        GRANT failbetter_caller TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;

-- Divides every table with a tenant that is not divided yet, whichever migration made it: insights calls this after each of them.
CREATE FUNCTION keep_tenants_apart() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place regclass;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('failbetter.tenants_apart'));
    FOR place IN
        SELECT c.oid FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', place);
        EXECUTE format('CREATE POLICY of_the_log ON %s TO CURRENT_USER USING (true)', place);
        EXECUTE format(
            'CREATE POLICY of_tenant ON %s TO failbetter_caller USING (tenant = current_setting(''failbetter.tenant'', true))', place
        );
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO failbetter_caller', place);
    END LOOP;
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO failbetter_caller', current_schema());
END
$$;

-- Months are reached through their tables; nobody but the owner has any right to them. PostgreSQL refuses COPY where row-level
-- security is forced, and the sink copies: so in the months themselves it is on, without a policy, and not forced.
CREATE OR REPLACE FUNCTION add_month(first date) RETURNS void LANGUAGE plpgsql AS $$
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
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, lower, upper);
    END LOOP;
END
$$;

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent IN ('contacts'::regclass, 'frictions'::regclass) LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    END LOOP;
END
$$;

SELECT keep_tenants_apart();

-- migrate:down

DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT * FROM pg_policies WHERE policyname IN ('of_the_log', 'of_tenant') LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', policy.policyname, policy.schemaname, policy.tablename);
        EXECUTE format(
            'ALTER TABLE %I.%I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', policy.schemaname, policy.tablename
        );
        EXECUTE format('REVOKE ALL ON %I.%I FROM failbetter_caller', policy.schemaname, policy.tablename);
    END LOOP;
END
$$;
DROP FUNCTION keep_tenants_apart();
