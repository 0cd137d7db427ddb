-- Retention waits for those who read the outbox now, and not for cursors that were left behind: with Kafka the relay is
-- its only reader, whoever read it before. The release before this one goes on waiting for every cursor.

CREATE FUNCTION prune(before bigint, readers text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = taskbot, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    passed bigint := (
        SELECT CASE WHEN count(*) = cardinality(readers) THEN coalesce(min(settled), 0) ELSE 0 END
        FROM cursors WHERE consumer = ANY (readers));
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

REVOKE EXECUTE ON FUNCTION prune(bigint, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune(bigint, text[]) TO taskbot_app, taskbot_relay;

CREATE OR REPLACE FUNCTION prune(before bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = taskbot, pg_temp SET lock_timeout = '500ms' AS
$$ SELECT taskbot.prune(before, ARRAY(SELECT consumer FROM cursors)) $$;
