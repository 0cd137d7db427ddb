-- Receipts and undo notes belong to a tenant, and come under row-level security as well. What belongs to none stands in
-- one list: a table that is neither guarded nor in it keeps every process from starting.

-- Guards a table whose rows say by this condition whether they are within the scope.
CREATE PROCEDURE guard_by(guarded text, within text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY within_scope ON %I TO taskbot_app USING (%s) WITH CHECK (%2$s)', guarded, within);
    EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO taskbot_relay, taskbot_backup USING (true)', guarded);
END $$;

-- A receipt belongs to the tenants that its transaction wrote in. One from before, or from another database, names none
-- and answers in every scope until retention takes it.
ALTER TABLE receipts ADD COLUMN tenants text[] DEFAULT nullif(tenants(), '{}');
CALL guard_by('receipts', 'tenants IS NULL OR tenants && (SELECT taskbot.tenants())::text[]');
GRANT SELECT, DELETE ON receipts TO taskbot_erase;
DO $$ BEGIN
    EXECUTE format('CREATE POLICY retention ON receipts TO taskbot_erase, %I USING (true)', current_user); -- who prunes
END $$;

-- A conversation's name begins with its tenant. Notes whose name does not are a person's own, of a release before, which
-- may run on beside this one; they are good for a day at most.
CALL guard_by('undo', 'split_part(conversation, ''/'', 1) = ANY (''{rest,introduction}''::text[] || (SELECT taskbot.tenants())::text[])');
CREATE POLICY purge ON undo TO taskbot_erase
    USING (split_part(conversation, '/', 1) = ANY ((SELECT taskbot.tenants())::text[]));

-- Tables that belong to no tenant, and why.
CREATE FUNCTION beyond_tenants() RETURNS TABLE (name text, why text) LANGUAGE sql IMMUTABLE AS $$
    VALUES
        ('people', 'a person may be known in several tenants; asked for by ids from rows that are guarded'),
        ('tokens', 'a person''s; found by the hash of the secret, before any tenant is known'),
        ('acts', 'what operators and people did, not in a tenant'),
        ('inbox', 'a consumer''s: how far it has handled each stream'),
        ('parked', 'a consumer''s: events of any tenant that came too early'),
        ('dead_letters', 'a consumer''s: records that may not even be events'),
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

-- Tables that are neither guarded nor in the list, by name; NULL if there are none. Days of the outbox are the outbox.
CREATE FUNCTION without_guard() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c
    WHERE c.relnamespace = 'taskbot'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
        AND c.relname NOT IN (SELECT b.name FROM taskbot.beyond_tenants() b)
$$;

CREATE OR REPLACE FUNCTION self_check(expected text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    unguarded text := without_guard();
    missing text;
    alone bigint;
    within_scope bigint;
BEGIN
    IF current_user <> expected THEN
        RETURN format('works as %s instead of %s', current_user, expected);
    END IF;
    IF unguarded IS NOT NULL THEN
        RETURN format('finds tables without forced row-level security: %s', unguarded);
    END IF;
    SELECT string_agg(format('%s %s', privilege, name), ', ' ORDER BY name, privilege) INTO missing
    FROM (VALUES
        ('taskbot_app', 'INSERT', '{lists,counters,tasks,series,reminders,deliveries,outbox,receipts,inbox,undo,parked,'
            || 'dead_letters,identities,memberships,people,tokens,acts,cursors,installations,install_requests}'),
        ('taskbot_app', 'UPDATE', '{counters,tasks,series,reminders,deliveries,receipts,inbox,undo,dead_letters,people,'
            || 'tokens,cursors,installations}'),
        ('taskbot_app', 'DELETE', '{undo,parked,dead_letters,install_requests}'),
        ('taskbot_relay', 'SELECT', '{tasks,series,reminders,deliveries,outbox,outbox_floor,hold,installations}'),
        ('taskbot_relay', 'INSERT', '{cursors,leases,deleted_tasks}'),
        ('taskbot_relay', 'UPDATE', '{cursors,leases,deleted_tasks}'),
        ('taskbot_relay', 'DELETE', '{deleted_tasks,hold}'),
        ('taskbot_audit', 'SELECT', '{audit_log,audit_content,audit_people,audit_seals,audit_unsealed}'),
        ('taskbot_audit', 'INSERT', '{audit_log,audit_content,audit_people,audit_seals,audit_unsealed}'),
        ('taskbot_audit', 'DELETE', '{audit_unsealed}')
    ) wanted (role, privilege, names) CROSS JOIN LATERAL unnest(names::text[]) name
    WHERE role = expected AND NOT has_table_privilege(name, privilege);
    IF missing IS NOT NULL THEN
        RETURN format('lacks grants: %s', missing);
    END IF;
    PERFORM set_config('taskbot.tenants', '', true);
    SELECT count(*) INTO alone FROM canary;
    PERFORM set_config('taskbot.tenants', '{~canary}', true);
    SELECT count(*) INTO within_scope FROM canary;
    RETURN CASE
        WHEN expected = 'taskbot_relay' AND alone = 0 THEN 'sees no tenant'
        WHEN expected = 'taskbot_audit' AND has_table_privilege('audit_log', 'UPDATE, DELETE, TRUNCATE')
            THEN 'can rewrite the audit log'
        WHEN expected = 'taskbot_app' AND alone > 0 THEN 'sees tenants that it was not given'
        WHEN expected = 'taskbot_app' AND within_scope = 0 THEN 'does not see the tenants that it was given'
    END;
END $$;
