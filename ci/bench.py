"""Measures a shipped build of Taskbot beside the limits of the machine: see ci/bench.sh, which starts this."""

import glob
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import bench_slack
from bench_pages import FEW, MANY, Pages
from bench_kit import ROUNDS, ROWS, SECONDS, Bench, Mark, Stack, alternating, progress
from verify_kit import Program, Trouble, until

# Figures of peers, recorded elsewhere: the better end of what was measured of each.
PEER_CREATES = 91  # Vikunja 2.5 on SQLite, creates/s
PEER_MEMORY = 69  # Vikunja, MB resident
PEER_BINARY = 84  # Vikunja, MB
PEER_START = 0.09  # Vikunja, s
PEER_PARSES = 23_700  # Vikunja's quick add, lines/s

MARKS = {}


def mark(name, what, against, unit, must, aim):
    """Puts a measurement into the table; it gives pairs of ours and the limit."""

    def put(measure):
        MARKS[name] = (Mark(name, what, against, unit, must, aim), measure)
        return measure

    return put


class Embedded:
    """One embedded server for all the marks that load it."""

    def __init__(self, bench):
        self.bench, self.running = bench, None

    def server(self):
        if self.running is None:
            self.running = self.bench.serve()
            self.running.load(1, seconds=1)  # what the loop copies
            self.running.settle()
        return self.running

    def loop(self, per_commit, seconds):
        into = self.bench.scratch("loop")
        try:
            told = self.bench.tool(
                "sqlite-loop", "--like", self.server().database, "--into", into,
                "--per-commit", per_commit, "--seconds", seconds,
            )  # fmt: skip
        finally:
            for path in glob.glob(f"{into}*"):
                os.unlink(path)
        return told["per_second"]


def against_loop(site, mark, clients):
    server = site.embedded.server()
    return alternating(mark, lambda: server.creates(clients), lambda: site.embedded.loop(clients, SECONDS))


@mark("2", "embedded creates/s, 8 clients", "the same statements in a loop, 8 a commit", "/s", 0.25, 0.5)
def embedded_8(site, mark):
    return against_loop(site, mark, 8)


@mark("2b", "embedded creates/s, 1 client", "the same statements in a loop, 1 a commit", "/s", 0.7, 0.9)
def embedded_1(site, mark):
    pairs = against_loop(site, mark, 1)
    exchange = statistics.median(site.embedded.server().exchange() for _ in range(ROUNDS))
    create = statistics.median(1 / limit for _, limit in pairs)
    progress(
        f"{mark.name}: a create of the loop takes {create * 1e3:.3f} ms, an exchange by itself {exchange * 1e3:.3f} ms: "
        f"{create / (create + exchange):.2f} is left if nothing else takes time"
    )
    return pairs


@mark("2c", "embedded creates/s, 8 clients, no error", "Vikunja on SQLite, recorded", "/s", 20, 50)
def embedded_peer(site, mark):
    return alternating(mark, lambda: site.embedded.server().creates(8), lambda: PEER_CREATES)


@mark("6", "creates/s of 256 connections for 10 s, then health", "own peak", "/s", 0.8, 0.95)
def crowd(site, mark):
    server = site.embedded.server()
    peak = lambda: max(server.creates(clients) for clients in (8, 32))

    def storm():
        told = server.load(256, seconds=10)
        connection = http.client.HTTPConnection(server.addr, timeout=5)
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        if answer.status != 200:
            raise Trouble(f"after 256 connections /health/ready says {answer.status}")
        progress(f"6: {told['count']} creates, p99 {told['p99_ms']:.0f} ms, /health/ready {answer.status}")
        server.settle()
        return told["per_second"]

    return alternating(mark, storm, peak, rounds=min(ROUNDS, 3))


@mark("7", "resident memory, embedded, idle", "Vikunja, recorded", "MB", 35 / PEER_MEMORY, 17 / PEER_MEMORY)
def memory(site, mark):
    def idle():
        server = site.bench.serve(users=1)
        time.sleep(3)
        resident = server.resident()
        server.stop()
        return resident

    return alternating(mark, idle, lambda: PEER_MEMORY, rounds=3)


@mark("7c", "release binary", "Vikunja's, recorded", "MB", 0.5, 0.25)
def binary(site, _):
    return [(os.path.getsize(site.bench.binary) / 1e6, PEER_BINARY)]


