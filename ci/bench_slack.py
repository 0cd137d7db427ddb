"""The marks that a stand-in for Slack is the far side of: many reminders at one instant, single ones, and first answers
while too much is asked or a backend stands still."""

import concurrent.futures
import contextlib
import hashlib
import hmac
import json
import math
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import time
import urllib.parse
import urllib.request

from bench_kit import progress
from verify_kit import Trouble, until

# What the stand-in lets an app do, as Slack documents it: see tests/fakes/src/slack/settings.rs.
BURST, PER_SECOND = 3, 1
TEAM_BURST, TEAM_PER_SECOND = 300, 5
with open("domain/src/decide/delivery/claim.rs", encoding="utf-8") as source:
    PER_MESSAGE = int(re.search(r"MEMBERS_MAX: usize = (\d+);", source.read())[1])  # reminders that one message can show
SECRET = "signing-secret-of-the-bench"
SECONDS_ASKED = 10  # how long people ask while too much is asked, or something stands still
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Workspace:
    """A Slack on loopback with so many channels, and a server that is installed in it."""

    def __init__(self, bench, fake, channels, **settings):
        self.bench, self.channels, self.asked = bench, channels, 0
        self.fake = subprocess.Popen([fake], stdout=subprocess.PIPE)
        at = json.loads(self.fake.stdout.readline())
        self.url, self.api = at["url"], at["api_url"]
        rooms = [{"id": f"C{nth}", "name": f"room{nth}", "kind": "public", "members": ["U1"]} for nth in range(channels)]
        team = {"id": "T1", "name": "Acme", "users": [{"id": "U1", "name": "ana", "tz": "UTC"}], "channels": rooms}
        self.control("seed", {"teams": [team], "apps": [self.app()]})
        install = self.control("install", {"app": "A1", "team": "T1", "channels": [room["id"] for room in rooms]})
        self.token = install["token"]
        self.server = bench.serve(
            users=0, TASKBOT_SLACK__API_URL=at["api_url"], TASKBOT_SLACK__BOT_TOKEN=install["token"],
            TASKBOT_SLACK__SIGNING_SECRET=SECRET, TASKBOT_LIMITS__CHAT_RATE="100000", TASKBOT_LIMITS__CHAT_BURST="100000",
            **settings,
        )  # fmt: skip

    def app(self):
        with open("contracts/slack-manifest.json", encoding="utf-8") as file:
            manifest = json.load(file)
        return {
            "id": "A1", "name": "taskbot", "signing_secret": SECRET, "app_token": "xapp-bench",
            "scopes": manifest["oauth_config"]["scopes"]["bot"],
            "commands": [one["command"] for one in manifest["features"]["slash_commands"]],
        }  # fmt: skip

    def control(self, what, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}/control/{what}", data, {"content-type": "application/json"}, method=method)
        with DIRECTLY.open(asked, timeout=60) as answer:
            return json.loads(answer.read())

    def post(self, channel, **message):
        """Posts as the bot; when, as Slack has it."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        asked = json.dumps({"channel": channel, **message}).encode()
        with DIRECTLY.open(urllib.request.Request(f"{self.api}/chat.postMessage", asked, headers), timeout=60) as answer:
            return json.loads(answer.read())["ts"]

    def button(self):
        """A message in C0 whose button adds a task, as any button stands for a line."""
        add = {"type": "button", "action_id": "add", "value": "add parcel", "text": {"type": "plain_text", "text": "Add"}}
        return self.post("C0", text="Add", blocks=[{"type": "actions", "elements": [add]}])

    @contextlib.contextmanager
    def hanging(self):
        """The Web API takes calls and never answers."""
        self.control("faults", {"method": "*", "when": "always", "what": "hang"})
        try:
            yield
        finally:
            self.control("faults", method="DELETE")

    def command(self, channel, text):
        """Types a slash command, as Slack signs it; whether it was done."""
        self.asked += 1
        form = {"team_id": "T1", "channel_id": channel, "channel_name": "room", "user_id": "U1", "user_name": "ana",
                "command": "/task", "text": text, "trigger_id": f"trigger-{self.asked}-{text}",
                "response_url": f"{self.url}/none", "api_app_id": "A1"}  # fmt: skip
        body, stamp = urllib.parse.urlencode(form), str(int(time.time()))
        signature = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"content-type": "application/x-www-form-urlencoded", "x-slack-request-timestamp": stamp,
                   "x-slack-signature": f"v0={signature}"}  # fmt: skip
        asked = urllib.request.Request(f"http://{self.server.addr}/slack/commands", body.encode(), headers)
        with DIRECTLY.open(asked, timeout=60) as answer:
            return answer.read().decode()

    def make(self, jobs):
        """Makes reminders for much later, spread over the channels; the stand-in forgets what that took."""
        self.control("settings", {"limited": False})
        with concurrent.futures.ThreadPoolExecutor(8) as people:
            list(people.map(lambda job: self.command(f"C{job % self.channels}", f"do job-{job} in 3 hours"), range(jobs)))
        until("every reminder was made", lambda: self.count("reminders", "state = 'scheduled'") == jobs)
        self.server.settle()
        progress("10: waiting until the workspace has its whole allowance again: channels were told of each new task")
        time.sleep(TEAM_BURST / TEAM_PER_SECOND)
        self.control("settings", {"limited": True})
        self.control("ledger", method="DELETE")

    def deliver(self, way):
        """Lets the stand-in hand everything over by this way from now on."""
        app = self.app()
        if way == "HTTP":
            at = lambda path: f"http://{self.server.addr}/slack/{path}"
            doors = {"commands": at("commands"), "interactivity": at("interactions"), "events": at("events")}
            app["delivery"] = {"http": doors}
        self.control("seed", {"apps": [app]})

    def act(self, clients=32, **options):
        """What `taskbot-bench acts` tells of people in front of the stand-in."""
        more = [word for name, value in options.items() for word in (f"--{name}", value)]
        at = self.url.removeprefix("http://")
        return self.bench.tool("acts", "--addr", at, "--clients", clients, *more)

    def database(self):
        return sqlite3.connect(self.server.database, timeout=30)

    def count(self, table, which):
        with self.database() as database:
            return database.execute(f"SELECT count(*) FROM {table} WHERE {which}").fetchone()[0]

    def fall_due(self, at):
        """Lets the reminders fall due, each at the instant that `at` gives for its place in the order of making."""
        with self.database() as database:
            rows = database.execute("SELECT rowid FROM reminders WHERE state = 'scheduled' ORDER BY rowid").fetchall()
            for nth, (row,) in enumerate(rows):
                when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at(nth)))
                database.execute(
                    "UPDATE reminders SET at = ?, doc = json_set(doc, '$.at', ?) WHERE rowid = ?",
                    (at(nth) * 1_000_000, when, row),
                )

    def arrivals(self, jobs, patience):
        """When each job arrived. Any that came twice, and any "too many", is an error of the measurement."""
        done = lambda: self.count("reminders", "state IN ('scheduled', 'due')") == 0
        until("every reminder is out", done, patience, pause=0.5)
        ledger, came = self.control("ledger"), {}
        for post in (one for one in ledger["accepted"] if one["act"] == "post"):
            said = json.dumps(post["content"])
            if "alarm_clock" not in said:
                continue  # a line by which a channel learned late that the job was made
            for job in set(re.findall(r"job-(\d+)", said)):
                came.setdefault(int(job), []).append(post["at"])
        refused = sum(call["status"] == 429 for call in ledger["calls"])
        doubled = sum(len(times) > 1 for times in came.values())
        if refused or doubled or len(came) != jobs:
            raise Trouble(f"{len(came)} of {jobs} came, {doubled} of them twice, {refused} calls were too many")
        return {job: times[0] for job, times in came.items()}

    def end(self):
        self.server.stop()
        self.fake.terminate()
        self.fake.wait(10)


def least(jobs, channels):
    """The least time that Slack's limits allow, in seconds; nothing is less than their unit."""
    in_one = math.ceil(math.ceil(jobs / channels) / PER_MESSAGE)
    in_all = in_one * min(jobs, channels)
    return max(1, (in_one - BURST) / PER_SECOND, (in_all - TEAM_BURST) / TEAM_PER_SECOND)


