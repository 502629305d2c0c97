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

-- What each signal ever had: the sum of its hours, and how many different customers its days name. Kept by the triggers below, whichever
-- statement changes hours or days, so that a list of signals reads one row of each, whatever they have.
CREATE TABLE signal_totals (
    tenant     text     NOT NULL,
    signal_id  uuid     NOT NULL,
    contacts   bigint   NOT NULL DEFAULT 0,
    frictions  bigint   NOT NULL DEFAULT 0,
    intensity  bigint   NOT NULL DEFAULT 0,  -- thousandths, summed over frictions
    customers  bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, signal_id)
);

INSERT INTO signal_totals (tenant, signal_id, contacts, frictions, intensity, customers)
SELECT tenant, signal_id, h.contacts, h.frictions, h.intensity, coalesce(c.customers, 0)
FROM (
    SELECT tenant, signal_id, sum(contacts) AS contacts, sum(frictions) AS frictions, sum(intensity) AS intensity
    FROM signal_hours GROUP BY tenant, signal_id
) AS h
LEFT JOIN (
    SELECT tenant, signal_id, count(DISTINCT person) AS customers FROM signal_customers GROUP BY tenant, signal_id
) AS c USING (tenant, signal_id);

CREATE FUNCTION total_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO signal_totals AS t (tenant, signal_id, contacts, frictions, intensity)
        SELECT tenant, signal_id, sum(contacts), sum(frictions), sum(intensity) FROM fresh
        GROUP BY tenant, signal_id ORDER BY tenant, signal_id
        ON CONFLICT (tenant, signal_id) DO UPDATE
        SET contacts = t.contacts + excluded.contacts, frictions = t.frictions + excluded.frictions,
            intensity = t.intensity + excluded.intensity;
    ELSIF TG_OP = 'TRUNCATE' THEN
        UPDATE signal_totals SET contacts = 0, frictions = 0, intensity = 0;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE signal_totals AS t
        SET contacts = t.contacts - o.contacts, frictions = t.frictions - o.frictions, intensity = t.intensity - o.intensity
        FROM (
            SELECT tenant, signal_id, sum(contacts) AS contacts, sum(frictions) AS frictions, sum(intensity) AS intensity
            FROM stale GROUP BY tenant, signal_id
        ) AS o
        WHERE t.tenant = o.tenant AND t.signal_id = o.signal_id;
    ELSE
        INSERT INTO signal_totals AS t (tenant, signal_id, contacts, frictions, intensity)
        SELECT tenant, signal_id, sum(contacts), sum(frictions), sum(intensity)
        FROM (
            SELECT tenant, signal_id, contacts, frictions, intensity FROM fresh
            UNION ALL
            SELECT tenant, signal_id, -contacts, -frictions, -intensity FROM stale
        ) AS changed
        GROUP BY tenant, signal_id ORDER BY tenant, signal_id
        ON CONFLICT (tenant, signal_id) DO UPDATE
        SET contacts = t.contacts + excluded.contacts, frictions = t.frictions + excluded.frictions,
            intensity = t.intensity + excluded.intensity;
    END IF;
    RETURN NULL;
END
$$;

-- A customer is new to a signal when all the days that name them there have just been added, and gone when none is left. The rows of
-- `signal_totals` are held first: two who name the same customer at the same time would both find them new.
CREATE FUNCTION total_customers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO signal_totals AS t (tenant, signal_id)
        SELECT DISTINCT tenant, signal_id FROM fresh ORDER BY tenant, signal_id
        ON CONFLICT (tenant, signal_id) DO UPDATE SET customers = t.customers;
        UPDATE signal_totals AS t
        SET customers = t.customers + n.customers
        FROM (
            SELECT f.tenant, f.signal_id, count(*) AS customers
            FROM (SELECT tenant, signal_id, person, count(*) AS days FROM fresh GROUP BY tenant, signal_id, person) AS f
            WHERE f.days = (
                SELECT count(*) FROM signal_customers AS c
                WHERE c.tenant = f.tenant AND c.person = f.person AND c.signal_id = f.signal_id
            )
            GROUP BY f.tenant, f.signal_id
        ) AS n
        WHERE t.tenant = n.tenant AND t.signal_id = n.signal_id;
    ELSIF TG_OP = 'TRUNCATE' THEN
        UPDATE signal_totals SET customers = 0;
    ELSE
        PERFORM FROM signal_totals AS t
        WHERE (t.tenant, t.signal_id) IN (SELECT tenant, signal_id FROM stale)
        ORDER BY t.tenant, t.signal_id
        FOR UPDATE;
        UPDATE signal_totals AS t
        SET customers = t.customers - g.customers
        FROM (
            SELECT f.tenant, f.signal_id, count(*) AS customers
            FROM (SELECT DISTINCT tenant, signal_id, person FROM stale) AS f
            WHERE NOT EXISTS (
                SELECT FROM signal_customers AS c
                WHERE c.tenant = f.tenant AND c.person = f.person AND c.signal_id = f.signal_id
            )
            GROUP BY f.tenant, f.signal_id
        ) AS g
        WHERE t.tenant = g.tenant AND t.signal_id = g.signal_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER hours_added AFTER INSERT ON signal_hours
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION total_hours();
CREATE TRIGGER hours_changed AFTER UPDATE ON signal_hours
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION total_hours();
CREATE TRIGGER hours_dropped AFTER DELETE ON signal_hours
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION total_hours();
CREATE TRIGGER hours_emptied AFTER TRUNCATE ON signal_hours FOR EACH STATEMENT EXECUTE FUNCTION total_hours();
CREATE TRIGGER customers_emptied AFTER TRUNCATE ON signal_customers FOR EACH STATEMENT EXECUTE FUNCTION total_customers();
CREATE TRIGGER customers_added AFTER INSERT ON signal_customers
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION total_customers();
CREATE TRIGGER customers_dropped AFTER DELETE ON signal_customers
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION total_customers();

-- migrate:down

DROP TRIGGER hours_added ON signal_hours;
DROP TRIGGER hours_changed ON signal_hours;
DROP TRIGGER hours_dropped ON signal_hours;
DROP TRIGGER hours_emptied ON signal_hours;
DROP TRIGGER customers_emptied ON signal_customers;
DROP TRIGGER customers_added ON signal_customers;
DROP TRIGGER customers_dropped ON signal_customers;
DROP FUNCTION total_hours(), total_customers();
DROP TABLE signal_totals, arranged;
