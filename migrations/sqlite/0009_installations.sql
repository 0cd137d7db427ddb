-- Where an app of a chat platform is installed, with its token, encrypted. What is due in a tenant that sleeps is held.

CREATE TABLE installations (
    tenant       TEXT NOT NULL PRIMARY KEY,
    asleep_since INTEGER,
    version      INTEGER NOT NULL,
    doc          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX installations_asleep ON installations (tenant) WHERE asleep_since IS NOT NULL;

-- Requests to install that were used up: each leads to one installation.
CREATE TABLE install_requests (
    request TEXT NOT NULL PRIMARY KEY,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