def herd(bench, fake, channels, jobs=1000):
    """Reminders a second, ours and what the limits allow."""
    site = Workspace(bench, fake, channels)
    try:
        site.make(jobs)
        due = int(time.time()) + 3
        site.fall_due(lambda _: due)
        bound = least(jobs, channels)
        took = max(site.arrivals(jobs, patience=2 * bound + 30).values()) - due
        progress(f"10: {jobs} in {channels} channels took {took:.2f} s, the limits allow {bound:.2f} s")
        return jobs / took, jobs / bound
    finally:
        site.end()


def lone(bench, fake, jobs=30):
    """How late single reminders are: the worse of p50 against 1 s and p99 against 3 s."""
    site = Workspace(bench, fake, jobs)
    try:
        site.make(jobs)
        due = int(time.time()) + 5
        site.fall_due(lambda nth: due + nth)
        came = site.arrivals(jobs, patience=jobs + 60)
        with site.database() as database:
            rows = database.execute("SELECT json_extract(t.doc, '$.title'), r.at FROM reminders r JOIN tasks t ON t.id = r.task")
            dues = {int(title.rsplit("-", 1)[1]): at / 1e6 for title, at in rows}
        late = sorted(came[job] - dues[job] for job in came)
        middle, worst = statistics.median(late), late[math.ceil(0.99 * len(late)) - 1]
        if late[0] < 0:
            raise Trouble(f"one came {-late[0]:.3f} s early")
        progress(f"10b: p50 {middle:.3f} s, p99 {worst:.3f} s")
        return max(((middle, 1), (worst, 3)), key=lambda pair: pair[0] / pair[1])
    finally:
        site.end()


