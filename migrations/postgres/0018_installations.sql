-- Where an app of a chat platform is installed, with its token, encrypted. What is due in a tenant that sleeps is held.

CREATE TABLE installations (
    tenant       text PRIMARY KEY,
    asleep_since bigint,
    version      bigint NOT NULL,
    doc          text NOT NULL
);
CREATE INDEX installations_asleep ON installations (tenant) WHERE asleep_since IS NOT NULL;

CALL guard('installations');
GRANT INSERT, UPDATE ON installations TO taskbot_app;

-- Requests to install that were used up: each leads to one installation.
CREATE TABLE install_requests (
    request text PRIMARY KEY,
    until   bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON install_requests TO taskbot_app;

-- Writes a row over the version before its own, and answers whether that was still there.
CREATE FUNCTION put_installation(scope text, of_tenant text, since bigint, in_version bigint, document text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    IF in_version = 1 THEN
        INSERT INTO installations VALUES (of_tenant, since, in_version, document) ON CONFLICT DO NOTHING;
    ELSE
        UPDATE installations SET asleep_since = since, version = in_version, doc = document
            WHERE tenant = of_tenant AND version = in_version - 1;
    END IF;
    RETURN FOUND;
END $$;

-- Uses a request up, and answers whether nobody had.
CREATE FUNCTION use_up(of_request text, at_time bigint, remembered bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM install_requests WHERE until < at_time;
    INSERT INTO install_requests VALUES (of_request, remembered) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- The self-check at every start looks at their grants too.
CREATE OR REPLACE FUNCTION self_check(expected text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    unguarded text;
    missing text;
    alone bigint;
    within_scope bigint;
BEGIN
    IF current_user <> expected THEN
        RETURN format('works as %s instead of %s', current_user, expected);
    END IF;
    SELECT string_agg(c.relname, ', ') INTO unguarded
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
    WHERE c.relnamespace = 'taskbot'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity);
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
