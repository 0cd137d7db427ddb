"""What ci/verify.py works with: the running program, its log, and people who call it."""

import calendar
import http.client
import json
import os
import re
import subprocess
import threading
import time
import uuid

PATIENCE = 60


class Trouble(Exception):
    """A measurement that could not be made, with the reason."""


class Busy(Trouble):
    """The server cannot answer now."""


def until(what, tell, patience=PATIENCE, pause=0.02):
    """What `tell` gives as soon as it gives something."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = tell()
        if found:
            return found
        time.sleep(pause)
    raise Trouble(f"in {patience} s it did not come true that {what}")


class Program:
    """A taskbot process. Its lines are kept with the time at which they came; its log goes to a file."""

    def __init__(self, binary, folder, name, *args, **settings):
        # No TASKBOT_… of whoever runs this may reach the program.
        env = {key: value for key, value in os.environ.items() if not key.startswith("TASKBOT_")}
        env.update(TZ="UTC", TASKBOT_LOG__FORMAT="json", TASKBOT_LOG__LEVEL="info", **settings)
        self.log = os.path.join(folder, f"{name}.log")
        self.lines = []
        with open(self.log, "wb") as log:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                [binary, *args], cwd=folder, env=env, stdin=pipe, stdout=pipe, stderr=log, bufsize=0
            )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append((time.time(), line.decode(errors="replace").rstrip("\n")))

    def say(self, line):
        self.process.stdin.write(f"{line}\n".encode())

    def logged(self):
        """The log so far, a dictionary a line."""
        with open(self.log, "rb") as log:
            whole = [line for line in log if line.endswith(b"\n")]
        return [json.loads(line) for line in whole]

    def stop(self):
        """Ends it as an operator would; how long that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(5)
        return time.monotonic() - began


class Site:
    """A scratch folder with a database, a server on a free port, and whatever else was started there."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.programs = binary, folder, []
        self.server = self.start(
            "serve",
            "serve",
            TASKBOT_HTTP__ADDR="127.0.0.1:0",
            TASKBOT_LIMITS__CHAT_RATE="1000",
            TASKBOT_LIMITS__CHAT_BURST="1000",
        )
        try:
            self.addr = until("the server is ready", self._ready)
        except BaseException:
            self.stop()
            raise

    def _ready(self):
        if self.server.process.poll() is not None:
            with open(self.server.log, encoding="utf-8") as log:
                raise Trouble(f"the server did not start: {log.read()[-500:]}")
        return next((line["addr"] for line in self.server.logged() if line["message"] == "ready"), None)

    def start(self, name, *args, **settings):
        program = Program(self.binary, self.folder, name, *args, **settings)
        self.programs.append(program)
        return program

    def person(self, name):
        program = Program(self.binary, self.folder, f"token-{name}", "token", "create", "--user", name)
        if program.process.wait(PATIENCE) != 0:
            raise Trouble(f"no token for {name}")
        program.reader.join(PATIENCE)
        return Person(self.addr, program.lines[0][1])

    def logged(self):
        """The logs of all programs, in the order of time."""
        lines = [line for program in self.programs for line in program.logged()]
        return sorted(lines, key=lambda line: line["timestamp"])

    @property
    def database(self):
        return os.path.join(self.folder, "taskbot.db")

    def stop(self):
        for program in reversed(self.programs):
            program.stop()


class Person:
    """Somebody with a token. One connection a thread."""

    def __init__(self, addr, token):
        self.addr, self.token, self.local = addr, token, threading.local()

    def call(self, method, path, body=None, **headers):
        """The answer of a request that must succeed, and how long it took: from its first try, while the server is too busy."""
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        began = time.monotonic()
        while True:
            try:
                answer = self._once(method, path, body, headers)
            except Busy:
                if time.monotonic() - began > PATIENCE:
                    raise
                time.sleep(0.5)
            else:
                return answer, time.monotonic() - began

    def _once(self, method, path, body, headers):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection(self.addr, timeout=PATIENCE)
        fields = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        connection.request(method, path, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise (Busy if answer.status in (429, 503) else Trouble)(f"{method} {path}: {answer.status} {text.decode(errors='replace')[:300]}")
        return json.loads(text) if text else None

    def chat(self, line):
        """The answer to a line that must be understood, and how long it took."""
        answer, took = self.call("POST", "/api/v1/chat", {"text": line})
        if "refused" in answer:
            raise Trouble(f"“{line}” was refused: {answer['reply']}")
        return answer, took


def percentile(values, share):
    """The smallest value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 100) - 1))]


def instant(text):
    """Seconds since 1970 of a time in UTC as the API writes it."""
    match = re.fullmatch(r"(\d+-\d+-\d+T\d+:\d+:\d+)(\.\d+)?(Z|\+00:00)", text)
    if not match:
        raise Trouble(f"{text} is no time in UTC")
    whole = calendar.timegm(time.strptime(match[1], "%Y-%m-%dT%H:%M:%S"))
    return whole + float(match[2] or 0)
