"""Mark 9: how many pages of PostgreSQL a claim, a task list, an audit page and a search touch, in a database of few and of
many tasks. Asked through the program's doors; the pages are those that the server counts.

Rows are copies of one task that the program made: a hundred tasks a person, ten thousand a tenant, each with a reminder and
a row of the audit log."""

import datetime
import json
import os
import time
import urllib.error
import urllib.request

from bench_kit import progress
from verify_kit import Program, Trouble, until

FEW = 10_000
MANY = int(os.environ.get("BENCH_PAGES", "1000000"))
# So long the server may keep to itself what it has counted.
COUNTED = 11
ASKED = 100
REMINDERS = 40

IDS = """
    CREATE FUNCTION pg_temp.uuid_of(kind text, n bigint) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(kind || n)::uuid $$;
    CREATE TEMP TABLE made AS
        SELECT t.*, t.id::text AS was, a.row, a.event_id, a.time, a.digest, c.salt, c.payload,
            r.id AS reminder, r.at, r.told_at, r.platform, r.place, r.doc AS reminder_doc
        FROM tasks t JOIN reminders r ON r.task = t.id
            JOIN audit_log a ON a.subject = t.id AND a.type = 'TASK_CREATED' JOIN audit_content c ON c.row = a.row
        WHERE t.number = (SELECT min(number) FROM tasks);
    CREATE TEMP TABLE wanted AS
        SELECT n, n / 100 < 1 AS mine, pg_temp.uuid_of('task', n) AS id, pg_temp.uuid_of('person', n / 100) AS person,
            pg_temp.uuid_of('list', n / 100) AS list, pg_temp.uuid_of('reminder', n) AS reminder,
            CASE WHEN n < 10000 THEN 'console' ELSE 'slack:T' || n / 10000 END AS tenant
        FROM generate_series({first}::bigint, {last}::bigint) n;
"""

TASKS = """
    INSERT INTO tasks (id, list, author, number, due_at, created_at, version, due_day, priority, own, bare, status, tenant,
        people, tags, words, doc)
    SELECT w.id, CASE WHEN w.mine THEN m.list ELSE w.list END, CASE WHEN w.mine THEN m.author ELSE w.person END,
        m.number + 1 + w.n, m.due_at + w.n * 60000000, m.created_at + w.n, m.version, m.due_day, m.priority, m.own, m.bare,
        m.status, w.tenant, m.people, m.tags,
        array_to_tsvector(ARRAY[encode(substring(sha256(w.tenant::bytea) for 2), 'hex') || 'copy',
            encode(substring(sha256(w.tenant::bytea) for 2), 'hex') || 'w' || w.n % 100]),
        replace(m.doc, m.was, w.id::text)
    FROM wanted w, made m;
    INSERT INTO reminders (id, task, at, told_at, version, state, platform, tenant, place, doc)
    SELECT w.reminder, w.id, m.at + w.n * 60000000, m.told_at + w.n, m.version,
        CASE w.n % 2 WHEN 0 THEN 'scheduled' ELSE 'delivered' END, split_part(w.tenant, ':', 1), w.tenant,
        CASE WHEN w.mine THEN m.place ELSE replace(m.place, m.author::text, w.person::text) END,
        replace(replace(m.reminder_doc, m.was, w.id::text), m.reminder::text, w.reminder::text)
    FROM wanted w, made m;
"""

AUDIT = """
    INSERT INTO audit_log (row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + w.n, pg_temp.uuid_of('event', w.n), w.id, w.id, CASE WHEN w.mine THEN m.author ELSE w.person END,
        1, m.time + w.n, false, 'TASK_CREATED', w.tenant, m.digest FROM wanted w, made m;
    INSERT INTO audit_content (row, salt, payload)
    SELECT 1000000 + w.n, m.salt,
        replace(replace(m.payload, m.was, w.id::text), m.event_id::text, pg_temp.uuid_of('event', w.n)::text)
    FROM wanted w, made m;
    INSERT INTO audit_people (person, row)
    SELECT CASE WHEN w.mine THEN m.author ELSE w.person END, 1000000 + w.n FROM wanted w, made m;
"""


