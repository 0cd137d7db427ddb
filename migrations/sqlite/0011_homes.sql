-- Who looked at their page of the bot, when last, in microseconds, and under which watch it is followed: whoever holds the
-- lease homes/<watch> publishes it anew when it changes. Noted at most once an hour, and when another process shows it; no
-- fact of the business, hence no version, no event and no place in a backup.
ALTER TABLE identities ADD COLUMN home_at INTEGER;
ALTER TABLE identities ADD COLUMN home_watch INTEGER;
CREATE INDEX identities_by_home ON identities (home_at, home_watch) WHERE home_at IS NOT NULL;
