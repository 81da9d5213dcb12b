"""All that is measured of analyses."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..machine import describe
from . import others, ours
from .others import Others
from .ours import Ours
from .project import NOTEBOOKS, make_project

ENGINES = (
    "ruff",
    "mypy",
    "bandit",
    "vulture",
    "complexipy",
    "deptry",
    "jscpd",
    "nbqa",
    "pre-commit",
)


@dataclass(frozen=True)
class Plan:
    """How much is measured; the best of so many turns counts."""

    turns: int
    cancels: int


FULL, QUICK = Plan(4, 30), Plan(1, 3)


@dataclass(frozen=True)
class Results:
    """What was found."""

    date: str
    machine: dict[str, str]
    notebooks: int
    ours: Ours
    others: Others


def run(plan: Plan, say: Callable[[str], None]) -> Results:
    """Measure everything; `say` is told what is under way."""
    machine = describe() | {name: version(name) for name in ENGINES}
    with tempfile.TemporaryDirectory() as folder:
        say("the same engines, one after another and under pre-commit")
        theirs = Path(folder) / "theirs"
        make_project(theirs)
        other = others.measure(theirs, plan.turns)
        say("analyses")
        mine = Path(folder) / "ours"
        found = ours.measure(mine, make_project(mine), plan.turns, plan.cancels)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return Results(today, machine, NOTEBOOKS, found, other)