@mark("8", "start to ready, embedded", "Vikunja, recorded", "s", 1.0, 0.5)
def start(site, mark):
    def ready():
        server = site.bench.serve(users=0)
        server.stop()
        return server.ready_after

    return alternating(mark, ready, lambda: PEER_START)


@mark("12", "taskbot parse, lines/s on one core", "Vikunja's quick add, recorded", "/s", 25_000 / PEER_PARSES, 100_000 / PEER_PARSES)
def parse(site, mark):
    lines = os.path.join(site.bench.folder, "lines.jsonl")
    once = ""
    for path in sorted(glob.glob("bot/language/corpus/*.jsonl")):
        with open(path, encoding="utf-8") as corpus:
            once += corpus.read()
    times = max(1, 200_000 // once.count("\n"))
    with open(lines, "w", encoding="utf-8") as file:
        file.writelines(once for _ in range(times))
    count = once.count("\n") * times
    core = str(min(os.sched_getaffinity(0)))

    def parsed():
        with open(lines, "rb") as file:
            began = time.monotonic()
            subprocess.run(
                ["taskset", "-c", core, site.bench.binary, "parse"], stdin=file, stdout=subprocess.DEVNULL, check=True
            )
        return count / (time.monotonic() - began)

    return alternating(mark, parsed, lambda: PEER_PARSES)


class Server:
    """Taskbot on PostgreSQL and Kafka, a process a role, as in production. Events wait in the outbox until somebody
    starts a relay."""

    def __init__(self, bench, stack):
        self.bench, self.stack, self.roles, self.ready = bench, stack, {}, False

    def settings(self):
        return self.stack.settings("postgres", "kafka")

    def role(self, *names, users=0):
        if names not in self.roles:
            self.prepared()
            args = ["--roles", ",".join(names)]
            self.roles[names] = self.bench.serve(*args, users=users, **self.settings())
        return self.roles[names]

    def prepared(self):
        if not self.ready:
            self.prepare()
            self.ready = True

    def prepare(self):
        with tempfile.TemporaryDirectory(dir=self.bench.folder) as folder:
            migrating = Program(self.bench.binary, folder, "migrate", "migrate", **self.settings())
            if migrating.process.wait(120) != 0:
                raise Trouble(f"migrate has failed: {open(migrating.log, encoding='utf-8').read()[-300:]}")
        self.stack.sql("CREATE DATABASE taskbot_bench", "postgres")
        self.stack.sql("ALTER ROLE postgres SET search_path = taskbot, public", "postgres")

    def gateway(self):
        return self.role("gateway", users=32)

    def end(self, *names):
        self.roles.pop(names).stop()

    def sample(self):
        """Files with what a task's row and its event carry, as the program wrote them."""
        path = os.path.join(self.bench.folder, "payload")
        if not os.path.exists(path):
            self.gateway().load(1, seconds=5, count=10)
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.stack.sql("SELECT payload FROM outbox ORDER BY position DESC LIMIT 1"))
            with open(path + ".doc", "w", encoding="utf-8") as file:
                file.write(self.stack.sql("SELECT doc FROM tasks ORDER BY number DESC LIMIT 1"))
        return path

    def pgbench(self, clients):
        """Transactions a second of the least that a command must commit, and what each leaves in the log."""
        script = os.path.join(self.bench.folder, "pgbench.sql")
        if not os.path.exists(script):
            payload = self.sample()
            self.stack.sql(
                "CREATE TABLE task (id bigserial PRIMARY KEY, doc text NOT NULL);"
                "CREATE TABLE outbox (position bigserial PRIMARY KEY, topic text NOT NULL, payload text NOT NULL);",
                "taskbot_bench",
            )
            with open(script, "w", encoding="utf-8") as file:
                file.write(
                    f"BEGIN;\nINSERT INTO task (doc) VALUES ({literal(payload + '.doc')});\n"
                    f"INSERT INTO outbox (topic, payload) VALUES ('task-events', {literal(payload)});\nCOMMIT;\n"
                )
        before = self.wal()
        done = subprocess.run(
            [pgbench_binary(), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(max(1, round(SECONDS))),
             "-f", script, self.stack.url("taskbot_bench")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        count = re.search(r"actually processed: (\d+)", done.stdout)
        if done.returncode != 0 or not rate or not count:
            raise Trouble(f"pgbench: {done.stderr.strip()[-300:]}")
        return float(rate[1]), (self.wal() - before) / int(count[1])

    def wal(self):
        return int(self.stack.sql("SELECT pg_current_wal_lsn() - '0/0'"))

    def backlog(self):
        """Events in the outbox that no relay has taken, at least so many as are wanted; how many there are."""
        waiting = lambda: int(self.stack.sql(f"SELECT count(*) FROM outbox WHERE position > {self.relayed()}"))
        missing = ROWS - waiting()
        if missing > 0:
            progress(f"filling the outbox with {missing} events")
            self.gateway().load(32, seconds=1800, count=missing)
        return waiting()

    def relayed(self):
        return int(self.stack.sql("SELECT coalesce((SELECT settled FROM cursors WHERE consumer = 'relay'), 0)") or 0)

    def audited(self):
        return int(self.stack.sql("SELECT count(*) FROM audit_log"))

    def wait_for_row(self, row):
        """Until the audit log has come to this row, or for ten minutes. It is the database that looks, by an index:
        whoever counts again and again takes the time from what is measured."""
        self.stack.sql(
            f"DO $$ BEGIN FOR look IN 1..12000 LOOP EXIT WHEN (SELECT max(row) FROM audit_log) >= {row};"
            " PERFORM pg_sleep(0.05); END LOOP; END $$"
        )


def literal(path):
    """A file as a literal of SQL in which pgbench finds no variable: those begin with a colon."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\072") + "'"


def pgbench_binary():
    found = shutil.which("pgbench") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"))), None)
    if found is None:
        raise Trouble("there is no pgbench: it comes with Debian's postgresql")
    return found


def commands(site, mark, clients):
    gateway = site.server.gateway()
    site.server.sample()
    return alternating(mark, lambda: gateway.creates(clients), lambda: site.server.pgbench(clients)[0])


@mark("1", "creates/s over HTTP, PostgreSQL, 32 clients, role gateway", "pgbench: BEGIN, 2 inserts, COMMIT", "/s", 0.5, 0.8)
def commands_32(site, mark):
    return commands(site, mark, 32)


@mark("1b", "creates/s over HTTP, PostgreSQL, 1 client, role gateway", "pgbench: BEGIN, 2 inserts, COMMIT", "/s", 0.6, 0.85)
def commands_1(site, mark):
    return commands(site, mark, 1)


@mark("1d", "WAL bytes per create, 32 clients, role gateway", "pgbench: BEGIN, 2 inserts, COMMIT", "B", 1.6, 1.2)
def wal(site, mark):
    gateway = site.server.gateway()
    site.server.sample()

    def ours():
        before = site.server.wal()
        count = gateway.load(32)["count"]
        return (site.server.wal() - before) / count

    return alternating(mark, ours, lambda: site.server.pgbench(32)[1], rounds=min(ROUNDS, 3))


@mark("3", "relay, events/s of a backlog", "librdkafka, acks=all, idempotent, the same bytes", "/s", 0.15, 0.3)
def relay(site, mark):
    server = site.server
    payload = server.sample()
    count = server.backlog()
    end = int(server.stack.sql("SELECT max(position) FROM outbox"))
    raw = lambda: site.bench.tool(
        "kafka-produce", "--broker", server.stack.broker, "--payload", payload, "--count", count
    )["per_second"]  # fmt: skip
    before = raw()
    began = time.monotonic()
    server.role("relay")
    until("the relay has sent everything", lambda: server.relayed() >= end, patience=600, pause=0.05)
    ours = count / (time.monotonic() - began)
    server.end("relay")
    progress(f"3: {count} events, from the start of the process to the last")
    return [(ours, limit) for limit in (before, raw())]


@mark("4", "audit consumer, rows/s of a backlog", "insert in batches of 100, one client", "/s", 0.5, 0.8)
def audit(site, mark):
    server = site.server
    payload = server.sample()
    if not server.relayed():
        relay(site, mark)  # what the relay has sent is what the audit finds
    end = int(server.stack.sql(f"SELECT count(*) FROM outbox WHERE position <= {server.relayed()}"))
    raw = lambda: site.bench.tool(
        "pg-insert", "--url", server.stack.url("taskbot_bench"), "--payload", payload, "--count", ROWS
    )["per_second"]  # fmt: skip
    before = raw()
    server.role("audit")
    first = until("the audit has begun", server.audited, patience=120)
    began = time.monotonic()
    server.wait_for_row(end)
    until("the audit has everything", lambda: server.audited() >= end, patience=600, pause=0.2)
    ours = (end - first) / (time.monotonic() - began)
    server.end("audit")
    progress(f"4: {end - first} rows, from the first batch to the last")
    return [(ours, limit) for limit in (before, raw())]


@mark("5", "command to audit row, p50, worst of 5, 50, 200/s", "commit, produce, consume, commit", "ms", 5, 3)
def latency(site, mark):
    server = site.server
    payload = server.sample()
    everything = server.role("gateway", "relay", "audit", users=8)
    url, broker = server.stack.url("taskbot"), server.stack.broker
    caught_up = lambda: server.audited() >= int(server.stack.sql("SELECT count(*) FROM outbox"))
    until("the audit has caught up", caught_up, patience=600, pause=0.5)
    worst = None
    for rate in (5, 50, 200):
        lasting = max(SECONDS, 20 / rate)
        ours = lambda: site.bench.tool(
            "audited", "--url", url, "--addr", everything.addr, "--tokens", everything.tokens,
            "--clients", 8, "--rate", rate, "--seconds", lasting,
        )["p50_ms"]  # fmt: skip
        limit = lambda: site.bench.tool(
            "chain", "--url", server.stack.url("taskbot_bench"), "--broker", broker, "--payload", payload,
            "--rate", rate, "--seconds", lasting,
        )["p50_ms"]  # fmt: skip
        pairs = alternating(mark, ours, limit, rounds=min(ROUNDS, 3))
        middle = statistics.median(ours / limit for ours, limit in pairs)
        progress(f"5: at {rate}/s {middle:.2f}")
        if worst is None or middle > worst[0]:
            worst = middle, pairs
    server.end("gateway", "relay", "audit")
    return worst[1]


def herds(channels):
    """The mark of 1,000 reminders in so many channels."""
    what = f"1,000 reminders due at once in {channels:,} channel{'s' if channels > 1 else ''}, reminders/s, no 429, none twice"

    @mark(f"10-{channels}", what, "what Slack's limits allow", "/s", 0.8, 0.95)
    def herd(site, _):
        return [bench_slack.herd(site.bench, bench_slack.fake_of(site.bench), channels)]


for number in (1, 100, 1000):
    herds(number)


@mark("5e", "first answer to Slack, p99, HTTP and Socket Mode, at 4x overload and without Postgres, Kafka or Slack's Web API", "Slack's 3 s", "s", 1 / 6, 1 / 20)
def first_answers(site, _):
    site.server.prepared()
    settings = site.server.settings()
    worst = bench_slack.first_answers(site.bench, site.stack, bench_slack.fake_of(site.bench), settings)
    return [(worst, 3)]


@mark("10b", "lateness of a lone reminder, p50 or p99, the worse", "1 s or 3 s", "s", 1, 0.3)
def lone(site, _):
    return [bench_slack.lone(site.bench, bench_slack.fake_of(site.bench))]


def pages(name, kind, what):
    """The mark of a kind of question, in a database of many tasks over one of few."""

    @mark(name, f"database pages per {what}, of {MANY:,} tasks", f"of {FEW:,}", "pages", 2.5, 1.7)
    def per_question(site, _):
        return site.pages.of(kind)


for name, kind, what in (
    ("9", "claim", "reminder claimed and delivered"),
    ("9-list", "list", "task list"),
    ("9-audit", "audit", "audit page"),
    ("9-search", "search", "search"),
):
    pages(name, kind, what)


class Site:
    """What the measurements share."""

    def __init__(self, binary, tool, folder):
        self.bench = Bench(binary, tool, folder)
        self.stack = Stack(folder)
        self.embedded = Embedded(self.bench)
        self.server = Server(self.bench, self.stack)
        self.pages = Pages(self.server)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binary, tool, folder, *names = sys.argv[1:]
    unknown = [name for name in names if name not in MARKS]
    if unknown:
        sys.exit(f"There is no mark {unknown[0]}. Marks: {' '.join(MARKS)}")
    site = Site(binary, tool, folder)
    lines, reached = [], True
    try:
        for name in names or MARKS:
            mark, measure = MARKS[name]
            progress(f"{name}: {mark.what}")
            try:
                line, good = mark.line(measure(site, mark))
            except Trouble as trouble:
                line, good = f"{name:<3} | {mark.what} | {trouble} | BELOW", False
            lines.append(line)
            reached &= good
            print(line, flush=True)
    finally:
        site.bench.stop()
        site.stack.down()
    sys.exit(0 if reached else 1)


main()
