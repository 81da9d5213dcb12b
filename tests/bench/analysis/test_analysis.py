"""The benchmark of analyses still runs, on two files, and its page tells what was missed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.analysis.hostile import code, notebook

from . import ours
from .others import Others
from .ours import Ours
from .page import lines, page
from .suite import Results


@pytest.fixture
def results() -> Results:
    """Results that meet the whole budget."""
    mine = Ours(107, 200, 11.0, 5.0, 0.3, 0.1, 0.2, 1.2, 4.0, 0.97, 0.04, 0.05, 0.1)
    return Results(
        "2026-11-24", {"processor": "an abacus"}, 20, mine, Others(9.0, 6.0, 8.0, 6.0, 1.3)
    )


def test_a_budget_that_is_met(results: Results) -> None:
    assert all(line.is_met for line in lines(results))
    assert "| everything again | 0.10 | 6.00 | 6.00 |" in page(results)


def test_each_line_of_the_budget_can_fail(results: Results) -> None:
    slow = {field.name: 10.0 for field in dataclasses.fields(Ours)} | {"progress_true": 0.94}
    missed = dataclasses.replace(results, ours=Ours(**slow))
    assert not any(line.is_met for line in lines(missed))
    assert page(missed).count("✗") == len(lines(missed)) == 8


def test_a_small_project_is_measured(tmp_path: Path) -> None:
    module, book = tmp_path / "utils.py", tmp_path / "a.ipynb"
    module.write_text("def f(x):\n    return x is 'a'\n")
    book.write_text(notebook([code("print(undefined)")]))
    found = ours.measure(tmp_path, [module, book], turns=1, cancels=1)
    assert found.files == 2 and found.issues >= 2
    assert 0 < found.unchanged < found.cold
    assert 0 <= found.progress_true <= 1
