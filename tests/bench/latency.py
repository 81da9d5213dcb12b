"""How long an event is under way at a steady rate, and with fifteen thousand listeners."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from .fanout import PAYLOAD_BYTES, WARM_UP_SECONDS
from .load import Load, Measured
from .servers import Server, start


@dataclass(frozen=True)
class Latency:
    """How long events took from the request to send them to their arrival, in milliseconds.

    Parameters
    ----------
    wanted_a_second
        The deliveries a second that were asked for.
    a_second
        Those that came: fewer where the server could not keep up.
    """

    kind: str
    connections: int
    wanted_a_second: int
    a_second: float
    p50_ms: float
    p99_ms: float


def _latency(kind: str, connections: int, hertz: int, measured: list[Measured]) -> Latency:
    """Sum up what all load processes saw; a percentile is that of the one that fared worst."""
    return Latency(
        kind=kind,
        connections=connections,
        wanted_a_second=connections * hertz,
        a_second=sum(one.count for one in measured) / max(one.seconds for one in measured),
        p50_ms=max(one.p50_us for one in measured) / 1000,
        p99_ms=max(one.p99_us for one in measured) / 1000,
    )


def steady(
    kinds: list[str], subscribers: int, hertz: int, turns: int, seconds: float
) -> list[Latency]:
    """Measure these servers one after the other at the same rate; of several turns the best counts."""
    found = []
    for kind in kinds:
        with (
            tempfile.TemporaryDirectory() as folder,
            start(kind, Path(folder), PAYLOAD_BYTES) as server,
            Load(subscribers, server.speaks) as load,
        ):
            load.wait_until_ready()
            load.closed(1, WARM_UP_SECONDS)
            measured = [load.open(hertz, seconds) for _ in range(turns)]
            best = min(measured, key=lambda one: one.p99_us)
            found.append(_latency(kind, subscribers, hertz, [best]))
    return found


def crowd(
    kinds: list[str], connections: int, processes: int, hertz: int, seconds: float
) -> list[Latency]:
    """Measure servers with so many connections that it takes several load processes to hold them."""
    return [_crowd(kind, connections, processes, hertz, seconds) for kind in kinds]


def _crowd(kind: str, connections: int, processes: int, hertz: int, seconds: float) -> Latency:
    with (
        tempfile.TemporaryDirectory() as folder,
        start(kind, Path(folder), PAYLOAD_BYTES) as server,
    ):
        loads = [_from(server, connections // processes, number) for number in range(processes)]
        try:
            for load in loads:
                load.wait_until_ready()
            first, *others = loads
            for load in others:
                load.listen(round(hertz * seconds))
            measured = [first.open(hertz, seconds), *(load.heard() for load in others)]
        finally:
            for load in loads:
                load.close()
    return _latency(kind, connections, hertz, measured)


def _from(server: Server, connections: int, number: int) -> Load:
    # An address has 28,000 ports; each load process leaves from an address of its own.
    return Load(connections, server.speaks, "--source", f"127.0.0.{2 + number}")
