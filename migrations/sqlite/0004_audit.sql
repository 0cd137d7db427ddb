-- The audit log. It may lie in a database of its own, so nothing here refers to another table. Content and salt
-- lie apart: their rows alone may be deleted (erasure), and what is left still proves what stood there.

CREATE TABLE audit_log (
    row      INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    stream   TEXT NOT NULL,
    version  INTEGER NOT NULL,
    type     TEXT NOT NULL,
    tenant   TEXT NOT NULL,
    subject  TEXT NOT NULL, -- the task
    actor    TEXT NOT NULL,
    time     INTEGER NOT NULL,
    digest   TEXT NOT NULL, -- SHA-256 of salt and content, hex
    UNIQUE (stream, version)
) STRICT;

CREATE INDEX audit_log_of_task ON audit_log (subject, row);

CREATE TABLE audit_content (
    row     INTEGER PRIMARY KEY, -- of audit_log
    salt    TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;

-- Whom a row concerns: its actor and its participants.
CREATE TABLE audit_people (
    person TEXT NOT NULL,
    row    INTEGER NOT NULL,
    PRIMARY KEY (person, row)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_log_never_changes BEFORE UPDATE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_log_never_goes BEFORE DELETE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_content_never_changes BEFORE UPDATE ON audit_content BEGIN
    SELECT RAISE(ABORT, 'audited content can be erased, never changed');
END;
CREATE TRIGGER audit_people_never_change BEFORE UPDATE ON audit_people BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_people_never_go BEFORE DELETE ON audit_people BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
