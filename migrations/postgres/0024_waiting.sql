-- Since when each row of the audit log waits for its seal, by the database's clock: whoever runs it is told when nobody
-- seals.
ALTER TABLE audit_unsealed ADD COLUMN since timestamptz NOT NULL DEFAULT now();
