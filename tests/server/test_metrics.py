"""Prometheus figures, beside Jupyter's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_realtime.server.metrics import metrics
from tests.prometheus import samples
from tests.server.test_rest import project_of

Api = Callable[..., Any]

GUIDE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(jupyter_realtime_\w+)` \| (\w+) \|", re.MULTILINE)


async def test_O1_figures_join_jupyters_own(api: Api, jp_fetch: Any) -> None:
    room = f"project:{await project_of(api)}"
    for number in range(3):
        await api("POST", "publish", {"room": room, "event": "custom:x", "data": number})
    text = (await jp_fetch("metrics")).body.decode()
    assert "http_request_duration_seconds" in text, "Jupyter's are there as well"
    found = samples(text)
    assert found["events_total"] == 3
    assert found["publish_seconds_count"] == 3 == found["publish_seconds_bucket{le=+Inf}"]
    assert 0 < found["publish_seconds_sum"] < 3
    assert found["connections"] == found["queue_bytes"] == 0
    assert found["drops_total{class=event}"] == found["closes_total{code=4002}"] == 0
    assert found["resyncs_total{reason=overflow}"] == found["replays_total{recovered=true}"] == 0


async def test_O1_every_figure_is_documented(api: Api) -> None:
    await api("GET", "me")
    families = {
        f"{family.name}{'_total' * (family.type == 'counter')}": family.type
        for family in metrics.collect()
    }
    assert dict(ROW.findall(GUIDE.read_text())) == families
