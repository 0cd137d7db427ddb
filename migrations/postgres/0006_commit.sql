-- A change is written by one call, which is a transaction of its own: one round trip, committed whole or not at all.
-- Rows come as composite literals. A release that needs other fields brings a function of another name, so that the
-- releases before and after can work side by side.

CREATE TYPE list_put AS (id uuid, tenant text, owner uuid, doc text);
CREATE TYPE task_put AS (
    id uuid, was bigint, tenant text, list uuid, number bigint, author uuid, series uuid, due_at bigint,
    created_at bigint, version bigint, due_day integer, priority smallint, own boolean, bare boolean, status text,
    people uuid[], tags text[], words tsvector, doc text);
CREATE TYPE series_put AS (id uuid, was bigint, tenant text, next_at bigint, version bigint, state text, doc text);
CREATE TYPE reminder_put AS (
    id uuid, was bigint, task uuid, at bigint, told_at bigint, version bigint, state text, platform text, tenant text,
    place text, doc text);
CREATE TYPE delivery_put AS (
    id uuid, was bigint, next_attempt_at bigint, version bigint, open boolean, state text, platform text, tenant text,
    place text, doc text);
CREATE TYPE person_put AS (id uuid, was bigint, version bigint, doc text);
CREATE TYPE act_put AS (actor uuid, doc text);
CREATE TYPE event_put AS (created_at bigint, key uuid, topic text, payload text);
CREATE TYPE receipt_put AS (key text, digest text, outcome text, at bigint);
CREATE TYPE mark_put AS (consumer text, stream text, version bigint);
CREATE TYPE undo_put AS (conversation text, doc text);

