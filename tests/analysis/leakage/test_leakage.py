"""The leakage pass against leaks as people write them, and against code that only looks like one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jupyter_realtime.analysis.detectors.dotted import Imports
from jupyter_realtime.analysis.detectors.leakage.flow import leaks

from .leaky import BEGIN, LEAKY
from .sound import SOUND

MARK = re.compile(r"#! (\S+)")


def found_in(code: str) -> list[tuple[int, str]]:
    tree = ast.parse(code)
    return [(leak.node.lineno, leak.rule) for leak in leaks(tree, Imports(tree))]


def marked_in(code: str) -> list[tuple[int, str]]:
    lines = enumerate(code.split("\n"), 1)
    return [(number, match[1]) for number, line in lines for match in [MARK.search(line)] if match]


@pytest.mark.parametrize("title", LEAKY)
def test_a_leak_is_found_at_its_line(title: str) -> None:
    code = BEGIN + LEAKY[title]
    assert found_in(code) == marked_in(code) != []


@pytest.mark.parametrize("title", SOUND)
def test_what_only_looks_like_a_leak_is_not_told(title: str) -> None:
    assert found_in(BEGIN + SOUND[title]) == []


def test_there_are_as_many_cases_as_the_page_says() -> None:
    page = (Path(__file__).parents[3] / "docs" / "detectors" / "data-science.md").read_text()
    words = " ".join(page.split())
    assert f"Of {len(LEAKY)} leaks in the tests" in words
    assert f"of {len(SOUND)} look-alikes" in words


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    return f(x)\nf(1)\n",
        "x = x\nx.fit(x)\n",
        "a, *b = c\nfor i, j in k: i.fit(j)\n",
        "while True:\n    pass\n",
        "train_test_split()\nStandardScaler().fit_transform()\n",
        "X_train = df[0]\n" * 500,
        "(lambda: 0)().fit(1)\n",
        "x[0][1].y.z = train_test_split(x)\n",
    ],
)
def test_odd_code_ends_without_a_word(code: str) -> None:
    assert found_in(code) == []
