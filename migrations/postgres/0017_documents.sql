-- Documents come with U+0001 for each of their quotes, which JSON itself never holds raw, and get them back here:
-- quotes within the quotes of a record within those of an array made four bytes of one, to be written and read again.
-- What comes with quotes, from a release before this one, stays as it is.
--
-- Guards come first, so that a conflict costs little, and events last: whoever takes a position in the outbox has
-- its row locks and its transaction id already, which is what the readers of the outbox rely on.
CREATE OR REPLACE FUNCTION commit_change(
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
        receipt.outcome := translate(receipt.outcome, E'\x01', '"');
        note.doc := translate(note.doc, E'\x01', '"');
        PERFORM put_marks(mark, receipt, note);
    END IF;
    FOREACH l IN ARRAY new_lists LOOP
        INSERT INTO lists VALUES (l.id, l.tenant, l.owner, translate(l.doc, E'\x01', '"')) ON CONFLICT DO NOTHING;
    END LOOP;
    FOREACH t IN ARRAY new_tasks LOOP
        t.doc := translate(t.doc, E'\x01', '"');
        PERFORM put_task(t);
    END LOOP;
    FOREACH s IN ARRAY new_series LOOP
        s.doc := translate(s.doc, E'\x01', '"');
        PERFORM put_series(s);
    END LOOP;
    FOREACH r IN ARRAY new_reminders LOOP
        r.doc := translate(r.doc, E'\x01', '"');
        PERFORM put_reminder(r);
    END LOOP;
    FOREACH d IN ARRAY new_deliveries LOOP
        d.doc := translate(d.doc, E'\x01', '"');
        PERFORM put_delivery(d);
    END LOOP;
    FOREACH p IN ARRAY new_people LOOP
        p.doc := translate(p.doc, E'\x01', '"');
        PERFORM put_person(p);
    END LOOP;
    FOREACH a IN ARRAY new_acts LOOP
        INSERT INTO acts (actor, doc) VALUES (a.actor, a.doc);
    END LOOP;
    PERFORM pg_current_xact_id();
    FOREACH e IN ARRAY new_events LOOP
        INSERT INTO outbox (created_at, key, topic, payload)
        VALUES (e.created_at, e.key, e.topic, translate(e.payload, E'\x01', '"'));
    END LOOP;
END $$;
