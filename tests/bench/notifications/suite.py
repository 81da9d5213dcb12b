"""All that is measured of notifications."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..machine import describe
from .ours import Delivered, measure

PEOPLE, TABS_EACH, HERTZ = 100, 2, 10.0


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Parameters
    ----------
    hertzes
        Notifications a second of each person; `HERTZ`, of which the budget is, among them.
    """

    turns: int
    seconds: float
    hertzes: tuple[float, ...]


FULL, QUICK = Plan(3, 10.0, (2.0, HERTZ, 15.0)), Plan(1, 2.0, (HERTZ,))


@dataclass(frozen=True)
class Results:
    """What was found."""

    date: str
    machine: dict[str, str]
    delivered: list[Delivered]


def run(plan: Plan, say: Callable[[str], None]) -> Results:
    """Measure everything; `say` is told what is under way. Of several turns the best counts."""
    turns = []
    for turn in range(plan.turns):
        say(f"notifications, {turn + 1} of {plan.turns}")
        with tempfile.TemporaryDirectory() as folder:
            turns.append(measure(Path(folder), PEOPLE, TABS_EACH, list(plan.hertzes), plan.seconds))
    best = [min(same, key=lambda one: one.p99_ms) for same in zip(*turns, strict=True)]
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return Results(today, describe(), best)
