-- Tasks of which `task-updates` says that they are deleted, until it forgets them: kept by the relay.

CREATE TABLE deleted_tasks (
    task  TEXT NOT NULL PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX deleted_tasks_by_age ON deleted_tasks (since, task);
