"""Durable publishes: how many a second, and how soon each is acknowledged."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from .fanout import PAYLOAD_BYTES, WARM_UP_SECONDS
from .load import Load, Measured
from .servers import STOCK_APP, Server, publish_frame, speak_ours, start_jupyter


@dataclass(frozen=True)
class Publishing:
    """How publishers fared: of several turns the best.

    Parameters
    ----------
    cpu_us
        The server's CPU time for each publish, in all its threads, of its cheapest turn.
    """

    publishers: int
    in_flight: int
    a_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def publish(cases: list[tuple[int, int]], turns: int, seconds: float) -> list[Publishing]:
    """Measure (publishers, publishes in flight of each), on one server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_jupyter(Path(folder), STOCK_APP, PAYLOAD_BYTES) as server,
    ):
        return [_case(server, *case, turns, seconds) for case in cases]


def _case(
    server: Server, publishers: int, in_flight: int, turns: int, seconds: float
) -> Publishing:
    assert server.jupyter is not None
    speaks = speak_ours(server.jupyter, None)
    speaks += ["--publish", publish_frame(server.room, PAYLOAD_BYTES)]
    with Load(publishers, speaks) as load:
        load.wait_until_ready()
        load.publish(in_flight, WARM_UP_SECONDS)
        measured = [_turn(server, load, in_flight, seconds) for _ in range(turns)]
    best = max((one for one, _ in measured), key=lambda one: one.count / one.seconds)
    return Publishing(
        publishers=publishers,
        in_flight=in_flight,
        a_second=best.count / best.seconds,
        cpu_us=min(cpu / one.count for one, cpu in measured) * 1e6,
        p50_ms=best.p50_us / 1000,
        p99_ms=best.p99_us / 1000,
    )


def _turn(server: Server, load: Load, in_flight: int, seconds: float) -> tuple[Measured, float]:
    before = server.cpu_seconds()
    measured = load.publish(in_flight, seconds)
    return measured, server.cpu_seconds() - before
