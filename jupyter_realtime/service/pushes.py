"""Pushes to people's browsers: which browsers take them, and what is carried to them.

Rules
-----
1. Browsers are their person's: no program and no visitor sees or adds any.
2. Of somebody's browsers all are told. Whom one of them could be told has been told: what another browser
   missed stands in the inbox.
3. A browser that its push service knows no more is forgotten.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Collection, Sequence

from ..core.access import Verb
from ..core.actors import Principal
from ..core.errors import NotFound, RateLimited, RealtimeError, Unavailable
from ..core.push import MAX_LABEL_CHARACTERS, PushSubscription
from ..core.rooms import RoomName, user_room
from ..core.session import Bucket
from ..ports import Browser, Gone, Parcel, Push, Pusher, Refused, Store, Undelivered
from .inboxes import now_ms
from .projects import Projects

log = logging.getLogger(__name__)

MAX_BROWSERS = 20
# Each makes the server call others.
TRIES_A_MINUTE = 6
MIN_BUCKETS = 1000


class Pushes:
    """People's browsers, and the port `Carrier` by way of them.

    Parameters
    ----------
    pusher
        None where this server pushes nothing.
    """

    def __init__(self, store: Store, projects: Projects, pusher: Pusher | None) -> None:
        self._store = store
        self._projects = projects
        self._pusher = pusher
        self._tries: dict[str, Bucket] = {}

    @property
    def public_key(self) -> str | None:
        """With which browsers subscribe; None where this server pushes nothing."""
        return None if self._pusher is None else self._pusher.public_key

    # -- what people do --------------------------------------------------------------------------

    async def read(self, principal: Principal) -> list[Browser]:
        """List one's own browsers, the oldest first."""
        await self._check(principal)
        return await self._store.browsers.of([principal.name])

    async def subscribe(
        self, principal: Principal, subscription: PushSubscription, label: str
    ) -> Browser:
        """Have one's pushes sent to a browser, too.

        Raises
        ------
        BadRequest, Forbidden, Unavailable
        """
        await self._check(principal)
        self._available().check(subscription)
        browser = Browser(
            id=id_of(subscription.endpoint),
            person=principal.name,
            subscription=subscription,
            label=label[:MAX_LABEL_CHARACTERS],
            created_ms=now_ms(),
        )
        await self._store.browsers.put(browser, MAX_BROWSERS)
        return browser

    async def unsubscribe(self, principal: Principal, browser: str) -> None:
        """Send no more pushes to a browser of one's own.

        Raises
        ------
        NotFound
        """
        await self._check(principal)
        if not await self._store.browsers.forget(principal.name, browser):
            raise NotFound("There is no such browser of yours.")

    async def try_out(self, principal: Principal) -> tuple[int, Sequence[str]]:
        """Push to one's own browsers now; returns how many were told, and why others were not.

        Raises
        ------
        RateLimited, Unavailable
        """
        await self._check(principal)
        pusher = self._available()
        self._count(principal)
        browsers = await self._store.browsers.of([principal.name])
        failed = await self._push(pusher, Push(secrets.token_urlsafe(9), ()), browsers)
        return len(browsers) - len(failed), [one.message for one in failed]

    async def _check(self, principal: Principal) -> None:
        """Refuse whoever may not read the inbox of this name."""
        room = RoomName.parse(user_room(principal.name))
        await self._projects.check(principal, Verb.READ, room)

    def _available(self) -> Pusher:
        if self._pusher is None:
            raise Unavailable(
                "This server pushes nothing. Its admin can install jupyter_realtime[push]."
            )
        return self._pusher

    def _count(self, principal: Principal) -> None:
        now = time.monotonic()
        if principal.name not in self._tries:
            if len(self._tries) >= MIN_BUCKETS:
                self._tries = {who: b for who, b in self._tries.items() if not b.is_full(now)}
            self._tries[principal.name] = Bucket(TRIES_A_MINUTE / 60, now, seconds_at_once=60)
        wait = self._tries[principal.name].take(now)
        if wait:
            raise RateLimited("Try again in a moment.", retry_after=round(wait, 3))

    # -- what is carried ---------------------------------------------------------------------------

    async def reach(self, people: Collection[str]) -> Collection[str]:
        """Tell which of some people have a browser that takes pushes."""
        return {browser.person for browser in await self._store.browsers.of(people)}

    async def carry(self, parcel: Parcel) -> None:
        """Push a parcel to the browsers of its recipient.

        Raises
        ------
        Undelivered, Refused
            If none of them could be told.
        """
        browsers = await self._store.browsers.of([parcel.recipient])
        newest = sorted(parcel.items, key=lambda item: item.notification.updated_at, reverse=True)
        ids = dict.fromkeys(item.notification.id for item in newest)
        failed = await self._push(self._available(), Push(parcel.id, list(ids)), browsers)
        if len(failed) == len(browsers):
            raise _of_all(failed)

    async def _push(
        self, pusher: Pusher, push: Push, browsers: Sequence[Browser]
    ) -> list[Undelivered]:
        """Push to some browsers at the same time; returns what failed."""
        done = await asyncio.gather(*(self._push_to(pusher, push, one) for one in browsers))
        return [failed for failed in done if failed is not None]

    async def _push_to(self, pusher: Pusher, push: Push, browser: Browser) -> Undelivered | None:
        try:
            await pusher.send(push, browser.subscription)
        except Gone as gone:
            await self._forget(browser)
            return gone
        except Undelivered as failed:
            return failed
        return None

    async def _forget(self, browser: Browser) -> None:
        try:
            await self._store.browsers.forget(browser.person, browser.id)
        except RealtimeError as error:
            # It is found to be gone again with the next push.
            log.warning("A browser that is gone could not be forgotten: %s", error)

    async def close(self) -> None:
        """End what is under way."""
        if self._pusher is not None:
            await self._pusher.close()


def id_of(endpoint: str) -> str:
    """Name a browser, without saying how it is reached."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _of_all(failed: Sequence[Undelivered]) -> Undelivered:
    """Sum up why none of somebody's browsers was told: there is hope while there is for one."""
    hopeful = [one for one in failed if not isinstance(one, Refused)]
    words = "; ".join(dict.fromkeys(one.message for one in hopeful or failed))
    if not hopeful:
        return Refused(words or "No browser takes pushes any more.")
    return Undelivered(
        words,
        may_have_arrived=any(one.may_have_arrived for one in hopeful),
        retry_after=max(one.retry_after for one in hopeful),
    )
