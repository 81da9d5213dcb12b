"""Announcements: an admin tells everybody something, also those who come by later.

Rules
-----
1. Everybody known is told at once, whether they are here or not; whoever comes by for the first time before
   it expires is told then. Each is told once.
2. One that is taken back is told to nobody any more, and goes into the archive of those who were told.
3. A server that dies while it tells leaves nobody out: what is pending is told again at its next start, and
   whoever was told already isn't.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from ..core.access import Verb
from ..core.actors import Actor, Principal
from ..core.announcements import Announcement, notice_of
from ..core.errors import BadRequest, NotFound, RealtimeError
from ..core.notifications import NotificationType, check_notice
from ..core.rooms import SYSTEM
from ..core.times import rfc3339
from ..ports import Change, Known, Store, Wanted
from .background import woken
from .directory import Directory
from .notifier import Notifier
from .projects import Projects

log = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 200
RETRY_SECONDS = 10.0
FORGET_EVERY_SECONDS = 3600.0
DAY_MS = 24 * 3600 * 1000


class Announcements:
    """Tells everybody what admins have to say.

    Parameters
    ----------
    days
        For how long notifications are kept: whoever comes later is told of nothing so old.
    """

    def __init__(
        self,
        store: Store,
        projects: Projects,
        directory: Directory,
        notifier: Notifier,
        *,
        days: float,
    ) -> None:
        self._store = store
        self._projects = projects
        self._directory = directory
        self._notifier = notifier
        self._days_ms = int(days * DAY_MS)
        # One that is being told must not reach somebody after it was taken back.
        self._one_at_a_time = asyncio.Lock()
        self._left_out = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def page(
        self, principal: Principal, before: tuple[int, str] | None, limit: int
    ) -> list[Announcement]:
        """List them, those that have expired too, the newest first."""
        await self._check(principal)
        return await self._store.announcements.page(before, limit)

    async def announce(
        self,
        principal: Principal,
        title: str,
        message: str,
        type_: NotificationType,
        expires: str | None,
    ) -> tuple[Announcement, int]:
        """Tell everybody something; gives it, and how many it has reached when it is answered.

        Raises
        ------
        BadRequest, Forbidden
        """
        await self._check(principal)
        now_ms = _now_ms()
        announcement = Announcement(
            id=secrets.token_urlsafe(9),
            title=title,
            message=message,
            type=type_,
            actor=principal.actor,
            created_at=rfc3339(now_ms / 1000),
            expires=None if expires is None else _moment(expires, now_ms),
        )
        check_notice(notice_of(announcement))
        await self._store.announcements.add(announcement)
        try:
            return announcement, await self._tell(announcement)
        except RealtimeError as error:
            # It is kept, and will be told: who sent it again would announce it twice.
            log.warning("An announcement could not be told to all; it is tried again: %s", error)
            self._left_out.set()
            return announcement, 0

    async def take_back(self, principal: Principal, announcement: str) -> None:
        """End an announcement; it leaves the inboxes that it is in."""
        await self._check(principal)
        async with self._one_at_a_time:
            if not await self._store.announcements.remove(announcement):
                raise NotFound(f"There is no announcement {announcement[:64]!r}.")
            async for people in self._everybody():
                reached = await self._store.announcements.reached(announcement, people)
                await self._archive(reached.items(), principal.actor)

    async def _check(self, principal: Principal) -> None:
        await self._projects.check(principal, Verb.ANNOUNCE, SYSTEM)

    async def _archive(self, told: Iterable[tuple[str, str]], by: Actor) -> None:
        change, now_ms = Change(archived=True), _now_ms()
        await asyncio.gather(
            *(
                self._store.inbox.change(recipient, Wanted(ids=[one]), change, by, now_ms)
                for recipient, one in told
            )
        )

    # -- telling ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin, with what is pending."""
        self._left_out.set()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """End."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def newcomer(self, known: Known) -> None:
        """Tell somebody who comes by for the first time what is pending."""
        try:
            for announcement in await self._pending():
                await self._notifier.notify(notice_of(announcement), {known.actor.name})
        except RealtimeError as error:
            log.warning("A newcomer could not be told all; it is tried again: %s", error)
            self._left_out.set()

    async def _watch(self) -> None:
        while True:
            try:
                if self._left_out.is_set():
                    self._left_out.clear()
                    await self.tell_pending()
                await self._store.announcements.forget(_now_ms() - self._days_ms)
                await self._wait()
            except RealtimeError as error:
                log.warning("Announcements could not be told; it is tried again: %s", error)
                self._left_out.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _wait(self) -> None:
        if not await woken(self._left_out, FORGET_EVERY_SECONDS):
            return

    async def tell_pending(self) -> None:
        """Tell everybody all that is pending and that they were not told."""
        for announcement in await self._pending():
            await self._tell(announcement)

    async def _pending(self) -> list[Announcement]:
        now_ms = _now_ms()
        return await self._store.announcements.pending(now_ms, now_ms - self._days_ms)

    async def _tell(self, announcement: Announcement) -> int:
        told = 0
        async with self._one_at_a_time:
            if announcement.id not in {one.id for one in await self._pending()}:
                return 0
            async for people in self._everybody():
                told += len(await self._notifier.notify(notice_of(announcement), people))
        return told

    async def _everybody(self) -> AsyncIterator[Sequence[str]]:
        people: list[str] = []
        async for known in self._directory.everybody():
            people.append(known.actor.name)
            if len(people) == PEOPLE_AT_ONCE:
                yield people
                people = []
        if people:
            yield people


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _moment(text: str, now_ms: int) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest("expires is a time like 2026-11-23T18:00:00.000Z, or null.")
    if moment.timestamp() * 1000 <= now_ms:
        raise BadRequest("expires is over already; nobody would be told.")
    return rfc3339(moment.timestamp())
