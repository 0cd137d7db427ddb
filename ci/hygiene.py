#!/usr/bin/env python3
"""Fails when a file holds what belongs in no repository: a secret, a path of somebody's machine, a dependency from
an unknown place, a stray line end. Looks at what git tracks and would add. Python 3, standard library only."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE_MAX = 512 * 1024
BINARY = {".png", ".ico", ".woff2", ".db"}

UNWANTED = [
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a Slack token", re.compile(r"\bx(ox[abeprs]|app)-[0-9][0-9A-Za-z-]{10,}")),
    ("a cloud key", re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("an access token of a code host", re.compile(r"\b(gh[opsu]_[0-9A-Za-z]{30,}|glpat-[0-9A-Za-z_-]{20})")),
    ("an access token of Taskbot", re.compile(r"\btaskbot_[0-9a-f]{64}\b")),
    ("a path of somebody's machine", re.compile(r"(?<![\w.$}])/(work|root|Users/\w+)/")),
    ("a Windows line end", re.compile(r"\r$")),
    ("white space at the end of a line", re.compile(r"[ \t]$")),
    ("a conflict that was not resolved", re.compile(r"^(<{7}|>{7}) ")),
]
# Samples of secrets that tests need on purpose stand on lines that say so.
ON_PURPOSE = "not a secret"

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def files():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:  # not a checkout: an unpacked archive
        paths = [path for path in ROOT.rglob("*") if not {"target", ".git"} & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file() and path.suffix not in BINARY)


def faults(path):
    name = path.relative_to(ROOT)
    if path.stat().st_size > SIZE_MAX:
        yield f"{name}: larger than {SIZE_MAX // 1024} kB"
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if text and not text.endswith("\n"):
        yield f"{name}: no line end at the end"
    snapshot = path.suffix in {".snap", ".jsonl"}
    for number, line in enumerate(text.split("\n"), 1):
        if ON_PURPOSE in line:
            continue
        for what, pattern in UNWANTED:
            if pattern.search(line) and not (snapshot and "white space" in what):
                yield f"{name}:{number}: {what}"


def strange_sources():
    for number, line in enumerate((ROOT / "Cargo.lock").read_text().split("\n"), 1):
        if line.startswith("source = ") and line != f'source = "{REGISTRY}"':
            yield f"Cargo.lock:{number}: a dependency that is not from crates.io: {line}"
    for name in (".cargo/config.toml", ".cargo/config"):
        if (ROOT / name).exists():
            yield f"{name}: where crates come from is the business of each machine"


def main():
    found = [fault for path in files() for fault in faults(path)]
    found += strange_sources()
    for fault in found:
        print(fault, file=sys.stderr)
    sys.exit(1 if found else 0)


main()
