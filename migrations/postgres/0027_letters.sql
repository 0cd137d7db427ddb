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

-- A replay is an act.
GRANT INSERT ON acts TO taskbot_relay;
