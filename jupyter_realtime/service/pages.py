"""Pages of a room's log that many ask for at once: read once.

After a restart or a lost network everybody comes back at the same moment, and many have left off at the
same place. What one of them has read serves the others, as long as nothing new was handed out since: who
listens before the read misses nothing (`core.subscription`), and that holds for each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from ..core.log import Page

# Long enough for a crowd; short enough that what was erased or pruned is not told any more.
KEEP_SECONDS = 1.0
MAX_KEPT = 16


class Pages:
    """What was read of one room just now, by the position behind which it begins."""

    def __init__(self) -> None:
        self._read: dict[int | None, asyncio.Task[Page]] = {}

    async def get(self, after: int | None, read: Coroutine[Any, Any, Page]) -> Page:
        """Give a page: the one that was read, or is being read, or what `read` reads."""
        reading = self._read.get(after)
        if reading is None:
            reading = self._begin(after, read)
        else:
            read.close()
        # Whoever goes away takes nothing from the others.
        return await asyncio.shield(reading)

    def _begin(self, after: int | None, read: Coroutine[Any, Any, Page]) -> asyncio.Task[Page]:
        if len(self._read) >= MAX_KEPT:
            self.forget()
        loop = asyncio.get_running_loop()
        reading = self._read[after] = loop.create_task(read)
        reading.add_done_callback(lambda done: self._settle(after, done))
        return reading

    def _settle(self, after: int | None, done: asyncio.Task[Page]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._drop(after, done)
        else:
            asyncio.get_running_loop().call_later(KEEP_SECONDS, self._drop, after, done)

    def _drop(self, after: int | None, done: asyncio.Task[Page]) -> None:
        if self._read.get(after) is done:
            del self._read[after]

    def forget(self) -> None:
        """Let the next one read again: there is something new."""
        self._read.clear()
