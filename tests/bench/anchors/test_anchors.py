"""The benchmark of anchors still runs, on a history made for it, and its page tells what was missed."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections import Counter
from pathlib import Path

from jupyter_realtime.core.anchors import Cell

from .corpus import Pair, Revision, Source, pairs, sources
from .measure import Finding, Outcome, Selection, measure
from .page import BUDGET, lines, page
from .suite import Results
from .truth import Fate, trace

BEFORE = [
    "import pandas as pd\nimport numpy as np",
    "frame = pd.read_csv('penguins.csv')\nframe = frame.dropna()\nimport seaborn as sns",
    "model = LinearRegression()\nmodel.fit(frame[['mass']], frame['length'])\nprint(model.score())",
]
AFTER = [
    "import pandas as pd\nimport numpy as np",
    "# Read it.\nframe = pd.read_csv('penguins.csv')\nframe = frame.dropna(how='any')",
    "model = LinearRegression()\nmodel.fit(\n    frame[['mass']], frame['length']\n)\nprint(model.score())",
]


def revision(texts: list[str]) -> Revision:
    cells = [Cell(f"c{index}", text) for index, text in enumerate(texts)]
    return Revision(cells, [True] * len(cells))


def commit(repository: Path, texts: list[str]) -> str:
    """Commit a notebook; gives the commit."""
    cells = [
        {"cell_type": "code", "id": f"c{n}", "source": text.splitlines(keepends=True)}
        for n, text in enumerate(texts)
    ]
    (repository / "a.ipynb").write_text(json.dumps({"cells": cells}))
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    git(repository, "add", "a.ipynb")
    git(repository, *who, "-c", "commit.gpgsign=false", "commit", "-qm", "A notebook")
    return git(repository, "rev-parse", "HEAD")


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_what_became_of_each_line_is_said() -> None:
    fates = {one.line.text: one for one in trace(revision(BEFORE), revision(AFTER)).lines}
    assert {text: one.fate for text, one in fates.items()} == {
        "import pandas as pd": "unchanged",
        "import numpy as np": "unchanged",
        "frame = pd.read_csv('penguins.csv')": "unchanged",
        "frame = frame.dropna()": "edited",
        "import seaborn as sns": "deleted",
        "model = LinearRegression()": "unchanged",
        "model.fit(frame[['mass']], frame['length'])": "edited",
        "print(model.score())": "unchanged",
    }
    edited = fates["frame = frame.dropna()"].now
    assert edited is not None and edited.text == "frame = frame.dropna(how='any')"
    broken = fates["model.fit(frame[['mass']], frame['length'])"].now
    assert broken is not None
    assert AFTER[2][broken.start : broken.end].startswith("model.fit(\n")


def test_pairs_are_those_of_a_history_in_which_code_has_changed(tmp_path: Path) -> None:
    repository = tmp_path / "someone+something"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    commit(repository, BEFORE)
    last = commit(repository, AFTER)
    source = Source("someone/something", last, "held-out")
    (pair,) = pairs(source, tmp_path, 5)
    assert (pair.path, pair.commit) == ("a.ipynb", last)
    assert pair.before.code() == BEFORE and pair.after.code() == AFTER


def test_anchors_of_a_pair_are_measured() -> None:
    source = Source("someone/something", "0" * 40, "held-out")
    pair = Pair(source, "a.ipynb", "1" * 40, revision(BEFORE), revision(AFTER))
    findings, fates = measure(pair)
    assert fates == {"unchanged": 5, "edited": 2, "deleted": 1}
    known = [one for one in findings if (one.ids, one.known) == ("kept", "document")]
    assert {one.selection.kind for one in known} == {"line", "part", "block"}
    outcomes = Counter((one.selection.fate, one.outcome) for one in known)
    assert outcomes["unchanged", "right"] >= 10
    assert {outcome for _, outcome in outcomes} == {"right"}


def results(outcomes: dict[Fate, list[Outcome]]) -> Results:
    found = [
        Finding(
            "held-out", Selection("line", fate, 0, 0, 5, None), ids, known, outcome, "exact", 0.001
        )
        for fate, told in outcomes.items()
        for outcome in told
        for ids, known in (("kept", "document"), ("new", "document"), ("kept", "cell"))
    ]
    repositories: dict[Source, int] = dict.fromkeys(sources(), 2)
    fates: Counter[Fate] = Counter({"unchanged": 90, "edited": 5, "unclear": 5})
    machine = {"processor": "an abacus", "Python": "3"}
    return Results(
        "2026-11-28", machine, repositories, {"tuned": Counter(), "held-out": fates}, found
    )


MET: dict[Fate, list[Outcome]] = {"unchanged": ["right"], "edited": ["right"], "deleted": ["right"]}


def test_a_budget_that_is_met() -> None:
    met = results(MET)
    assert all(line.is_met for line in lines(met)) and len(lines(met)) == len(BUDGET)
    assert "| unchanged: all, new ids | 1 | 100.0% | 0.0% | 0.0% | 0.0% |" in page(met)


def test_each_line_of_the_budget_can_fail() -> None:
    missed = results({fate: ["wrong"] for fate in MET})
    assert page(missed).count("✗") == len(BUDGET)


def test_a_repository_is_of_one_part_and_at_one_commit() -> None:
    listed = sources()
    assert len({source.name for source in listed}) == len(listed) > 10
    assert {source.part for source in listed} == {"tuned", "held-out"}
    assert all(len(source.commit) == 40 for source in listed)
    assert dataclasses.replace(listed[0], name="a/b").folder == "a+b"
