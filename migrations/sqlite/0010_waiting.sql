-- Since when each row of the audit log waits for its seal, in microseconds by the machine's clock: whoever runs it is told
-- when nobody seals.

CREATE TABLE audit_waiting (
    row   INTEGER PRIMARY KEY, -- of audit_log
    since INTEGER NOT NULL DEFAULT (CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER))
) STRICT;
INSERT INTO audit_waiting (row) SELECT row FROM audit_unsealed;
DROP TABLE audit_unsealed;
ALTER TABLE audit_waiting RENAME TO audit_unsealed;
