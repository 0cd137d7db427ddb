-- Short numbers that are left out before the next one: after a restore, those that may have been given since the backup.

ALTER TABLE counters ADD COLUMN spared bigint NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION take_numbers(scope text, of_tenant text, count bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    given bigint;
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true), set_config('synchronous_commit', 'off', true);
    INSERT INTO counters AS kept VALUES (of_tenant, count)
    ON CONFLICT (tenant) DO UPDATE SET last = kept.last + kept.spared + count, spared = 0 RETURNING kept.last INTO given;
    RETURN given;
END $$;
