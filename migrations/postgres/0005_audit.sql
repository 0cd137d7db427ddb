-- The audit log. It may lie in a database of its own, so nothing here refers to another table. Content and salt
-- lie apart: their rows alone may be deleted (erasure), and what is left still proves what stood there.

CREATE TABLE audit_log (
    row      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    id       uuid NOT NULL,     -- of the task or reminder whose stream it is
    subject  uuid NOT NULL,     -- the task
    actor    uuid NOT NULL,
    version  bigint NOT NULL,
    time     bigint NOT NULL,
    reminder boolean NOT NULL,  -- whether the stream is a reminder's
    type     text NOT NULL,
    tenant   text NOT NULL,
    digest   bytea NOT NULL,    -- SHA-256 of salt (in hex) and content
    UNIQUE (id, version, reminder)
);
CREATE INDEX audit_log_of_task ON audit_log (subject, row);

CREATE TABLE audit_content (
    row     bigint PRIMARY KEY, -- of audit_log
    salt    bytea NOT NULL,
    payload text NOT NULL
);

-- Whom a row concerns: its actor and its participants.
CREATE TABLE audit_people (
    person uuid NOT NULL,
    row    bigint NOT NULL,
    PRIMARY KEY (person, row)
);

CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log EXECUTE FUNCTION refuse();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_people EXECUTE FUNCTION refuse();
-- Content can be erased, never changed.
CREATE TRIGGER never_changes BEFORE UPDATE OR TRUNCATE ON audit_content EXECUTE FUNCTION refuse();

CALL guard('audit_log');
CREATE POLICY of_the_log ON audit_log FOR SELECT TO taskbot_audit, taskbot_erase USING (true);
CREATE POLICY append ON audit_log FOR INSERT TO taskbot_audit WITH CHECK (true);
GRANT SELECT, INSERT ON audit_log, audit_content, audit_people TO taskbot_audit;
-- Content has no tenant of its own to be guarded by: those who work within a scope do not read it.
GRANT SELECT ON audit_content, audit_people TO taskbot_relay, taskbot_backup;
GRANT SELECT ON audit_log, audit_content, audit_people TO taskbot_erase;
GRANT DELETE ON audit_content TO taskbot_erase;
