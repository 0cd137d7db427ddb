-- What consumers parked and gave up on are whole events, of any tenant: nobody who works within a scope reads or writes
-- them. Consumers do as the roles that work across tenants.

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY '{parked,dead_letters}'::text[] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', kept);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', kept);
        EXECUTE format('CREATE POLICY consumers ON %I TO taskbot_relay, taskbot_audit USING (true)', kept);
        EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO taskbot_backup USING (true)', kept);
        EXECUTE format('CREATE POLICY purge ON %I TO taskbot_erase USING (true)', kept);
        EXECUTE format('REVOKE SELECT ON %I FROM taskbot_app', kept);
    END LOOP;
END $$;

-- Tables that belong to no tenant, and why: without these two, which are guarded from now on.
CREATE OR REPLACE FUNCTION beyond_tenants() RETURNS TABLE (name text, why text) LANGUAGE sql IMMUTABLE AS $$
    VALUES
        ('people', 'a person may be known in several tenants; asked for by ids from rows that are guarded'),
        ('tokens', 'a person''s; found by the hash of the secret, before any tenant is known'),
        ('acts', 'what operators and people did, not in a tenant'),
        ('inbox', 'a consumer''s: how far it has handled each stream'),
        ('cursors', 'a consumer''s: how far it has read'),
        ('leases', 'of processes'),
        ('outbox', 'the relay''s: commands append and read nothing'),
        ('outbox_floor', 'the relay''s'),
        ('deleted_tasks', 'the relay''s'),
        ('hold', 'of a restore: one instant for everybody'),
        ('install_requests', 'asked before there is a tenant'),
        ('audit_content', 'the audit log''s: no grant for those who work within a scope'),
        ('audit_people', 'the audit log''s: no grant for those who work within a scope'),
        ('audit_unsealed', 'the audit log''s: no grant for those who work within a scope'),
        ('_sqlx_migrations', 'of the schema')
$$;

-- A replay is an act.
GRANT INSERT ON acts TO taskbot_relay;

-- What PostgreSQL's own tools read besides, as taskbot_backup: every sequence, every day of the outbox.
GRANT SELECT ON SEQUENCE audit_log_row_seq, acts_row_seq, dead_letters_id_seq TO taskbot_backup;
GRANT SELECT ON install_requests, outbox_rest TO taskbot_backup;
DO $$
DECLARE
    day regclass;
BEGIN
    FOR day IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'outbox'::regclass LOOP
        EXECUTE format('GRANT SELECT ON %s TO taskbot_backup', day);
    END LOOP;
END $$;

-- Makes the partitions from today to so many days ahead. A day whose rows are in the rest already stays there.
CREATE OR REPLACE FUNCTION make_days(ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = taskbot, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    today bigint := floor(extract(epoch FROM now()) / 86400);
    since bigint;
    named text;
BEGIN
    -- Everybody may start at once; one is enough.
    IF NOT pg_try_advisory_xact_lock(hashtext('taskbot.make_days')) THEN
        RETURN;
    END IF;
    FOR day IN today .. today + ahead LOOP
        named := 'outbox_' || to_char(to_timestamp(day * 86400) AT TIME ZONE 'UTC', 'YYYYMMDD');
        since := day * 86400000000;
        IF to_regclass(named) IS NULL
            AND NOT EXISTS (SELECT FROM outbox_rest WHERE created_at >= since AND created_at < since + 86400000000)
        THEN
            EXECUTE format('CREATE TABLE %I (LIKE outbox INCLUDING DEFAULTS)', named);
            EXECUTE format('GRANT SELECT ON %I TO taskbot_backup', named);
            EXECUTE format('ALTER TABLE outbox ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                named, since, since + 86400000000);
        END IF;
    END LOOP;
EXCEPTION WHEN lock_not_available THEN
    NULL; -- busy: rows go to the rest until the next time
END $$;
