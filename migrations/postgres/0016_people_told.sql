-- Tells every process of a change to what it remembers of people. Changes of this kind are rare, and one notification
-- goes out per transaction, however many rows it touches.
CREATE FUNCTION tell_of_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('taskbot_people', '');
    RETURN NULL;
END $$;

CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON people FOR EACH ROW EXECUTE FUNCTION tell_of_people();
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON identities FOR EACH ROW EXECUTE FUNCTION tell_of_people();
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION tell_of_people();
CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON tokens FOR EACH ROW EXECUTE FUNCTION tell_of_people();
