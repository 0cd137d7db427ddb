-- A table that only its owner may touch is nobody else's business: what is refused without a guard is what one of our
-- roles may touch, itself or as one of PUBLIC.

-- Tables that are neither guarded nor in the list, each with who may touch it, and what to do; NULL if there are none.
-- Days of the outbox are the outbox.
CREATE OR REPLACE FUNCTION without_guard() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(format('%s (which %s may touch)', c.relname, reached.by), ', ' ORDER BY c.relname)
        || '; a table that is not Taskbot''s belongs in another schema, or has to be taken from them with REVOKE'
    FROM pg_class c
    CROSS JOIN LATERAL (
        SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname) AS by FROM pg_roles r
        WHERE r.rolname IN
                ('taskbot_app', 'taskbot_relay', 'taskbot_audit', 'taskbot_erase', 'taskbot_backup', 'taskbot_finder')
            AND (has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER')
                OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
    ) reached
    WHERE c.relnamespace = 'taskbot'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
        AND c.relname NOT IN (SELECT b.name FROM taskbot.beyond_tenants() b)
        AND reached.by IS NOT NULL
$$;
