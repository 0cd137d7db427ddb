-- The tenants that a receipt belongs to, a JSON array; PostgreSQL shows it to nobody else. NULL: from before.
ALTER TABLE receipts ADD COLUMN tenants TEXT;
