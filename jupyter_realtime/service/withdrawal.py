"""Taking away what people were told of a project that they may no longer see, and giving it back.

Rules
-----
1. Who loses the right to read a project loses what they were told of it, and gets it back with the right.
2. One project is looked at after another, and a changed one again: the last look has the last word.
3. What could not be looked at is looked at again. A server that starts looks at everything, and each hour
   anew: another one may have died between a change of roles and its consequence.
4. What was on its way to somebody while the roles changed is looked at behind it (`Notifier.on_late`).
"""

from __future__ import annotations

import asyncio
import logging
import time

from ..core.errors import NotFound, RealtimeError
from ..ports import Store
from .background import woken
from .directory import Directory

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
EVERYTHING_SECONDS = 3600.0


class Withdrawal:
    """Keeps inboxes to what their people may see."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory
        # In order, each once.
        self._waiting: dict[str, None] = {}
        self._has_some = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._knows_all = False

    def open(self) -> None:
        """Begin to look, at first at everything."""
        self._worker = asyncio.get_running_loop().create_task(self._work())

    def review(self, project: str) -> None:
        """Have a project looked at whose members, or whose switch, have changed."""
        self._waiting[project] = None
        self._has_some.set()

    async def _work(self) -> None:
        while True:
            try:
                await self._look()
            except RealtimeError as error:
                log.warning("What people may no longer see could not be looked at: %s", error)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if not await woken(self._has_some, EVERYTHING_SECONDS):
                self._knows_all = False

    async def _look(self) -> None:
        if not self._knows_all:
            for project in await self._store.inbox.projects():
                self.review(project)
            self._knows_all = True
        self._has_some.clear()
        while self._waiting:
            project = next(iter(self._waiting))
            # Before it is looked at: whatever changes meanwhile puts it in line again.
            del self._waiting[project]
            try:
                await self._look_at(project)
            except NotFound:
                continue  # Of another server of this store.
            except RealtimeError:
                self.review(project)
                raise

    async def _look_at(self, project: str) -> None:
        told = await self._store.inbox.told(project)
        allowed = await self._directory.who_may_read({person for person, _ in told}, project)
        for person, is_withdrawn in sorted(told):
            if is_withdrawn == (person in allowed):
                now_ms = time.time_ns() // 1_000_000
                await self._store.inbox.withdraw(person, project, not is_withdrawn, now_ms)

    async def close(self) -> None:
        """End what is under way."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
