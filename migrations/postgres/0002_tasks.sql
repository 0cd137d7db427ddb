-- Tasks and what belongs to them. `doc` is the row as the domain knows it (JSON) and the truth; the other columns
-- repeat what is asked for. Instants are microseconds since 1970.
--
-- What is written with every command is kept small: ids as uuid, documents as text (nothing is asked of them that
-- would need jsonb), NULL for empty arrays, partial indexes. No foreign keys: their checks lock, and so rewrite, the
-- row of the list with every task.

CREATE TABLE lists (
    id     uuid PRIMARY KEY,
    tenant text NOT NULL,
    owner  uuid,              -- the person, of a personal list
    doc    text NOT NULL
);
CREATE INDEX lists_of_owner ON lists (owner) WHERE owner IS NOT NULL;

-- The last short number given per tenant. Raised by transactions of their own, so that writers do not queue for it.
CREATE TABLE counters (
    tenant text PRIMARY KEY,
    last   bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE tasks (
    id         uuid NOT NULL,
    list       uuid NOT NULL,
    author     uuid NOT NULL,
    series     uuid,
    number     bigint NOT NULL,
    due_at     bigint NOT NULL,   -- the deadline; the largest integer if there is none
    created_at bigint NOT NULL,
    version    bigint NOT NULL,
    due_day    integer,           -- the local day as yyyymmdd
    priority   smallint NOT NULL, -- 1 to 4; the largest smallint if there is none
    own        boolean NOT NULL,  -- on the author's own list, by which it is found
    bare       boolean NOT NULL,  -- a bare reminder
    status     text NOT NULL,
    tenant     text NOT NULL,
    people     uuid[],            -- the assignees
    tags       text[],
    words      tsvector NOT NULL, -- folded words, `#tag` and `@person`, each behind a hash of the tenant
    doc        text NOT NULL,
    CONSTRAINT tasks_by_id PRIMARY KEY (id),
    CONSTRAINT tasks_by_number UNIQUE (tenant, number)
);
CREATE INDEX tasks_of_list_by_age ON tasks (list, status, created_at, id);
CREATE INDEX tasks_of_list_by_due ON tasks (list, due_at, id) WHERE status = 'open';
CREATE INDEX tasks_of_author_by_age ON tasks (author, status, created_at, id) WHERE NOT own;
CREATE INDEX tasks_of_author_by_due ON tasks (author, due_at, id) WHERE NOT own AND status = 'open';
CREATE INDEX tasks_with_tags ON tasks (list) WHERE tags IS NOT NULL AND status <> 'deleted';
-- A short pending list keeps the hiccup small when it is merged.
CREATE INDEX tasks_by_word ON tasks USING gin (words) WITH (gin_pending_list_limit = 512);

CREATE TABLE series (
    id      uuid PRIMARY KEY,
    next_at bigint,           -- when the next occurrence's time arrives
    version bigint NOT NULL,
    state   text NOT NULL,
    tenant  text NOT NULL,
    doc     text NOT NULL
);
CREATE INDEX series_by_next ON series (next_at, id) WHERE state = 'active' AND next_at IS NOT NULL;

CREATE TABLE reminders (
    id       uuid PRIMARY KEY,
    task     uuid NOT NULL,
    at       bigint NOT NULL, -- rounded up, so that none is found early
    told_at  bigint NOT NULL, -- the time of its last event
    version  bigint NOT NULL,
    state    text NOT NULL,
    platform text NOT NULL,
    tenant   text NOT NULL,
    place    text NOT NULL,   -- one text per place
    doc      text NOT NULL
);
CREATE INDEX reminders_of_task ON reminders (task);
CREATE INDEX reminders_on_platform ON reminders (platform, at, id) WHERE state = 'scheduled';
CREATE INDEX reminders_at_place ON reminders (tenant, place, at, id) WHERE state = 'scheduled';
CREATE INDEX reminders_told_at_place ON reminders (tenant, place, told_at) WHERE state = 'delivered';

CREATE TABLE deliveries (
    id              uuid PRIMARY KEY,
    next_attempt_at bigint NOT NULL,  -- rounded up
    version         bigint NOT NULL,
    open            boolean NOT NULL, -- while work is left
    state           text NOT NULL,
    platform        text NOT NULL,
    tenant          text NOT NULL,
    place           text NOT NULL,
    doc             text NOT NULL
);
CREATE INDEX deliveries_on_platform ON deliveries (platform, next_attempt_at, id) WHERE open;
CREATE INDEX deliveries_at_place ON deliveries (tenant, place, next_attempt_at, id) WHERE open;

CALL guard('lists');
CALL guard('counters');
CALL guard('tasks');
CALL guard('series');
CALL guard('reminders');
CALL guard('deliveries');
GRANT INSERT ON lists TO taskbot_app;
GRANT INSERT, UPDATE ON counters, tasks, series, reminders, deliveries TO taskbot_app;
