-- Removes a tenant that sleeps with all that it holds, if its installation still is as it was seen. Only the role that
-- deletes audited content may delete so much: the function belongs to it, and keeps to the scope that it is given.

DO $$
BEGIN
    EXECUTE format('GRANT taskbot_erase TO %I', current_user);
EXCEPTION WHEN insufficient_privilege THEN
    NULL; -- a superuser needs no grant
END $$;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY '{installations,reminders,deliveries,tasks,series,lists,memberships,identities}'::text[] LOOP
        EXECUTE format(
            'CREATE POLICY purge ON %I TO taskbot_erase USING (tenant = ANY ((SELECT taskbot.tenants())::text[]))',
            guarded);
        EXECUTE format('GRANT SELECT, DELETE ON %I TO taskbot_erase', guarded);
    END LOOP;
END $$;

-- Whoever is known elsewhere stays.
CREATE POLICY known_elsewhere ON identities FOR SELECT TO taskbot_erase USING (true);
GRANT SELECT, DELETE ON people, tokens, undo, parked, dead_letters TO taskbot_erase;
GRANT SELECT, INSERT, UPDATE ON deleted_tasks TO taskbot_erase;
GRANT SELECT ON cursors TO taskbot_erase;

CREATE FUNCTION purge(scope text, of_tenant text, in_version bigint, act text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = taskbot, pg_temp AS $$
DECLARE
    theirs uuid[];
    erased bigint[];
    named text := '"tenant_id":"' || of_tenant || '"';
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    DELETE FROM installations WHERE tenant = of_tenant AND version = in_version AND asleep_since IS NOT NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- What was published is taken back: the relay sends a tombstone for each note.
    INSERT INTO deleted_tasks (task, since)
        SELECT id, 0 FROM tasks WHERE tenant = of_tenant AND EXISTS (SELECT FROM cursors WHERE consumer = 'relay')
        ON CONFLICT (task) DO UPDATE SET since = 0;
    DELETE FROM reminders WHERE tenant = of_tenant;
    DELETE FROM deliveries WHERE tenant = of_tenant;
    DELETE FROM tasks WHERE tenant = of_tenant;
    DELETE FROM series WHERE tenant = of_tenant;
    DELETE FROM lists WHERE tenant = of_tenant;
    DELETE FROM memberships WHERE tenant = of_tenant;
    DELETE FROM undo WHERE starts_with(conversation, of_tenant || '/');
    DELETE FROM parked WHERE strpos(payload, named) > 0;
    DELETE FROM dead_letters WHERE strpos(payload, named) > 0;
    WITH gone AS (DELETE FROM identities WHERE tenant = of_tenant RETURNING person)
        SELECT array_agg(DISTINCT person) INTO theirs FROM gone;
    DELETE FROM tokens t
        WHERE t.person = ANY (theirs) AND NOT EXISTS (SELECT FROM identities i WHERE i.person = t.person);
    DELETE FROM people p
        WHERE p.id = ANY (theirs) AND NOT EXISTS (SELECT FROM identities i WHERE i.person = p.id);
    WITH gone AS (
        DELETE FROM audit_content c USING audit_log l WHERE l.row = c.row AND l.tenant = of_tenant RETURNING c.row)
        SELECT array_agg(gone.row ORDER BY gone.row) INTO erased FROM gone;
    IF erased IS NOT NULL THEN
        INSERT INTO acts (actor, doc) VALUES (
            (act::json ->> 'actor')::uuid, jsonb_set(act::jsonb, '{detail,rows}', to_jsonb(erased))::text);
    END IF;
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION purge(text, text, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge(text, text, bigint, text) TO taskbot_app;
GRANT CREATE ON SCHEMA taskbot TO taskbot_erase; -- asked for by ALTER … OWNER
ALTER FUNCTION purge(text, text, bigint, text) OWNER TO taskbot_erase;
REVOKE CREATE ON SCHEMA taskbot FROM taskbot_erase;
