"""What is kept for some time, and forgotten then."""

from __future__ import annotations

import time

import pytest

from jupyter_realtime.service import retention
from jupyter_realtime.service.retention import Pruner, Retention
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, BEN, idle

DAY_MS = 24 * 3600 * 1000


async def test_Y13_when_somebody_was_there_is_kept_as_long_as_events(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "VISITS_A_UNIT", 1)
    async with open_services(idle) as services:
        _, document = await services.projects.document(ANA, None, "a.py")
        visits, now_ms = services.store.visits, time.time_ns() // 1_000_000
        await visits.note([(document.id, f"old{number}") for number in range(3)], 1, 1)
        await visits.note([(document.id, "ana")], now_ms - 31 * DAY_MS, 1)
        await visits.note([(document.id, "ben")], now_ms - 29 * DAY_MS, 1)
        kept = Retention(events_days=30, events_per_room=100)
        await Pruner(services.store.log, visits, kept).prune()
        assert await services.visits.until(document.id, ANA.name) is None
        assert await services.visits.until(document.id, "old2") is None
        assert await services.visits.until(document.id, BEN.name) is not None
