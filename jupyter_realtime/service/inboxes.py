"""People's inboxes: what stands in them, what people do with it, and what time does.

Rules
-----
1. An inbox is its person's: no program, no visitor, no admin reads it.
2. What was snoozed comes back by itself; what is old is forgotten; several servers of one store may do both
   side by side.
3. What somebody may no longer see is `withdrawal`'s.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from ..core.access import Verb
from ..core.actors import Principal
from ..core.errors import BadRequest, NotFound, RealtimeError
from ..core.notifications import Notification
from ..core.rooms import RoomName, user_room
from ..ports import Change, InboxPage, Search, Store, Wanted
from .background import Background, woken
from .projects import Projects

log = logging.getLogger(__name__)

MAX_IDS = 1000
WOKEN_A_UNIT = 200
FORGOTTEN_A_UNIT = 500
# Another server may snooze something that is due before what is known here.
LOOK_SECONDS = 30.0
FORGET_EVERY_SECONDS = 3600.0
DAY_MS = 24 * 3600 * 1000


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Inboxes:
    """What people were told.

    Parameters
    ----------
    days
        For how long it is kept after it was last touched.
    """

    def __init__(self, store: Store, projects: Projects, *, days: float) -> None:
        self._store = store
        self._projects = projects
        self._days = days
        self._snoozed = asyncio.Event()
        self._background = Background()

    # -- what people do ---------------------------------------------------------------------------

    async def page(
        self, principal: Principal, search: Search, before: tuple[int, str] | None, limit: int
    ) -> InboxPage:
        """List one's own notifications, the newest first."""
        await self._check(principal)
        return await self._store.inbox.page(principal.name, search, before, limit)

    async def get(self, principal: Principal, notification: str) -> Notification:
        """Find one of one's own."""
        await self._check(principal)
        found = await self._store.inbox.get(principal.name, notification)
        if found is None:
            raise NotFound("There is no such notification in your inbox.")
        return found

    async def change(
        self, principal: Principal, ids: Sequence[str], how: Change
    ) -> tuple[list[Notification], int]:
        """Change some of one's own; gives them as they are then, and what is unread."""
        await self._check(principal)
        if not 1 <= len(ids) <= MAX_IDS:
            raise BadRequest(f"ids names 1 to {MAX_IDS} notifications.")
        unread = await self._change(principal, Wanted(ids=ids), how)
        found = [await self._store.inbox.get(principal.name, one) for one in ids]
        return [one for one in found if one is not None], unread

    async def read_all(self, principal: Principal, wanted: Wanted) -> int:
        """Read all in one's inbox, up to a place; gives what is unread from then on."""
        await self._check(principal)
        return await self._change(principal, wanted, Change(read=True, seen=True))

    async def _change(self, principal: Principal, wanted: Wanted, how: Change) -> int:
        unread = await self._store.inbox.change(
            principal.name, wanted, how, principal.actor, now_ms()
        )
        if how.snooze_ms:
            self._snoozed.set()
        return unread

    async def _check(self, principal: Principal) -> None:
        room = RoomName.parse(user_room(principal.name))
        await self._projects.check(principal, Verb.READ, room)

    # -- what time does ---------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to bring back what was snoozed, and to forget what is old."""
        self._background.begin(self._wake())
        self._background.begin(self._forget())

    async def _wake(self) -> None:
        while True:
            wait_seconds = LOOK_SECONDS
            # Before the look: what is snoozed meanwhile is looked at again.
            self._snoozed.clear()
            try:
                due_ms = await self._store.inbox.wake(now_ms(), WOKEN_A_UNIT)
                if due_ms is not None:
                    wait_seconds = min(wait_seconds, max(0.0, (due_ms - now_ms()) / 1000))
            except RealtimeError as error:
                log.warning("What was snoozed could not be brought back: %s", error)
            if not await woken(self._snoozed, wait_seconds):
                continue

    async def _forget(self) -> None:
        while True:
            try:
                await self.forget()
            except RealtimeError as error:
                log.warning("Old notifications could not be removed: %s", error)
            await asyncio.sleep(FORGET_EVERY_SECONDS)

    async def forget(self) -> int:
        """Forget all that is too old now; returns how many."""
        before_ms = now_ms() - int(self._days * DAY_MS)
        forgotten = 0
        while count := await self._store.inbox.forget(before_ms, now_ms(), FORGOTTEN_A_UNIT):
            forgotten += count
        await self._store.directory.forget(before_ms)
        return forgotten

    async def close(self) -> None:
        """End what is under way."""
        await self._background.close()
