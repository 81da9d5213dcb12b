"""Retention: logs are kept for some days, and up to some length.

A room's position stays when its events go: a client that missed nothing resumes, one that missed what is
gone is told so (`core.recovery`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from ..core.errors import RealtimeError
from ..ports import Log

log = logging.getLogger(__name__)

# A server that has just started has better things to do.
FIRST_SECONDS = 60.0
EVERY_SECONDS = 3600.0
# The writer is asked for little at a time, so that publishes find it free.
EVENTS_A_UNIT = 2000
ROOMS_A_LOOK = 100
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Retention:
    """How long events are kept."""

    events_days: float
    events_per_room: int


class Pruner:
    """Forgets what is too old or too much, now and then.

    Several servers of one store may do it side by side.
    """

    def __init__(self, log_: Log, retention: Retention) -> None:
        self._log = log_
        self._retention = retention
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            try:
                await self.prune()
            except RealtimeError as error:
                log.warning("Old events could not be removed; it will be tried again: %s", error)
            await asyncio.sleep(EVERY_SECONDS)

    async def prune(self) -> int:
        """Forget all that is too old or too much now; returns how many events."""
        before_ms = time.time_ns() // 1_000_000 - int(self._retention.events_days * DAY_MS)
        keep = self._retention.events_per_room
        forgotten = 0
        while rooms := await self._log.prunable(before_ms, keep, ROOMS_A_LOOK):
            for room in rooms:
                while count := await self._log.prune(room, before_ms, keep, EVENTS_A_UNIT):
                    forgotten += count
        return forgotten
