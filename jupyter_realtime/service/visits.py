"""Who was at which document, and until when: what has happened since is news to them.

A visit is noted every `NOTE_SECONDS` while somebody has the document before them; who is away has not. What
happens within the same visit they have seen happen. Nobody else is told any of it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from ..core.errors import RealtimeError
from ..ports import Store, Visit
from .background import Background

log = logging.getLogger(__name__)

NOTE_SECONDS = 30.0
PAUSE_SECONDS = 5 * 60.0
_PAUSE_MS = int(PAUSE_SECONDS * 1000)


class Visits:
    """Remembers when people were at documents."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._background = Background()

    def open(self, readers: Callable[[], Iterable[Visit]]) -> None:
        """Begin to note who has which document before them."""
        self._background.begin(self._watch(readers))

    async def close(self) -> None:
        """End."""
        await self._background.close()

    async def _watch(self, readers: Callable[[], Iterable[Visit]]) -> None:
        while True:
            await asyncio.sleep(NOTE_SECONDS)
            try:
                await self.note(readers())
            except RealtimeError as error:
                log.warning("Who is at which document could not be noted: %s", error)

    async def note(self, visits: Iterable[Visit]) -> None:
        """Note who has which document before them now."""
        here = sorted(set(visits))
        if here:
            await self._store.visits.note(here, _now_ms(), _PAUSE_MS)

    async def until(self, document: str, person: str) -> float | None:
        """Tell when somebody left a document last, in Unix seconds; None if they were never there."""
        until_ms = await self._store.visits.until((document, person), _now_ms(), _PAUSE_MS)
        return None if until_ms is None else until_ms / 1000


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
