"""What ci/bench.py measures with: the program under load, the tool that makes the load, and how a mark is told."""

import json
import os
import statistics
import subprocess
import sys
import time

from verify_kit import Program, Trouble, until

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
TICK = os.sysconf("SC_CLK_TCK")


def progress(words):
    print(f"  {words}", file=sys.stderr, flush=True)


class Mark:
    """A row of the table of marks. `must` and `aim` bound ours / limit: from below if more is better, else from above."""

    def __init__(self, name, what, against, unit, must, aim):
        self.name, self.what, self.against, self.unit, self.must, self.aim = name, what, against, unit, must, aim

    def verdict(self, ratio):
        better = (lambda bound: ratio >= bound) if self.must < self.aim else (lambda bound: ratio <= bound)
        return "aim" if better(self.aim) else "must" if better(self.must) else "BELOW"

    def line(self, pairs):
        """The line of a mark, and whether it is reached. Each pair is ours and the limit beside it."""
        ratio = statistics.median(ours / limit for ours, limit in pairs)
        ours, limit = (statistics.median(side) for side in zip(*pairs))
        verdict = self.verdict(ratio)
        sign = ">=" if self.must < self.aim else "<="
        figures = f"{figure(ours)} {self.unit} | {figure(limit)} | {ratio:.2f} | {sign}{self.must:g} | {sign}{self.aim:g}"
        return f"{self.name:<3} | {self.what} against {self.against} | {figures} | {verdict}", verdict != "BELOW"


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def alternating(mark, ours, limit, rounds=ROUNDS):
    """Pairs of ours and the limit, one after the other, and the other way round every second time."""
    pairs = []
    for nth in range(rounds):
        if nth % 2 == 0:
            mine = ours()
            bound = limit()
        else:
            bound = limit()
            mine = ours()
        pairs.append((mine, bound))
        progress(f"{mark.name}: {nth + 1} of {rounds}, {figure(mine)} / {figure(bound)} = {mine / bound:.3f}")
    return pairs


class Stack:
    """A PostgreSQL and a Kafka of the bench's own, from ci/stack.sh, up from the first time that they are needed."""

    def __init__(self, folder):
        self.env = {**os.environ, "STACK_DIR": os.path.join(folder, "stack")}
        self.up = set()

    def call(self, *args):
        done = subprocess.run(["ci/stack.sh", *args], env=self.env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"ci/stack.sh {' '.join(args)}: {(done.stderr or done.stdout).strip()[-300:]}")
        return done.stdout

    def need(self, part):
        if part not in self.up:
            progress(f"starting {part}")
            self.call("up", part)
            self.up.add(part)

    def settings(self, *parts):
        """What points the program at these parts."""
        for part in parts:
            self.need(part)
        return dict(line.split("=", 1) for line in self.call("env").splitlines())

    @property
    def broker(self):
        return self.settings("kafka")["TASKBOT_EVENTS_URL"].removeprefix("kafka://")

    def url(self, database):
        """As the superuser, who sees every row."""
        at = self.settings("postgres")["TASKBOT_DATABASE_URL"].rsplit("@", 1)[1].rsplit("/", 1)[0]
        with open(os.path.join(self.env["STACK_DIR"], "postgres", "password.postgres"), encoding="utf-8") as file:
            return f"postgres://postgres:{file.read().strip()}@{at}/{database}"

    def sql(self, text, database="taskbot"):
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database)],
            input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Trouble(f"psql: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    def down(self):
        if self.up:
            self.call("down")


class Bench:
    """The binaries and the scratch folder of a run."""

    def __init__(self, binary, tool, folder):
        self.binary, self.tool_binary, self.folder, self.servers = binary, tool, folder, []

    def tool(self, *args):
        """What a measurement of `taskbot-bench` tells."""
        env = {**os.environ, "RUST_BACKTRACE": "0"}
        done = subprocess.run([self.tool_binary, *map(str, args)], env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"taskbot-bench {args[0]}: {' '.join(done.stderr.split())[:500]}")
        return json.loads(done.stdout)

    def scratch(self, name):
        """A path in the folder where nothing is yet."""
        nth = sum(1 for one in os.listdir(self.folder) if one.startswith(name))
        return os.path.join(self.folder, f"{name}-{nth}")

    def serve(self, *args, users=8, **settings):
        folder = self.scratch("serve")
        os.mkdir(folder)
        server = Server(self, folder, args, users, settings)
        self.servers.append(server)
        return server.begin()

    def stop(self):
        for server in self.servers:
            server.stop()


class Server:
    """`taskbot serve` with its defaults, but for limits that no single load generator should run into."""

    def __init__(self, bench, folder, args, users, settings):
        self.bench, self.folder, self.args, self.users = bench, folder, args, users
        self.settings = {
            "TASKBOT_HTTP__ADDR": "127.0.0.1:0",
            "TASKBOT_LIMITS__REST_WRITES": "1000000",
            "TASKBOT_LIMITS__REST_READS": "1000000",
            **settings,
        }
        self.tokens = os.path.join(folder, "tokens")

    def begin(self):
        began = time.monotonic()
        self.program = Program(self.bench.binary, self.folder, "serve", "serve", *self.args, **self.settings)
        self.addr = until("the server is ready", self._ready, pause=0.002)
        self.ready_after = time.monotonic() - began
        with open(self.tokens, "w", encoding="utf-8") as tokens:
            tokens.writelines(f"{self.token(nth)}\n" for nth in range(self.users))
        return self

    def _ready(self):
        if self.program.process.poll() is not None:
            with open(self.program.log, encoding="utf-8") as log:
                raise Trouble(f"the server did not start: {log.read()[-500:]}")
        return next((line["addr"] for line in self.program.logged() if line["message"] == "ready"), None)

    def token(self, nth):
        maker = Program(self.bench.binary, self.folder, "token", "token", "create", "--user", f"user{nth}", **self.settings)
        if maker.process.wait(60) != 0:
            raise Trouble(f"no token was made, see {maker.log}")
        maker.reader.join(10)
        return maker.lines[0][1]

    def load(self, clients, seconds=SECONDS, **options):
        """What `taskbot-bench http` tells. An error of the server is one of the measurement."""
        more = [word for name, value in options.items() for word in (f"--{name}", value)]
        told = self.bench.tool(
            "http", "--addr", self.addr, "--tokens", self.tokens, "--clients", clients, "--seconds", seconds, *more
        )
        if told["errors"]:
            raise Trouble(f"the server refused: {told['errors']}")
        return told

    def creates(self, clients):
        """Acknowledged creates a second. What they leave to consumers is done before anything else is measured."""
        told = self.load(clients)
        self.settle()
        return told["per_second"]

    def exchange(self):
        """Seconds that one client waits for an answer behind which there is no work."""
        told = self.bench.tool("http", "--addr", self.addr, "--tokens", self.tokens, "--seconds", 1, "--idle")
        return 1 / told["per_second"]

    def proc(self, name):
        with open(f"/proc/{self.program.process.pid}/{name}", encoding="utf-8") as file:
            return file.read()

    def cpu(self):
        fields = self.proc("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def settle(self, patience=120):
        """Until the process has next to nothing to do."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            before = self.cpu()
            time.sleep(0.5)
            if self.cpu() - before <= 0.03:
                return
        raise Trouble(f"the server is still busy {patience} s after the load")

    def resident(self):
        """Megabytes (10^6 bytes) of resident memory."""
        line = next(line for line in self.proc("status").splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024 / 1e6

    @property
    def database(self):
        return os.path.join(self.folder, "taskbot.db")

    def stop(self):
        self.program.stop()
