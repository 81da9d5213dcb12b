"""What one delivery costs a server, and how many it manages: one event at a time, and in bursts.

All servers are up at once and are measured in turn, several times, so that a busy moment of the machine
meets all of them. Of a server's turns the cheapest counts: disturbance only ever adds.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .load import Load, Measured
from .servers import Server, start

PAYLOAD_BYTES = 208
WARM_UP_SECONDS = 0.3


@dataclass(frozen=True)
class Cost:
    """What a server needed for a delivery.

    Parameters
    ----------
    cpu_us
        The server's CPU time for each delivered event, of its cheapest turn.
    cpu_median_us
        The same, of its median turn.
    a_second
        Deliveries a second, of its fastest turn.
    """

    kind: str
    subscribers: int
    burst: int
    cpu_us: float
    cpu_median_us: float
    a_second: float


@dataclass
class Contender:
    """A server with its load, and the turns that it had."""

    kind: str
    server: Server
    load: Load
    turns: list[tuple[float, Measured]]

    def take_turn(self, burst: int, seconds: float) -> None:
        """Measure it once."""
        self.load.closed(burst, WARM_UP_SECONDS)
        before = self.server.cpu_seconds()
        measured = self.load.closed(burst, seconds)
        self.turns.append((self.server.cpu_seconds() - before, measured))

    def cost(self, subscribers: int, burst: int) -> Cost:
        """Sum its turns up."""
        cpu_us = [cpu / measured.count * 1e6 for cpu, measured in self.turns]
        return Cost(
            kind=self.kind,
            subscribers=subscribers,
            burst=burst,
            cpu_us=min(cpu_us),
            cpu_median_us=statistics.median(cpu_us),
            a_second=max(measured.count / measured.seconds for _, measured in self.turns),
        )


def fanout(
    kinds: list[str], subscribers: int, bursts: list[int], turns: int, seconds: float
) -> list[Cost]:
    """Measure these servers side by side."""
    costs = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        contenders = []
        for kind in kinds:
            server = stack.enter_context(start(kind, Path(folder), PAYLOAD_BYTES))
            load = stack.enter_context(Load(subscribers, server.speaks))
            load.wait_until_ready()
            contenders.append(Contender(kind, server, load, []))
        for burst in bursts:
            for contender in contenders * turns:
                contender.take_turn(burst, seconds)
            for contender in contenders:
                costs.append(contender.cost(subscribers, burst))
                contender.turns.clear()
    return costs
