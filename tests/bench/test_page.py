"""The page and the plot that are made from results."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .budget import lines
from .fanout import Cost
from .latency import Latency
from .memory import Memory
from .page import page
from .plot import plot
from .publish import Publishing
from .reconnect import Reconnect
from .servers import KINDS
from .suite import Results

# Ours needs 1.9 times what C needs, and less than the budget of every other one.
CPU_US = {"c": 2.0, "ours": 3.8, "ours-durable": 6.0, "tornado": 20.0, "socketio": 9.0}


@pytest.fixture
def results() -> Results:
    """Results that meet the whole budget."""
    return Results(
        date="2026-11-23",
        machine={"processor": "an abacus"},
        fanout=[
            Cost(kind, size, burst, CPU_US.get(kind, 60.0), 1.0, 61.0, 2e6)
            for kind in KINDS
            for size in (50, 500)
            for burst in (1, 32)
        ],
        steady=[Latency(kind, 500, 100_000, 1e5, 1.5, 2.5) for kind in KINDS],
        crowd=[Latency(kind, 15_000, 75_000, 75e3, 60.0, 140.0) for kind in ("ours", "c")],
        memory=[Memory(kind, 5000, 20.0) for kind in KINDS],
        publishing=[Publishing(20, 16, 16_000.0, 60.0, 4.0, 9.0)],
        reconnect=Reconnect(5000, 100, 8.0),
    )


def test_results_come_back_from_their_file(results: Results, tmp_path: Path) -> None:
    results.save(tmp_path / "new" / "results.json")
    assert Results.load(tmp_path / "new" / "results.json") == results


def test_a_budget_that_is_met(results: Results) -> None:
    assert [line.what for line in lines(results) if not line.is_met] == []
    assert "| 1.90 × (with the commit 3.00 ×) | ✓ |" in page(results)


def test_each_line_of_the_budget_can_fail(results: Results) -> None:
    slow = dataclasses.replace(
        results,
        fanout=[
            dataclasses.replace(one, cpu_us=one.cpu_us * 20, a_second=9e5)
            if one.kind == "ours"
            else one
            for one in results.fanout
        ],
        crowd=[dataclasses.replace(one, p99_ms=151.0) for one in results.crowd],
        memory=[dataclasses.replace(one, kilobytes=28.1) for one in results.memory],
        publishing=[dataclasses.replace(one, a_second=14_999.0) for one in results.publishing],
        reconnect=dataclasses.replace(results.reconnect, seconds=10.1),
    )
    assert not any(line.is_met for line in lines(slow))
    assert page(slow).count("✗") == len(lines(slow)) == 9


def test_the_plot_has_a_bar_for_each_server_and_burst(results: Results) -> None:
    drawn = ElementTree.fromstring(plot(results))
    background, *bars = drawn.iter("{http://www.w3.org/2000/svg}rect")
    assert float(background.attrib["width"]) == 760
    assert len(bars) == 2 * len(KINDS)
    widths = [float(bar.attrib["width"]) for bar in bars[: len(KINDS)]]
    assert widths == sorted(widths), "the cheapest stands first"