-- `what` has another version than expected, or exists already.
CREATE FUNCTION conflict(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'TB001', MESSAGE = what;
END $$;

CREATE FUNCTION put_task(t task_put) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF t.was IS NULL THEN
        INSERT INTO tasks (id, list, author, series, number, due_at, created_at, version, due_day, priority, own,
            bare, status, tenant, people, tags, words, doc)
        VALUES (t.id, t.list, t.author, t.series, t.number, t.due_at, t.created_at, t.version, t.due_day, t.priority,
            t.own, t.bare, t.status, t.tenant, t.people, t.tags, t.words, t.doc);
        RETURN;
    END IF;
    UPDATE tasks SET list = t.list, series = t.series, due_at = t.due_at, version = t.version, due_day = t.due_day,
        priority = t.priority, own = t.own, bare = t.bare, status = t.status, people = t.people, tags = t.tags,
        words = t.words, doc = t.doc
    WHERE id = t.id AND version = t.was;
    IF NOT FOUND THEN
        PERFORM conflict('task');
    END IF;
END $$;

CREATE FUNCTION put_series(s series_put) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF s.was IS NULL THEN
        INSERT INTO series (id, next_at, version, state, tenant, doc)
        VALUES (s.id, s.next_at, s.version, s.state, s.tenant, s.doc);
        RETURN;
    END IF;
    UPDATE series SET next_at = s.next_at, version = s.version, state = s.state, doc = s.doc
    WHERE id = s.id AND version = s.was;
    IF NOT FOUND THEN
        PERFORM conflict('series');
    END IF;
END $$;

CREATE FUNCTION put_reminder(r reminder_put) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF r.was IS NULL THEN
        INSERT INTO reminders (id, task, at, told_at, version, state, platform, tenant, place, doc)
        VALUES (r.id, r.task, r.at, r.told_at, r.version, r.state, r.platform, r.tenant, r.place, r.doc);
        RETURN;
    END IF;
    UPDATE reminders SET at = r.at, told_at = r.told_at, version = r.version, state = r.state, place = r.place,
        doc = r.doc
    WHERE id = r.id AND version = r.was;
    IF NOT FOUND THEN
        PERFORM conflict('reminder');
    END IF;
END $$;

CREATE FUNCTION put_delivery(d delivery_put) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF d.was IS NULL THEN
        INSERT INTO deliveries (id, next_attempt_at, version, open, state, platform, tenant, place, doc)
        VALUES (d.id, d.next_attempt_at, d.version, d.open, d.state, d.platform, d.tenant, d.place, d.doc);
        RETURN;
    END IF;
    UPDATE deliveries SET next_attempt_at = d.next_attempt_at, version = d.version, open = d.open, state = d.state,
        place = d.place, doc = d.doc
    WHERE id = d.id AND version = d.was;
    IF NOT FOUND THEN
        PERFORM conflict('delivery');
    END IF;
END $$;

CREATE FUNCTION put_person(p person_put) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p.was IS NULL THEN
        INSERT INTO people (id, version, doc) VALUES (p.id, p.version, p.doc);
        RETURN;
    END IF;
    UPDATE people SET version = p.version, doc = p.doc WHERE id = p.id AND version = p.was;
    IF NOT FOUND THEN
        PERFORM conflict('person');
    END IF;
END $$;

-- What makes a repetition known, and what `undo` takes back.
CREATE FUNCTION put_marks(mark mark_put, receipt receipt_put, note undo_put) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (mark IS NULL) THEN
        INSERT INTO inbox AS kept (consumer, stream, version) VALUES (mark.consumer, mark.stream, mark.version)
        ON CONFLICT (stream, consumer) DO UPDATE SET version = excluded.version
        WHERE excluded.version > kept.version;
        IF NOT FOUND THEN
            PERFORM conflict('inbox mark');
        END IF;
    END IF;
    IF NOT (receipt IS NULL) THEN
        INSERT INTO receipts VALUES (receipt.key, receipt.digest, receipt.outcome, receipt.at);
    END IF;
    IF note IS NULL THEN
        NULL;
    ELSIF note.doc IS NULL THEN
        DELETE FROM undo WHERE conversation = note.conversation;
    ELSE
        INSERT INTO undo VALUES (note.conversation, note.doc)
        ON CONFLICT (conversation) DO UPDATE SET doc = excluded.doc;
    END IF;
END $$;

-- Guards come first, so that a conflict costs little, and events last: whoever takes a position in the outbox has
-- its row locks and its transaction id already, which is what the readers of the outbox rely on.
CREATE FUNCTION commit_change(
    scope text, mark mark_put, receipt receipt_put, note undo_put, new_lists list_put[], new_tasks task_put[],
    new_series series_put[], new_reminders reminder_put[], new_deliveries delivery_put[], new_people person_put[],
    new_acts act_put[], new_events event_put[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    l list_put;
    t task_put;
    s series_put;
    r reminder_put;
    d delivery_put;
    p person_put;
    a act_put;
    e event_put;
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    IF NOT (mark IS NULL AND receipt IS NULL AND note IS NULL) THEN
        PERFORM put_marks(mark, receipt, note);
    END IF;
    FOREACH l IN ARRAY new_lists LOOP
        INSERT INTO lists VALUES (l.id, l.tenant, l.owner, l.doc) ON CONFLICT DO NOTHING;
    END LOOP;
    FOREACH t IN ARRAY new_tasks LOOP
        PERFORM put_task(t);
    END LOOP;
    FOREACH s IN ARRAY new_series LOOP
        PERFORM put_series(s);
    END LOOP;
    FOREACH r IN ARRAY new_reminders LOOP
        PERFORM put_reminder(r);
    END LOOP;
    FOREACH d IN ARRAY new_deliveries LOOP
        PERFORM put_delivery(d);
    END LOOP;
    FOREACH p IN ARRAY new_people LOOP
        PERFORM put_person(p);
    END LOOP;
    FOREACH a IN ARRAY new_acts LOOP
        INSERT INTO acts (actor, doc) VALUES (a.actor, a.doc);
    END LOOP;
    PERFORM pg_current_xact_id();
    FOREACH e IN ARRAY new_events LOOP
        INSERT INTO outbox (created_at, key, topic, payload) VALUES (e.created_at, e.key, e.topic, e.payload);
    END LOOP;
END $$;
