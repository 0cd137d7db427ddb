-- After a restore: reminders and deliveries that were due by then wait until somebody lets them go.

CREATE TABLE hold (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    until INTEGER NOT NULL
) STRICT;
