-- Tasks and what belongs to them. `doc` is the row as the domain knows it (JSON) and the truth; the other
-- columns repeat what is asked for. Instants are microseconds since 1970, ids lower-case UUIDs.

PRAGMA application_id = 1952543595; -- 'task'

CREATE TABLE lists (
    id     TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    owner  TEXT,              -- the person, of a personal list
    doc    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX lists_of_owner ON lists (owner) WHERE owner IS NOT NULL;

-- The last short number given per tenant: raised with every new task, so that none is given twice.
CREATE TABLE counters (
    tenant TEXT NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
    id            TEXT NOT NULL PRIMARY KEY,
    tenant        TEXT NOT NULL,
    list          TEXT NOT NULL REFERENCES lists (id),
    number        INTEGER NOT NULL,
    status        TEXT NOT NULL,
    priority      INTEGER NOT NULL, -- 1 to 4; the largest integer if there is none
    due_at        INTEGER NOT NULL, -- the deadline; the largest integer if there is none
    due_day       INTEGER,          -- the local day as yyyymmdd
    author        TEXT NOT NULL,
    series        TEXT,
    bare_reminder INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    people        TEXT NOT NULL,    -- JSON: the assignees
    tags          TEXT NOT NULL,    -- JSON: the tags
    words         TEXT NOT NULL,    -- JSON: folded words of title, description and tags, and each tag as `#tag`
    doc           TEXT NOT NULL,
    UNIQUE (tenant, number)
) STRICT;

CREATE INDEX tasks_of_list_by_age ON tasks (list, status, created_at, id);
CREATE INDEX tasks_of_list_by_due ON tasks (list, status, due_at, id);
CREATE INDEX tasks_of_author_by_age ON tasks (author, status, created_at, id);
CREATE INDEX tasks_of_author_by_due ON tasks (author, status, due_at, id);

CREATE TABLE task_people (
    person TEXT NOT NULL,
    task   TEXT NOT NULL,
    PRIMARY KEY (person, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_words (
    tenant TEXT NOT NULL,
    word   TEXT NOT NULL,
    task   TEXT NOT NULL,
    PRIMARY KEY (tenant, word, task)
) STRICT, WITHOUT ROWID;

-- The tags in use: those of tasks that are not deleted.
CREATE TABLE task_tags (
    list TEXT NOT NULL,
    tag  TEXT NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (list, tag, task)
) STRICT, WITHOUT ROWID;

-- The three tables above follow the task's JSON columns by trigger, so that a change that leaves people, words
-- and tags alone touches none of them, and a commit needs one statement per task.
CREATE TRIGGER task_added AFTER INSERT ON tasks BEGIN
    INSERT INTO task_people (person, task) SELECT value, new.id FROM json_each(new.people) WHERE true
        ON CONFLICT DO NOTHING;
    INSERT INTO task_words (tenant, word, task) SELECT new.tenant, value, new.id FROM json_each(new.words);
    INSERT INTO task_tags (list, tag, task) SELECT new.list, value, new.id FROM json_each(new.tags)
        WHERE new.status <> 'deleted';
END;

CREATE TRIGGER task_people_changed AFTER UPDATE OF people ON tasks WHEN old.people <> new.people BEGIN
    DELETE FROM task_people WHERE task = old.id AND person IN (SELECT value FROM json_each(old.people));
    INSERT INTO task_people (person, task) SELECT value, new.id FROM json_each(new.people) WHERE true
        ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER task_words_changed AFTER UPDATE OF words ON tasks WHEN old.words <> new.words BEGIN
    DELETE FROM task_words
        WHERE tenant = old.tenant AND task = old.id AND word IN (SELECT value FROM json_each(old.words));
    INSERT INTO task_words (tenant, word, task) SELECT new.tenant, value, new.id FROM json_each(new.words);
END;

CREATE TRIGGER task_tags_changed AFTER UPDATE OF list, status, tags ON tasks
WHEN old.list <> new.list OR old.tags <> new.tags OR (old.status = 'deleted') <> (new.status = 'deleted') BEGIN
    DELETE FROM task_tags
        WHERE list = old.list AND task = old.id AND tag IN (SELECT value FROM json_each(old.tags));
    INSERT INTO task_tags (list, tag, task) SELECT new.list, value, new.id FROM json_each(new.tags)
        WHERE new.status <> 'deleted';
END;

CREATE TRIGGER task_purged AFTER DELETE ON tasks BEGIN
    DELETE FROM task_people WHERE task = old.id AND person IN (SELECT value FROM json_each(old.people));
    DELETE FROM task_words
        WHERE tenant = old.tenant AND task = old.id AND word IN (SELECT value FROM json_each(old.words));
    DELETE FROM task_tags
        WHERE list = old.list AND task = old.id AND tag IN (SELECT value FROM json_each(old.tags));
END;

CREATE TABLE series (
    id      TEXT NOT NULL PRIMARY KEY,
    tenant  TEXT NOT NULL,
    state   TEXT NOT NULL,
    next_at INTEGER,          -- when the next occurrence's time arrives
    version INTEGER NOT NULL,
    doc     TEXT NOT NULL
) STRICT;

CREATE INDEX series_by_next ON series (next_at, id) WHERE state = 'active' AND next_at IS NOT NULL;

CREATE TABLE reminders (
    id       TEXT NOT NULL PRIMARY KEY,
    task     TEXT NOT NULL REFERENCES tasks (id),
    tenant   TEXT NOT NULL,
    platform TEXT NOT NULL,
    place    TEXT NOT NULL,   -- one text per place
    at       INTEGER NOT NULL, -- rounded up, so that none is found early
    state    TEXT NOT NULL,
    told_at  INTEGER NOT NULL, -- the time of its last event
    version  INTEGER NOT NULL,
    doc      TEXT NOT NULL
) STRICT;

CREATE INDEX reminders_of_task ON reminders (task, state, told_at);
CREATE INDEX reminders_on_platform ON reminders (platform, at, id) WHERE state = 'scheduled';
CREATE INDEX reminders_at_place ON reminders (tenant, place, at, id) WHERE state = 'scheduled';
CREATE INDEX reminders_told_at_place ON reminders (tenant, place, told_at) WHERE state = 'delivered';

CREATE TABLE deliveries (
    id              TEXT NOT NULL PRIMARY KEY,
    tenant          TEXT NOT NULL,
    platform        TEXT NOT NULL,
    place           TEXT NOT NULL,
    state           TEXT NOT NULL,
    open            INTEGER NOT NULL, -- 1 while work is left
    next_attempt_at INTEGER NOT NULL, -- rounded up
    version         INTEGER NOT NULL,
    doc             TEXT NOT NULL
) STRICT;

CREATE INDEX deliveries_on_platform ON deliveries (platform, next_attempt_at, id) WHERE open = 1;
CREATE INDEX deliveries_at_place ON deliveries (tenant, place, next_attempt_at, id) WHERE open = 1;
