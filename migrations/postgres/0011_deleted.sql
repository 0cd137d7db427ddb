-- Tasks of which `task-updates` says that they are deleted, until it forgets them: kept by the relay.

CREATE TABLE deleted_tasks (
    task  uuid PRIMARY KEY,
    since bigint NOT NULL
);
CREATE INDEX deleted_tasks_by_age ON deleted_tasks (since, task);
GRANT SELECT, INSERT, UPDATE, DELETE ON deleted_tasks TO taskbot_relay;
GRANT SELECT ON deleted_tasks TO taskbot_backup;
