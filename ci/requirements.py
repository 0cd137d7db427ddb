#!/usr/bin/env python3
"""Checks docs/REQUIREMENTS.md: every number of both documents and of our own once, and no reference that leads nowhere.

A row is `| number | what | where | proof | status |`.
  where   paths in back-ticks; each must exist
  proof   tests as `path::name` (the file must define `fn name`, or, of a script, mention the name), or paths; each
          must exist
  status  `done`, `in part: <what is missing>` or `later: <theme>`
A row that is done, or done in part, names where it lives and what proves it. With --summary the totals are printed.
Python 3, standard library only.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "REQUIREMENTS.md"

# The numbers of each document, by the heading of its part of the page.
EXPECTED = {
    "Document 000": [f"T{n:03}" for n in range(1, 75)],
    "Document 002": sorted(
        [f"T{n:03}" for n in (*range(1, 5), *range(10, 106))]
        + ["T022.1", "T022.2", "T022.3", "T036.1", "T036.2", "T036.3", "T042.1", "T042.2", "T072.1"]
        + [f"T086.{n}" for n in range(1, 8)]
    ),
    "Beyond the documents": [f"TB-{n:03}" for n in range(1, 14)],
    "Success criteria": [f"SC-{n:03}" for n in range(1, 9)],
}
# Numbers of document 002 that it does not use: T005 to T009.
STATUS = re.compile(r"^(done|in part: .+|later: .+)$")
QUOTED = re.compile(r"`([^`]+)`")


def rows():
    """(line, part, cells) of each row of the tables."""
    part = None
    for line, text in enumerate(PAGE.read_text(encoding="utf-8").split("\n"), 1):
        if text.startswith("## "):
            part = text[3:].split(":")[0].strip()
        elif part in EXPECTED and re.match(r"\| *(T\d|SC-\d|TB-\d)", text):
            yield line, part, [cell.strip() for cell in text.strip().strip("|").split("|")]


def numbering(found):
    for part, expected in EXPECTED.items():
        have = [number for _, where, number in found if where == part]
        for number in sorted(set(expected) - set(have)):
            yield f"{part}: {number} is missing"
        for number in sorted({number for number in have if have.count(number) > 1}):
            yield f"{part}: {number} stands more than once"
        for number in sorted(set(have) - set(expected)):
            yield f"{part}: there is no {number}"
        if have != sorted(have):
            yield f"{part}: the numbers are not in order"


def dead(reference):
    """Why a reference leads nowhere, or None."""
    path, _, name = reference.partition("::")
    target = ROOT / path
    if not target.exists():
        return f"no {path}"
    if not name:
        return None
    if target.is_dir():
        return f"{path} is a folder; name the file of {name}"
    text = target.read_text(encoding="utf-8")
    wanted = rf"\bfn {re.escape(name)}\b" if target.suffix == ".rs" else re.escape(name)
    return None if re.search(wanted, text) else f"{path} has no {name}"


def faults_of(cells):
    if len(cells) != 5:
        yield f"{len(cells)} cells, expected 5"
        return
    _, what, where, proof, status = cells
    if not what:
        yield "does not say what it is"
    if not STATUS.match(status):
        yield f"status {status!r}: expected done, in part: …, later: …"
    here, proven = QUOTED.findall(where), QUOTED.findall(proof)
    if not status.startswith("later") and not (here and proven):
        yield "names no place or no proof, but is not later"
    for reference in here + proven:
        why = dead(reference)
        if why:
            yield why


def main():
    table = list(rows())
    faults = list(numbering([(line, part, cells[0]) for line, part, cells in table]))
    for line, _, cells in table:
        faults += [f"docs/REQUIREMENTS.md:{line}: {cells[0]}: {fault}" for fault in faults_of(cells)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)
    if "--summary" in sys.argv:
        states = [cells[4].split(":")[0] for _, _, cells in table]
        print(", ".join(f"{states.count(state)} {state}" for state in ("done", "in part", "later")))


main()
