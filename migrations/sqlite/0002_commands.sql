-- What is committed with a command besides its rows: events for the bus, the receipt, the inbox mark, the undo
-- note. And what consumers keep: their cursors, what they parked, what they gave up on.

-- AUTOINCREMENT: a position is never given twice, not even after retention emptied the table.
CREATE TABLE outbox (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    topic      TEXT NOT NULL,
    key        TEXT NOT NULL,
    event_id   TEXT NOT NULL UNIQUE,
    stream     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    payload    TEXT NOT NULL,
    UNIQUE (stream, version)
) STRICT;

CREATE TABLE cursors (
    consumer TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
    key     TEXT NOT NULL UNIQUE,
    digest  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE undo (
    conversation TEXT NOT NULL PRIMARY KEY,
    doc          TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    consumer TEXT NOT NULL,
    stream   TEXT NOT NULL,
    version  INTEGER NOT NULL,
    PRIMARY KEY (consumer, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    consumer TEXT NOT NULL,
    stream   TEXT NOT NULL,
    version  INTEGER NOT NULL,
    origin   TEXT NOT NULL,
    payload  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (consumer, stream, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer    TEXT NOT NULL,
    topic       TEXT NOT NULL,
    origin      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    payload     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    replayed_at INTEGER,
    UNIQUE (consumer, origin)
) STRICT;

CREATE INDEX dead_letters_waiting ON dead_letters (consumer, id) WHERE replayed_at IS NULL;
