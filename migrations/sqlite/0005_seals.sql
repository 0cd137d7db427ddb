-- Seals over the audit log, one chain per tenant. Rows that no seal covers yet wait in a table of their own, so that
-- nothing that is sealed is ever touched again.

CREATE TABLE audit_seals (
    tenant   TEXT NOT NULL,
    n        INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    rows     TEXT NOT NULL, -- JSON array of audit_log.row, in the order that was hashed
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL,
    PRIMARY KEY (tenant, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_unsealed (
    row INTEGER PRIMARY KEY -- of audit_log
) STRICT;

INSERT INTO audit_unsealed (row) SELECT row FROM audit_log;

CREATE TRIGGER audit_seals_never_change BEFORE UPDATE ON audit_seals BEGIN
    SELECT RAISE(ABORT, 'seals are append-only');
END;
CREATE TRIGGER audit_seals_never_go BEFORE DELETE ON audit_seals BEGIN
    SELECT RAISE(ABORT, 'seals are append-only');
END;
