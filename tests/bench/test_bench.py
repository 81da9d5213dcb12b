"""The benchmark still runs: a moment with five subscribers, no number is judged."""

from __future__ import annotations

import re

from .fanout import fanout
from .profiling import profile
from .publish import publish

SUBSCRIBERS = 5


def test_every_server_delivers_all_that_it_is_told_to() -> None:
    kinds = ["ours", "c", "tornado"]
    costs = fanout(kinds, SUBSCRIBERS, bursts=[1, 32], turns=1, seconds=0.1)
    assert [(cost.kind, cost.burst) for cost in costs] == [
        (kind, burst) for burst in (1, 32) for kind in kinds
    ]
    assert all(cost.cpu_us > 0 and cost.a_second > 0 for cost in costs)


def test_publishers_are_acknowledged() -> None:
    [lone, many] = publish([(1, 1), (3, 16)], turns=1, seconds=0.1)
    assert lone.a_second > 0 and many.a_second > 0
    assert 0 < lone.p50_ms <= lone.p99_ms


def test_a_profile_names_our_functions() -> None:
    assert re.search(r"jupyter_realtime/service/\w+\.py:\d+\(\w+\)", profile("publish", 0.2))
