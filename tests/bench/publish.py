"""Durable publishes: how many a second, and how soon each is acknowledged."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from .fanout import PAYLOAD_BYTES, WARM_UP_SECONDS
from .load import Load
from .servers import publish_frame, speak_ours, start_jupyter


@dataclass(frozen=True)
class Publishing:
    """How publishers fared: of several turns the best."""

    publishers: int
    in_flight: int
    a_second: float
    p50_ms: float
    p99_ms: float


def publish(cases: list[tuple[int, int]], turns: int, seconds: float) -> list[Publishing]:
    """Measure (publishers, publishes in flight of each), on one server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_jupyter(Path(folder), "jupyter_server", PAYLOAD_BYTES) as server,
    ):
        assert server.jupyter is not None
        speaks = speak_ours(server.jupyter, None)
        speaks += ["--publish", publish_frame(server.room, PAYLOAD_BYTES)]
        return [_case(speaks, *case, turns, seconds) for case in cases]


def _case(
    speaks: list[str], publishers: int, in_flight: int, turns: int, seconds: float
) -> Publishing:
    with Load(publishers, speaks) as load:
        load.wait_until_ready()
        load.publish(in_flight, WARM_UP_SECONDS)
        measured = [load.publish(in_flight, seconds) for _ in range(turns)]
    best = max(measured, key=lambda one: one.count / one.seconds)
    return Publishing(
        publishers=publishers,
        in_flight=in_flight,
        a_second=best.count / best.seconds,
        p50_ms=best.p50_us / 1000,
        p99_ms=best.p99_us / 1000,
    )
