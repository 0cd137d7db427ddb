-- Who may do what. Nobody logs in as these roles: each pool of connections takes one on (SET ROLE), so that one
-- login suffices. They belong to the cluster: another database of the same cluster may have made them already.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'taskbot_app',    -- commands and questions, within the tenants that each names
        'taskbot_relay',  -- relay, claimer, checker, operators: read across tenants
        'taskbot_audit',  -- the audit log: append and read
        'taskbot_erase',  -- the only one that deletes audited content
        'taskbot_backup', -- reads everything
        'taskbot_finder'  -- owns the search function and nothing else; nobody takes it on
    ] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- somebody else was faster
        END;
    END LOOP;
    -- A dump needs it, or policies of its own, which the role has as well. Only some owners may grant it.
    BEGIN
        ALTER ROLE taskbot_backup BYPASSRLS;
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    -- To give it the search function, the owner has to belong to it.
    BEGIN
        EXECUTE format('GRANT taskbot_finder TO %I', current_user);
    EXCEPTION WHEN insufficient_privilege THEN
        NULL; -- a superuser needs no grant, and whoever made the role has it from version 16 on
    END;
END $$;

GRANT USAGE ON SCHEMA taskbot TO
    taskbot_app, taskbot_relay, taskbot_audit, taskbot_erase, taskbot_backup, taskbot_finder;
GRANT SELECT ON _sqlx_migrations TO taskbot_app, taskbot_relay, taskbot_audit, taskbot_erase, taskbot_backup;

-- The tenants that the statement's transaction may see, as an array literal. After SET LOCAL the setting reads ''
-- for the rest of the connection's life.
CREATE FUNCTION tenants() RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT NULLIF(current_setting('taskbot.tenants', true), '')::text[] $$;

-- Puts a table under row-level security, also for its owner: taskbot_app sees the tenants of its scope, those who
-- work across tenants see all and write nothing. The scope stands in a subquery, which is evaluated once.
CREATE PROCEDURE guard(guarded text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY within_scope ON %I TO taskbot_app
             USING (tenant = ANY ((SELECT taskbot.tenants())::text[]))
             WITH CHECK (tenant = ANY ((SELECT taskbot.tenants())::text[]))', guarded);
    EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO taskbot_relay, taskbot_backup USING (true)', guarded);
    EXECUTE format('GRANT SELECT ON %I TO taskbot_app, taskbot_relay, taskbot_backup', guarded);
END $$;

-- A bird for the self-check at every start: seen across tenants and within its scope, by nobody else.
CREATE TABLE canary (tenant text NOT NULL);
INSERT INTO canary VALUES ('~canary');
CALL guard('canary');