class Still:
    """A part of the stack that stands still: none of its processes runs."""

    def __init__(self, stack, part):
        with open(os.path.join(stack.env["STACK_DIR"], part, "pid"), encoding="utf-8") as file:
            self.head = int(file.read().split()[0])

    def everybody(self):
        found = subprocess.run(["pgrep", "-P", str(self.head)], capture_output=True, text=True, check=False)
        return [self.head, *map(int, found.stdout.split())]

    def __enter__(self):
        self.stopped = self.everybody()
        for process in self.stopped:
            os.kill(process, signal.SIGSTOP)

    def __exit__(self, *_):
        for process in self.stopped:
            try:
                os.kill(process, signal.SIGCONT)
            except ProcessLookupError:
                pass


def first_answers(bench, stack, fake, settings):
    """The slowest p99 of the first answers, in seconds: at four times the peak, and with each backend standing still,
    Slack's own Web API too."""
    site = Workspace(
        bench, fake, 1, TASKBOT_SLACK__APP_TOKEN="xapp-bench", **settings,
    )  # fmt: skip
    worst = 0
    try:
        site.control("settings", {"limited": False})
        message = site.button()
        for way in ("HTTP", "Socket Mode"):
            site.deliver(way)
            works = lambda: site.act(clients=1, seconds=1, message=message)["done"] > 0
            until("it can be reached", works)
            peak = site.act(message=message)["done_per_second"]
            load = {"clients": 1024, "seconds": SECONDS_ASKED, "message": message}
            told = {"at 4x": site.act(rate=4 * peak, **load)}
            site.server.settle()
            for part in ("postgres", "kafka", "the Web API"):
                with site.hanging() if part == "the Web API" else Still(stack, part):
                    told[f"without {part}"] = site.act(rate=max(10, peak / 4), **load)
                until("it works again", works)
            for when, what in told.items():
                taken, back = what["taken"], what["withheld"]
                progress(
                    f"5e: {way} {when}: peak {peak:.0f}/s, p50 {taken['p50_ms']:.0f} ms, p99 {taken['p99_ms']:.0f} ms, "
                    f"{what['done']} done, {what['later']} put off, {what['refused']} refused, {back['count']} messages given "
                    f"back within {back['max_ms'] or 0:.0f} ms"
                )
                if taken["errors"] or (back["max_ms"] or 0) > 3_000 and way == "HTTP":
                    raise Trouble(f"{way} {when}: {taken['errors']}, messages given back after {back['max_ms']} ms")
                worst = max(worst, taken["p99_ms"] / 1_000)
        return worst
    finally:
        site.end()


def fake_of(bench):
    return os.path.join(os.path.dirname(bench.binary), "fake-slack")
