-- Seals over the audit log, one chain per tenant. Rows that no seal covers yet wait in a table of their own, so that
-- nothing that is sealed is ever touched again.

CREATE TABLE audit_seals (
    tenant   text NOT NULL,
    n        bigint NOT NULL,
    at       bigint NOT NULL,
    rows     bigint[] NOT NULL, -- of audit_log, in the order that was hashed
    previous text NOT NULL,
    hash     text NOT NULL,
    PRIMARY KEY (tenant, n)
);

CREATE TABLE audit_unsealed (
    row bigint PRIMARY KEY -- of audit_log
);

INSERT INTO audit_unsealed (row) SELECT row FROM audit_log;

CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals EXECUTE FUNCTION refuse();

CALL guard('audit_seals');
CREATE POLICY of_the_log ON audit_seals FOR SELECT TO taskbot_audit, taskbot_erase USING (true);
CREATE POLICY append ON audit_seals FOR INSERT TO taskbot_audit WITH CHECK (true);
GRANT SELECT, INSERT ON audit_seals TO taskbot_audit;
GRANT SELECT, INSERT, DELETE ON audit_unsealed TO taskbot_audit;
GRANT SELECT ON audit_seals, audit_unsealed TO taskbot_erase;
GRANT SELECT ON audit_unsealed TO taskbot_relay, taskbot_backup;
