"""Measures a shipped build of Taskbot beside the limits of the machine: see ci/bench.sh, which starts this."""

import glob
import http.client
import os
import signal
import subprocess
import sys
import time

from bench_kit import ROUNDS, SECONDS, Bench, Mark, alternating, progress
from verify_kit import Trouble

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
    return against_loop(site, mark, 1)


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


class Site:
    """What the measurements share."""

    def __init__(self, binary, tool, folder):
        self.bench = Bench(binary, tool, folder)
        self.embedded = Embedded(self.bench)


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
    sys.exit(0 if reached else 1)


main()
