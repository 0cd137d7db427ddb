-- After a restore: reminders and deliveries that were due by then wait until somebody lets them go.

CREATE TABLE hold (
    one   smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    until bigint NOT NULL
);
GRANT SELECT ON hold TO taskbot_app, taskbot_audit, taskbot_backup;
GRANT SELECT, DELETE ON hold TO taskbot_relay;
