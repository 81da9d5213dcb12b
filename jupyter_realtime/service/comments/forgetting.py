"""Deleted comments are forgotten when their authors can no longer have them back.

Several servers of one store may do it side by side.
"""

from __future__ import annotations

import asyncio
import logging
import time

from ...core.errors import RealtimeError
from ...ports import Store
from ..background import Background

log = logging.getLogger(__name__)

UNDELETE_SECONDS = 600.0
LOOK_SECONDS = 60.0


class Forgetting:
    """Forgets what deleted comments said, once that is for good."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._background = Background()

    def open(self) -> None:
        """Begin."""
        self._background.begin(self._go_on())

    async def _go_on(self) -> None:
        while True:
            try:
                await self.forget()
            except RealtimeError as error:
                log.warning("What deleted comments said could not be forgotten: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def forget(self) -> int:
        """Forget what is due; returns of how many comments."""
        before_ms = time.time_ns() // 1_000_000 - int(UNDELETE_SECONDS * 1000)
        return await self._store.threads.forget_withheld(before_ms)

    async def close(self) -> None:
        """End."""
        await self._background.close()
