-- Questions within a scope of tenants. Each function sets the scope first; being STABLE it sees one point in time.

-- Everything that a command needs. What is not asked for costs nothing.
CREATE FUNCTION load(
    scope text, in_tenant text, task_ids uuid[], numbers bigint[], series_ids uuid[], delivery_ids uuid[],
    at_place text, person_ids uuid[], receipt_key text, undo_of text, follows uuid
) RETURNS TABLE (kind text, doc text, more text, number bigint) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    wanted uuid[] := task_ids;
    seats uuid[] := series_ids;
    carrying uuid[] := delivery_ids;
    known uuid[] := person_ids;
    members uuid[] := '{}';
    told text[];
    last_task uuid;
    undone text;
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    IF receipt_key IS NOT NULL THEN
        RETURN QUERY SELECT 'receipt', k.outcome, k.digest, k.at FROM receipts k WHERE k.key = receipt_key;
    END IF;
    IF cardinality(numbers) > 0 THEN
        wanted := wanted || ARRAY(SELECT t.id FROM tasks t WHERE t.tenant = in_tenant AND t.number = ANY (numbers));
    END IF;
    IF cardinality(delivery_ids) > 0 THEN
        members := ARRAY(
            SELECT m.value::uuid FROM deliveries d CROSS JOIN json_array_elements_text(d.doc::json -> 'members') m
            WHERE d.id = ANY (delivery_ids));
        wanted := wanted || ARRAY(SELECT r.task FROM reminders r WHERE r.id = ANY (members));
    END IF;
    IF at_place IS NOT NULL THEN
        SELECT r.task INTO last_task FROM reminders r
        WHERE r.state = 'delivered' AND r.tenant = in_tenant AND r.place = at_place
        ORDER BY r.told_at DESC LIMIT 1;
        IF FOUND THEN
            wanted := wanted || last_task;
            RETURN QUERY SELECT 'last reminder', last_task::text, NULL::text, NULL::bigint;
        END IF;
    END IF;
    IF undo_of IS NOT NULL THEN
        SELECT u.doc INTO undone FROM undo u WHERE u.conversation = undo_of;
        IF FOUND THEN
            RETURN QUERY SELECT 'undo', undone, NULL::text, NULL::bigint;
            wanted := wanted
                || ARRAY(SELECT (p.value #>> '{1,id}')::uuid FROM json_array_elements(undone::json -> 'tasks') p)
                || ARRAY(SELECT (p.value #>> '{1,task}')::uuid FROM json_array_elements(undone::json -> 'snoozed') p);
            seats := seats
                || ARRAY(SELECT (p.value #>> '{1,id}')::uuid FROM json_array_elements(undone::json -> 'series') p);
        END IF;
    END IF;
    IF follows IS NOT NULL THEN
        wanted := wanted || ARRAY(
            SELECT t.id FROM lists l JOIN tasks t ON t.list = l.id
            WHERE l.owner = follows AND t.status = 'open'
                AND (t.series IS NOT NULL OR (t.due_day IS NOT NULL AND t.doc::json #>> '{due,time}' IS NULL)));
    END IF;
    IF cardinality(wanted) > 0 THEN
        seats := seats || ARRAY(SELECT t.series FROM tasks t WHERE t.id = ANY (wanted) AND t.series IS NOT NULL);
    END IF;
    IF cardinality(seats) > 0 THEN
        RETURN QUERY SELECT 'series', s.doc, NULL::text, NULL::bigint FROM series s WHERE s.id = ANY (seats);
        wanted := wanted
            || ARRAY(SELECT (s.doc::json ->> 'current')::uuid FROM series s WHERE s.id = ANY (seats))
            || ARRAY(SELECT (s.doc::json ->> 'withdrawn')::uuid FROM series s WHERE s.id = ANY (seats));
    END IF;
    IF cardinality(wanted) > 0 THEN
        RETURN QUERY SELECT 'task', t.doc, l.doc, NULL::bigint
            FROM tasks t JOIN lists l ON l.id = t.list WHERE t.id = ANY (wanted);
        known := known || ARRAY(
            SELECT p.person FROM tasks t CROSS JOIN unnest(t.people || t.author) p (person) WHERE t.id = ANY (wanted));
        told := ARRAY(
            SELECT r.doc FROM (
                SELECT id, state, doc, row_number() OVER (PARTITION BY task, state ORDER BY told_at DESC) AS latest
                FROM reminders WHERE task = ANY (wanted)
            ) r
            WHERE r.state IN ('scheduled', 'due') OR r.id = ANY (members) OR (r.state = 'delivered' AND r.latest = 1));
    END IF;
    IF cardinality(told) > 0 THEN
        RETURN QUERY SELECT 'reminder', r.doc, NULL::text, NULL::bigint FROM unnest(told) r (doc);
        carrying := carrying || ARRAY(
            SELECT (r.doc::json ->> 'delivery')::uuid FROM unnest(told) r (doc) WHERE r.doc::json ->> 'state' = 'due');
        known := known
            || ARRAY(SELECT (r.doc::json ->> 'asked_by')::uuid FROM unnest(told) r (doc))
            || ARRAY(
                SELECT p.value::uuid FROM unnest(told) r (doc)
                CROSS JOIN json_array_elements_text(r.doc::json -> 'recipients') p);
    END IF;
    IF cardinality(carrying) > 0 THEN
        RETURN QUERY SELECT 'delivery', d.doc, NULL::text, NULL::bigint FROM deliveries d WHERE d.id = ANY (carrying);
    END IF;
    IF cardinality(known) > 0 THEN
        RETURN QUERY SELECT 'person', p.doc, NULL::text, NULL::bigint FROM people p WHERE p.id = ANY (known);
    END IF;
END $$;

-- The last of the next `count` short numbers of a tenant. Its transaction does not wait for the disk, so that nobody
-- queues behind it: whatever commits with one of these numbers comes later in the log and makes it durable.
CREATE FUNCTION take_numbers(scope text, of_tenant text, count bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    given bigint;
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true), set_config('synchronous_commit', 'off', true);
    INSERT INTO counters AS kept VALUES (of_tenant, count)
    ON CONFLICT (tenant) DO UPDATE SET last = kept.last + count RETURNING kept.last INTO given;
    RETURN given;
END $$;

-- Answers a question of one column within a scope. The question is made of the program's own constants, its values
-- come as one JSON object. It runs with the rights of whoever asks.
CREATE FUNCTION within(scope text, question text, args json) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    RETURN QUERY EXECUTE question USING args;
END $$;

-- The tasks of the scope that a text search finds. Row-level security keeps the GIN index from being used, because
-- the operator is not leakproof; so this one function looks past it, and keeps to the scope by itself.
CREATE FUNCTION matching(query text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = taskbot, pg_temp SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY SELECT t.id FROM tasks t WHERE t.words @@ query::tsquery AND t.tenant = ANY (tenants());
END $$;

REVOKE EXECUTE ON FUNCTION matching FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matching TO taskbot_app;
CREATE POLICY search ON tasks FOR SELECT TO taskbot_finder USING (true);
GRANT SELECT ON tasks TO taskbot_finder;
GRANT CREATE ON SCHEMA taskbot TO taskbot_finder; -- asked for by ALTER … OWNER
ALTER FUNCTION matching OWNER TO taskbot_finder;
REVOKE CREATE ON SCHEMA taskbot FROM taskbot_finder;
