-- A cursor is saved without waiting for the disk: one that a crash of the server takes back lets some events be sent
-- again, as any crash between sending and saving does. What is pruned by it is written behind it.

CREATE OR REPLACE FUNCTION save_cursor(who text, at_position bigint, up_to bigint, open_holes text, in_epoch bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM leases WHERE name = who AND epoch > in_epoch;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO cursors AS kept VALUES (who, at_position, up_to, open_holes)
    ON CONFLICT (consumer) DO UPDATE
        SET position = excluded.position, settled = excluded.settled, holes = excluded.holes
        WHERE excluded.position >= kept.position;
    RETURN true;
END $$;
