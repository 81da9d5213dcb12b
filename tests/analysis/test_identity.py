"""Issues keep their identity, and dismissals stay, whatever happens to the cells around them.

The real detectors look at the real file before and after edits that Hypothesis chooses, some after another.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from jupyter_realtime.core.issues import Issue
from jupyter_realtime.core.triage import Memory
from tests.analysis.hostile import code, markdown
from tests.sample.running import analyze

EXAMPLES = 25
MAX_EDITS = 6

# Each is found by one of the detectors, wherever its cell stands; `#` is where a cell may be split. What
# stands before it is not used behind it: an import that is moved below its use is an issue of its own.
FAULTY = (
    "print('left')\n#\nleft = 1\nif left is 'a':\n    print(left)",
    "def fill(rows=[]):\n    rows.append(1)\n    return rows\n#\nprint('filled')",
    "print('model')\n#\nimport pickle\nwith open('model', 'rb') as file:\n    model = pickle.load(file)",
    "for number in range(3):\n    print('%s %s' % (number,))",
    "DB_PASSWORD = 'tr0ub4dor-and-3'",
    "import yaml\nprint(yaml.load('a: 1', Loader=yaml.Loader))\n#\nprint('loaded')",
)
DETECTORS = ["correctness", "secrets", "security"]

Cells = list[dict[str, Any]]
Edit = Callable[[Cells], None]


def insert(at: int, source: str) -> Edit:
    return lambda cells: cells.insert(at % (len(cells) + 1), code(source))


def insert_text(at: int) -> Edit:
    return lambda cells: cells.insert(at % (len(cells) + 1), markdown("# A word between"))


def move(at: int, to: int) -> Edit:
    return lambda cells: cells.insert(to % len(cells), cells.pop(at % len(cells)))


def split(at: int) -> Edit:
    """Cut a cell at its mark into two."""

    def edit(cells: Cells) -> None:
        number = at % len(cells)
        first, mark, second = cells[number]["source"].partition("#\n")
        if mark and cells[number]["cell_type"] == "code":
            cells[number : number + 1] = [code(first), code(second)]

    return edit


def retype(at: int) -> Edit:
    """Delete the lines of a cell and write them again with other white space around."""

    def edit(cells: Cells) -> None:
        cell = cells[at % len(cells)]
        cell["source"] = "\n\n" + "\n".join(f"{line}  " for line in cell["source"].split("\n"))

    return edit


def to_text_and_back(at: int) -> Edit:
    """Make a cell text and code again: it loses its outputs and its count."""

    def edit(cells: Cells) -> None:
        cell = cells[at % len(cells)]
        if cell["cell_type"] == "code":
            cells[at % len(cells)] = code(cell["source"])

    return edit


PLACES = st.integers(0, 20)
EDITS = st.one_of(
    st.builds(
        insert, PLACES, st.sampled_from(["x = 1", "", "print('between')", "%matplotlib inline"])
    ),
    st.builds(insert_text, PLACES),
    st.builds(move, PLACES, PLACES),
    st.builds(split, PLACES),
    st.builds(retype, PLACES),
    st.builds(to_text_and_back, PLACES),
)


def write(path: Path, cells: Cells, seed: int) -> None:
    """Write a notebook whose cells have ids that nobody has seen before."""
    numbered = [cell | {"id": f"id-{seed}-{number}"} for number, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python", "language": "python"}
    book = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": numbered,
    }
    path.write_text(json.dumps(book))


def look(folder: Path) -> list[Issue]:
    outcome = analyze(folder, DETECTORS)
    assert outcome.state == "succeeded", outcome.error
    return outcome.found


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    sources=st.permutations(FAULTY),
    edits=st.lists(EDITS, min_size=1, max_size=MAX_EDITS),
    name=st.sampled_from(["book.ipynb", "renamed.ipynb", "moved/book.ipynb"]),
    dismissed=st.integers(0, 100),
)
def test_A12_issues_keep_their_identity_and_dismissals_stay(
    sources: list[str], edits: list[Edit], name: str, dismissed: int
) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cells = [code(source) for source in sources]
        write(folder / "book.ipynb", cells, 1)
        before = look(folder)
        assert {issue.detector for issue in before} == set(DETECTORS)
        chosen = before[dismissed % len(before)]
        (folder / "book.ipynb").unlink()
        for edit in edits:
            edit(cells)
        (folder / "moved").mkdir()
        write(folder / name, cells, 2)
        after = look(folder)

    def known(issues: list[Issue]) -> Counter[tuple[str, str]]:
        return Counter((issue.fingerprint, issue.rule) for issue in issues)

    assert known(after) == known(before)
    memory = Memory(
        {(i.detector, i.fingerprint, i.path): True for i in before},
        [(chosen.fingerprint, chosen.path)],
        None,
        lambda path: path == "book.ipynb" and path != name,
    )
    told = [memory.judge(issue) for issue in after]
    assert {i.fingerprint for i in told if i.status == "dismissed"} == {chosen.fingerprint}
    assert {i.status for i in told} == {"dismissed", "ongoing"}
    assert [memory.fixed(detector, ["."]) for detector in DETECTORS] == [[], [], []]
