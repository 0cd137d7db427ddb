-- The outbox's days, its retention, cursors under a lease, and the self-check.

-- Makes the partitions from today to so many days ahead. A day whose rows are in the rest already stays there.
CREATE FUNCTION make_days(ahead integer) RETURNS void
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
            EXECUTE format('ALTER TABLE outbox ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                named, since, since + 86400000000);
        END IF;
    END LOOP;
EXCEPTION WHEN lock_not_available THEN
    NULL; -- busy: rows go to the rest until the next time
END $$;

-- Takes rows older than `before` that every consumer has passed: whole days by dropping them, of other days and of
-- the rest what is passed. Receipts of that age go in any case. Returns how many rows of the outbox went.
CREATE FUNCTION prune(before bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = taskbot, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    passed bigint := coalesce((SELECT min(settled) FROM cursors), 0);
    day record;
    newest bigint;
    gone bigint;
    all_gone bigint := 0;
BEGIN
    DELETE FROM receipts WHERE at < before;
    FOR day IN
        SELECT c.oid::regclass AS name, c.reltuples, right(c.relname, 8) AS digits
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'outbox'::regclass ORDER BY c.relname
    LOOP
        CONTINUE WHEN day.digits ~ '^\d{8}$'
            AND extract(epoch FROM to_date(day.digits, 'YYYYMMDD')) * 1000000 + 86400000000 > before;
        EXECUTE format('SELECT max(position) FROM %s', day.name) INTO newest;
        IF day.digits ~ '^\d{8}$' AND coalesce(newest, 0) <= passed THEN
            gone := greatest(day.reltuples, 0);
            IF gone = 0 THEN
                EXECUTE format('SELECT count(*) FROM %s', day.name) INTO gone;
            END IF;
            EXECUTE format('DROP TABLE %s', day.name);
        ELSE
            EXECUTE format(
                'WITH gone AS (DELETE FROM %s WHERE position <= $1 AND created_at < $2 RETURNING position)
                 SELECT count(*), max(position) FROM gone', day.name)
                INTO gone, newest USING passed, before;
        END IF;
        all_gone := all_gone + gone;
        UPDATE outbox_floor SET position = newest WHERE position < newest;
    END LOOP;
    RETURN all_gone;
END $$;

-- Moves a cursor, which never goes back; of one place the later word about its holes counts. Answers whether the
-- epoch was still the latest.
CREATE FUNCTION save_cursor(who text, at_position bigint, up_to bigint, open_holes text, in_epoch bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM leases WHERE name = who AND epoch > in_epoch;
    IF FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO cursors AS kept VALUES (who, at_position, up_to, open_holes)
    ON CONFLICT (consumer) DO UPDATE
        SET position = excluded.position, settled = excluded.settled, holes = excluded.holes
        WHERE excluded.position >= kept.position;
    RETURN true;
END $$;

-- What is wrong with the role that asks, in words; NULL if nothing is. The canary tells who sees what.
GRANT SELECT ON canary TO taskbot_audit;
CREATE FUNCTION self_check(expected text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    unguarded text;
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
    PERFORM set_config('taskbot.tenants', '', true);
    SELECT count(*) INTO alone FROM canary;
    PERFORM set_config('taskbot.tenants', '{~canary}', true);
    SELECT count(*) INTO within_scope FROM canary;
    RETURN CASE
        WHEN expected = 'taskbot_relay' AND alone = 0 THEN 'sees no tenant'
        WHEN expected = 'taskbot_audit' AND NOT has_table_privilege('audit_log', 'INSERT') THEN 'cannot append'
        WHEN expected = 'taskbot_audit' AND has_table_privilege('audit_log', 'UPDATE, DELETE, TRUNCATE')
            THEN 'can rewrite the audit log'
        WHEN expected = 'taskbot_app' AND alone > 0 THEN 'sees tenants that it was not given'
        WHEN expected = 'taskbot_app' AND within_scope = 0 THEN 'does not see the tenants that it was given'
    END;
END $$;

-- The roles cannot be put to other uses by an accident of search paths.
REVOKE EXECUTE ON FUNCTION make_days, prune FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_days, prune TO taskbot_app, taskbot_relay;

SELECT make_days(8);
