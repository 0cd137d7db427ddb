-- Since when each row of the audit log waits for its seal, by the database's clock, so that one that waits for too long is
-- found: whoever puts a row of their own beside those that wait must not be believed.
ALTER TABLE audit_unsealed ADD COLUMN since timestamptz NOT NULL DEFAULT now();
