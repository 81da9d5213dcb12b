"""All that `make bench` measures, in one run."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fanout import Cost, fanout
from .latency import Latency, crowd, steady
from .machine import describe
from .memory import Memory, memory
from .publish import Publishing, publish
from .reconnect import Reconnect, reconnect
from .servers import KINDS


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Parameters
    ----------
    turns
        How often each is measured; the best counts.
    seconds
        How long a turn is.
    """

    turns: int
    seconds: float
    subscribers: tuple[int, ...]
    connections: int
    crowd: int
    publishers: tuple[int, ...]


FULL = Plan(4, 1.0, (50, 500, 5000), 5000, 15_000, (1, 20, 200))
QUICK = Plan(2, 0.3, (50, 500), 500, 2_000, (1, 20))

BURSTS = [1, 32]
IN_FLIGHT = (1, 16)
STEADY_SUBSCRIBERS, STEADY_HERTZ = 500, 200
CROWD_KINDS, CROWD_PROCESSES, CROWD_HERTZ, CROWD_SECONDS = ["ours", "ours-durable", "c"], 2, 5, 10.0
MISSED_EVENTS = 100


@dataclass(frozen=True)
class Results:
    """What was found."""

    date: str
    machine: dict[str, str]
    fanout: list[Cost]
    steady: list[Latency]
    crowd: list[Latency]
    memory: list[Memory]
    publishing: list[Publishing]
    reconnect: Reconnect

    def save(self, path: Path) -> None:
        """Write them as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read what `save` wrote."""
        found: dict[str, Any] = json.loads(path.read_text())
        lists: dict[str, Any] = {
            "fanout": Cost,
            "steady": Latency,
            "crowd": Latency,
            "memory": Memory,
            "publishing": Publishing,
        }
        for name, kind in lists.items():
            found[name] = [kind(**one) for one in found[name]]
        found["reconnect"] = Reconnect(**found["reconnect"])
        return cls(**found)


def run(plan: Plan, say: Callable[[str], None]) -> Results:
    """Measure everything; `say` is told what is under way."""
    machine = describe()
    costs = []
    for subscribers in plan.subscribers:
        say(f"fan-out to {subscribers} subscribers")
        costs += fanout(list(KINDS), subscribers, BURSTS, plan.turns, plan.seconds)
    say("latency at a steady rate")
    rate = STEADY_SUBSCRIBERS, STEADY_HERTZ
    latencies = steady(list(KINDS), *rate, plan.turns, 2 * plan.seconds)
    say(f"{plan.crowd} connections")
    crowds = crowd(
        CROWD_KINDS, plan.crowd, CROWD_PROCESSES, CROWD_HERTZ, CROWD_SECONDS * plan.seconds
    )
    say("memory of idle connections")
    memories = memory(list(KINDS), plan.connections)
    say("durable publishes")
    cases = [(publishers, flight) for publishers in plan.publishers for flight in IN_FLIGHT]
    publishing = publish(cases, plan.turns, 2 * plan.seconds)
    say(f"{plan.connections} clients reconnect")
    return Results(
        date=datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        machine=machine,
        fanout=costs,
        steady=latencies,
        crowd=crowds,
        memory=memories,
        publishing=publishing,
        reconnect=reconnect(plan.connections, MISSED_EVENTS),
    )
