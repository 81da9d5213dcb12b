"""Retention: logs are kept for some days, and up to some length; so is when people were at documents.

A room's position stays when its events go: a client that missed nothing resumes, one that missed what is
gone is told so (`core.recovery`).

Rules
-----
1. A room that has become too long is shortened within seconds, by the server that wrote into it.
2. All rooms are looked at now and then: for what is too old, and for what other servers left too long.
3. When somebody was at a document is kept as long as what has happened there since: who was away longer
   can't be told what they have missed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import RealtimeError
from ..core.log import StoredEvent
from ..ports import Log, Visits

log = logging.getLogger(__name__)

# A server that has just started has better things to do.
FIRST_SECONDS = 10.0
# Or a tenth of the time for which events are kept, where that is less.
EVERY_SECONDS = 3600.0
# How long what has become too long waits for more of the kind, and by which part it may be too long.
GATHER_SECONDS = 1.0
SLACK = 0.01
# The writer is asked for little at a time, so that publishes find it free.
EVENTS_A_UNIT = 2000
VISITS_A_UNIT = 500
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

    def __init__(self, log_: Log, visits: Visits, retention: Retention) -> None:
        self._log = log_
        self._visits = visits
        self._retention = retention
        self._slack = max(1, int(retention.events_per_room * SLACK))
        # The head of each long room when it was shortened last.
        self._shortened: dict[str, int] = {}
        self._too_long: dict[str, int] = {}
        self._is_any_too_long = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._look_at_all()), loop.create_task(self._shorten())]

    async def close(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def committed(self, events: Sequence[StoredEvent]) -> None:
        """Notice rooms that have become too long."""
        keep = self._retention.events_per_room
        for event in events:
            if event.seq - keep >= self._slack:
                self._note_long(event.room, event.seq)

    def _note_long(self, room: str, head: int) -> None:
        kept = max(self._retention.events_per_room, self._shortened.get(room, 0))
        if head - kept >= self._slack:
            self._too_long[room] = head
            self._is_any_too_long.set()

    async def _shorten(self) -> None:
        while True:
            await self._is_any_too_long.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._is_any_too_long.clear()
            too_long, self._too_long = self._too_long, {}
            try:
                for room, head in too_long.items():
                    await self._prune(room)
                    self._shortened[room] = head
            except RealtimeError as error:
                self._warn(error)

    async def _look_at_all(self) -> None:
        every = min(EVERY_SECONDS, max(1.0, self._retention.events_days * DAY_MS / 1000 / 10))
        await asyncio.sleep(min(FIRST_SECONDS, every))
        while True:
            try:
                await self.prune()
            except RealtimeError as error:
                self._warn(error)
            await asyncio.sleep(every)

    def _warn(self, error: RealtimeError) -> None:
        log.warning("Old events could not be removed; it will be tried again: %s", error)

    async def prune(self) -> int:
        """Forget all that is too old or too much now; returns how many events."""
        forgotten = 0
        while rooms := await self._log.prunable(
            self._before_ms, self._retention.events_per_room, ROOMS_A_LOOK
        ):
            for room in rooms:
                forgotten += await self._prune(room)
        while await self._visits.prune(self._before_ms, VISITS_A_UNIT) == VISITS_A_UNIT:
            pass
        return forgotten

    async def _prune(self, room: str) -> int:
        forgotten = 0
        keep = self._retention.events_per_room
        while count := await self._log.prune(room, self._before_ms, keep, EVENTS_A_UNIT):
            forgotten += count
        return forgotten

    @property
    def _before_ms(self) -> int:
        return time.time_ns() // 1_000_000 - int(self._retention.events_days * DAY_MS)
