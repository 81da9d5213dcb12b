"""The benchmark of notifications still runs, with three people, and its page tells what was missed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from .ours import Delivered, measure
from .page import lines, page
from .suite import HERTZ, Results

MET = Delivered("each", 100, 200, 1000.0, 998.0, 12.0, 48.0, 80.0, 0.75)


@pytest.fixture
def results() -> Results:
    """Results that meet the whole budget."""
    slower = dataclasses.replace(MET, wanted_a_second=4000.0, p99_ms=5000.0)
    found = [MET, dataclasses.replace(MET, how="team"), slower]
    return Results("2026-11-27", {"processor": "an abacus"}, found)


def test_a_budget_that_is_met(results: Results) -> None:
    assert [line.is_met for line in lines(results)] == [True, True]
    assert "| 100 × 10, to each | 1,000/s | 998/s | 12.0 | 48.0 | 80.0 | 75% |" in page(results)


def test_each_line_of_the_budget_can_fail(results: Results) -> None:
    late = [dataclasses.replace(one, p99_ms=1000.1) for one in results.delivered]
    missed = dataclasses.replace(results, delivered=late)
    assert page(missed).count("✗") == len(lines(missed)) == 2


def test_a_few_people_are_measured(tmp_path: Path) -> None:
    found = measure(tmp_path, people=3, tabs=2, hertzes=[HERTZ], seconds=0.5)
    assert [(one.how, one.people, one.tabs) for one in found] == [("each", 3, 6), ("team", 3, 6)]
    for one in found:
        assert 0 < one.p50_ms <= one.p99_ms
        assert 0 < one.a_second <= 2 * one.wanted_a_second and one.cpu > 0