class Pages:
    """The pages of each kind of question, few and many rows, measured once for all four marks."""

    def __init__(self, server):
        self.server, self.measured, self.trouble = server, None, None

    def of(self, kind):
        """The pages of many over those of few. What went wrong once is not tried again on what it left."""
        if self.measured is None and self.trouble is None:
            try:
                self.measured = self.measure()
            except Trouble as trouble:
                self.trouble = trouble
        if self.trouble:
            raise self.trouble
        few, many = (pages[kind] for pages in self.measured)
        return [(many, few)]

    def measure(self):
        gateway = self.server.role("gateway", "bot", users=1)
        token = open(gateway.tokens, encoding="utf-8").read().strip()
        for name in ("relay", "audit"):
            self.server.role(name)
        self.create(gateway, token, "copy", datetime.timedelta(days=3650))
        self.await_sql("an audit row", "SELECT count(*) > 0 FROM audit_log WHERE type = 'TASK_CREATED'")
        measured, filled = [], 0
        for rows in (FEW, MANY):
            self.fill(filled, rows)
            filled = rows
            measured.append(self.ask_all(gateway, token))
            progress(f"9: {rows:,} tasks: " + ", ".join(f"{kind} {pages:.1f}" for kind, pages in measured[-1].items()))
        for names in (("gateway", "bot"), ("relay",), ("audit",)):
            self.server.end(*names)
        return measured

    def fill(self, first, last):
        """Copies, a hundred thousand at a time, and then at once what autovacuum would do in between."""
        progress(f"9: filling up to {last:,} tasks")
        tables = ("tasks", "reminders", "audit_log", "audit_content", "audit_people")
        for table in tables:
            self.server.stack.sql(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        for begin in range(first, last, 100_000):
            some = IDS.format(first=begin, last=min(begin + 100_000, last) - 1)
            self.server.stack.sql(f"BEGIN; {some} {TASKS} {AUDIT} COMMIT;")
        self.server.stack.sql(f"UPDATE counters SET last = greatest(last, {last + 100_000}) WHERE tenant = 'console'")
        for table in tables:
            self.server.stack.sql(f"VACUUM ANALYZE {table}")

    def ask_all(self, gateway, token):
        get = lambda path: lambda: [self.get(gateway, token, path) for _ in range(ASKED)]
        return {
            "list": self.pages(get("/api/v1/tasks?limit=50"), ASKED),
            "audit": self.pages(get("/api/me/audit?limit=50"), ASKED),
            "search": self.pages(get("/api/v1/tasks?limit=50&q=w7"), ASKED),
            "claim": self.claims(gateway, token),
        }

    def claims(self, gateway, token):
        """Reminders that come due while their person has a console open: claimed, shown and settled."""
        for _ in range(REMINDERS):
            self.create(gateway, token, "claimed", datetime.timedelta(seconds=COUNTED + 12))
        with_console = lambda: self.console(gateway)
        pages = self.pages(with_console, REMINDERS)
        left = "SELECT count(*) = 0 FROM reminders WHERE state IN ('scheduled', 'due') AND at < 1000000 * extract(epoch FROM now())"
        self.await_sql("delivered reminders", left, 1)
        return pages

    def console(self, gateway):
        folder = self.server.bench.scratch("console")
        os.mkdir(folder)
        console = Program(self.server.bench.binary, folder, "console", "console", "--user", "user0", **gateway.settings)
        # Nobody looks into the tables meanwhile.
        time.sleep(2 * COUNTED + 10)
        console.stop()

    def pages(self, work, times):
        """The pages that a piece of work touches, less what the program touches anyway in as much time."""
        time.sleep(COUNTED)
        before, began, tables = self.touched(), time.monotonic(), self.touched_by_table()
        work()
        time.sleep(COUNTED)
        between, lasted = self.touched(), time.monotonic() - began
        most = sorted(((count - tables.get(name, 0), name) for name, count in self.touched_by_table().items()), reverse=True)
        progress("9: " + ", ".join(f"{name} {count / times:.0f}" for count, name in most[:4]))
        time.sleep(lasted)
        return max(between - before - (self.touched() - between), 1) / times

    def touched(self):
        return sum(self.touched_by_table().values())

    def touched_by_table(self):
        """Of tables and their indexes; what a new connection reads of the catalogue is none of a question's."""
        count = """SELECT relname || ' ' || heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0)
            + coalesce(toast_blks_hit + toast_blks_read + tidx_blks_hit + tidx_blks_read, 0)
            FROM pg_statio_user_tables WHERE schemaname = 'taskbot'"""
        return {name: int(blocks) for name, blocks in (line.split() for line in self.server.stack.sql(count).splitlines())}

    def await_sql(self, what, question, patience=60):
        until(what, lambda: self.server.stack.sql(question) == "t" or None, patience=patience, pause=0.5)

    def create(self, gateway, token, title, after):
        due = (datetime.datetime.now(datetime.timezone.utc) + after).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.call(gateway, token, "/api/v1/tasks", json.dumps({"title": title, "due": due}).encode())

    def get(self, gateway, token, path, tries=5):
        """A page that shows something; again if a busy machine has refused it."""
        try:
            items = self.call(gateway, token, path)["items"]
        except Trouble:
            if tries == 1:
                raise
            time.sleep(2)
            return self.get(gateway, token, path, tries - 1)
        if not items:
            raise Trouble(f"{path} shows nothing")

    def call(self, gateway, token, path, body=None):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        request = urllib.request.Request(f"http://{gateway.addr}{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Trouble(f"{path}: {error.code} {error.read().decode()[:300]}") from error
