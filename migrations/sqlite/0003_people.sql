-- People, what they hold, and what they did that is no change of a task.

CREATE TABLE people (
    id      TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    doc     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
    tenant TEXT NOT NULL,
    user   TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (tenant, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_of_person ON identities (person);

-- Who is in which channel, where the platform keeps no member list of its own.
CREATE TABLE memberships (
    person  TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (person, tenant, channel)
) STRICT, WITHOUT ROWID;

-- Access tokens: the hash of the secret, never the secret.
CREATE TABLE tokens (
    id         TEXT NOT NULL PRIMARY KEY,
    person     TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE INDEX tokens_of_person ON tokens (person, created_at);

-- Administrative acts: append-only.
CREATE TABLE acts (
    row   INTEGER PRIMARY KEY AUTOINCREMENT,
    actor TEXT NOT NULL,
    doc   TEXT NOT NULL
) STRICT;

CREATE INDEX acts_of_actor ON acts (actor, row);

CREATE TRIGGER acts_never_change BEFORE UPDATE ON acts BEGIN
    SELECT RAISE(ABORT, 'acts are append-only');
END;
CREATE TRIGGER acts_never_go BEFORE DELETE ON acts BEGIN
    SELECT RAISE(ABORT, 'acts are append-only');
END;
