-- What is committed with a command besides its rows: events for the bus, the receipt, the inbox mark, the undo
-- note. And what consumers keep: their cursors and leases, what they parked, what they gave up on.

-- CACHE 1: positions are given out one by one, in the order in which transactions ask.
CREATE SEQUENCE outbox_position CACHE 1;

-- One partition per day, dropped whole when it is old. The compare-and-set on the row of the task or reminder is what
-- keeps versions apart: a unique index over days is not to be had.
CREATE TABLE outbox (
    position   bigint NOT NULL DEFAULT nextval('outbox_position'),
    created_at bigint NOT NULL,
    key        uuid NOT NULL,  -- the task
    topic      text NOT NULL,
    payload    text NOT NULL
) PARTITION BY RANGE (created_at);
CREATE INDEX outbox_by_position ON outbox (position);
-- Whatever has no day of its own: an insert never fails.
CREATE TABLE outbox_rest PARTITION OF outbox DEFAULT;

-- Up to here retention has taken rows away: what is missing below is no hole.
CREATE TABLE outbox_floor (position bigint NOT NULL);
INSERT INTO outbox_floor VALUES (0);

CREATE TABLE cursors (
    consumer text PRIMARY KEY,
    position bigint NOT NULL,
    settled  bigint NOT NULL, -- below the first hole
    holes    text             -- JSON; NULL if there are none
) WITH (fillfactor = 50);

CREATE TABLE leases (
    name        text PRIMARY KEY,
    epoch       bigint NOT NULL,
    holder      text NOT NULL,
    lease_until timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE receipts (
    key     text PRIMARY KEY,
    digest  text NOT NULL,
    outcome text NOT NULL,
    at      bigint NOT NULL
);
-- Rows lie in the order of time, so that their pages' bounds are index enough.
CREATE INDEX receipts_by_age ON receipts USING brin (at) WITH (pages_per_range = 16);

CREATE TABLE undo (
    conversation text PRIMARY KEY,
    doc          text NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE inbox (
    stream   text NOT NULL,
    consumer text NOT NULL,
    version  bigint NOT NULL,
    PRIMARY KEY (stream, consumer)
) WITH (fillfactor = 90);

CREATE TABLE parked (
    consumer text NOT NULL,
    stream   text NOT NULL,
    version  bigint NOT NULL,
    origin   text NOT NULL,
    payload  text NOT NULL,
    at       bigint NOT NULL,
    PRIMARY KEY (consumer, stream, version)
);

CREATE TABLE dead_letters (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer    text NOT NULL,
    topic       text NOT NULL,
    origin      text NOT NULL,
    reason      text NOT NULL,
    payload     text NOT NULL,
    at          bigint NOT NULL,
    replayed_at bigint,
    UNIQUE (consumer, origin)
);
CREATE INDEX dead_letters_waiting ON dead_letters (consumer, id) WHERE replayed_at IS NULL;

GRANT USAGE ON SEQUENCE outbox_position TO taskbot_app;
GRANT INSERT ON outbox TO taskbot_app;
GRANT SELECT ON outbox, outbox_floor TO taskbot_relay, taskbot_audit, taskbot_backup;
GRANT SELECT, INSERT, UPDATE ON receipts, inbox TO taskbot_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON undo, parked, dead_letters TO taskbot_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked, dead_letters TO taskbot_audit;
GRANT SELECT, INSERT, UPDATE ON cursors, leases TO taskbot_app, taskbot_relay, taskbot_audit;
GRANT SELECT ON receipts, undo, inbox, parked, dead_letters TO taskbot_relay, taskbot_backup;
GRANT SELECT ON cursors, leases, outbox_position TO taskbot_backup;
