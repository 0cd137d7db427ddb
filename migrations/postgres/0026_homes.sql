-- Who looked at their page of the bot, when last, in microseconds, and under which watch it is followed: whoever holds the
-- lease homes/<watch> publishes it anew when it changes. Noted at most once an hour, and when another process shows it; no
-- fact of the business, hence no version, no event and no place in a backup.
ALTER TABLE identities ADD COLUMN home_at bigint, ADD COLUMN home_watch bigint;
CREATE INDEX identities_by_home ON identities (home_at, home_watch) WHERE home_at IS NOT NULL;
GRANT UPDATE (home_at, home_watch) ON identities TO taskbot_app;

-- What processes remember of people is the same after a look.
DROP TRIGGER told ON identities;
CREATE TRIGGER told AFTER INSERT OR DELETE OR UPDATE OF tenant, name, person ON identities
    FOR EACH ROW EXECUTE FUNCTION tell_of_people();

CREATE FUNCTION look_at_home(scope text, in_tenant text, called text, looked_at bigint, long_ago bigint, watch bigint)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    UPDATE identities i SET home_at = looked_at, home_watch = watch
    WHERE i.tenant = in_tenant AND i.name = called AND (i.home_watch IS DISTINCT FROM watch OR i.home_at <= long_ago);
END $$;
