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
    kernel_us
        What of that was spent in system calls.
    cpu_median_us
        As `cpu_us`, of its median turn.
    a_second
        Deliveries a second, of its fastest turn.
    """

    kind: str
    subscribers: int
    burst: int
    cpu_us: float
    kernel_us: float
    cpu_median_us: float
    a_second: float


@dataclass(frozen=True)
class Turn:
    """What a server did, and the processor time that it used for it."""

    measured: Measured
    cpu_seconds: float
    kernel_seconds: float

    @property
    def cpu_us(self) -> float:
        """Processor time for each delivery."""
        return self.cpu_seconds / self.measured.count * 1e6

    @property
    def kernel_us(self) -> float:
        """The part of it in the kernel."""
        return self.kernel_seconds / self.measured.count * 1e6

    @property
    def a_second(self) -> float:
        """Deliveries a second."""
        return self.measured.count / self.measured.seconds


class Contender:
    """A server with its load, and the turns that it had."""

    def __init__(self, kind: str, server: Server, load: Load) -> None:
        self.kind = kind
        self._server = server
        self._load = load
        self._turns: list[Turn] = []

    def take_turn(self, burst: int, seconds: float) -> None:
        """Measure it once."""
        self._load.closed(burst, WARM_UP_SECONDS)
        cpu, kernel = self._server.cpu_seconds(), self._server.kernel_seconds()
        measured = self._load.closed(burst, seconds)
        cpu, kernel = self._server.cpu_seconds() - cpu, self._server.kernel_seconds() - kernel
        self._turns.append(Turn(measured, cpu, kernel))

    def cost(self, subscribers: int, burst: int) -> Cost:
        """Sum its turns up, and begin anew."""
        turns, self._turns = self._turns, []
        cheapest = min(turns, key=lambda turn: turn.cpu_us)
        return Cost(
            kind=self.kind,
            subscribers=subscribers,
            burst=burst,
            cpu_us=cheapest.cpu_us,
            kernel_us=cheapest.kernel_us,
            cpu_median_us=statistics.median(turn.cpu_us for turn in turns),
            a_second=max(turn.a_second for turn in turns),
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
            contenders.append(Contender(kind, server, load))
        for burst in bursts:
            for contender in contenders * turns:
                contender.take_turn(burst, seconds)
            costs += [contender.cost(subscribers, burst) for contender in contenders]
    return costs
