"""The one door through which clients' events and states come in."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import msgspec

from ..core.access import Verb
from ..core.actors import Actor, Principal
from ..core.codec import encode
from ..core.errors import LimitReached
from ..core.events import check_published, check_state
from ..core.log import Draft
from ..core.messages import Position, PublishRequest
from ..core.rooms import RoomName
from ..ports import Store
from .figures import Figures
from .projects import Projects
from .rooms import Rooms

# An event's id is unique, not secret; asking the kernel for each would let go of Python's lock.
EVENT_ID_BITS = 72
_ids = random.Random(random.SystemRandom().getrandbits(256))


def draft(room: str, event: str, data: Any, actor: Actor, key: str | None = None) -> Draft:
    """Make an event ready for the log: with an id, the time, and data encoded by us."""
    return Draft(
        room=room,
        event=event,
        id=f"{_ids.getrandbits(EVENT_ID_BITS):0{EVENT_ID_BITS // 4}x}",
        time_ms=time.time_ns() // 1_000_000,
        actor=actor,
        data=msgspec.Raw(encode(data)),
        key=key,
    )


class Publishing:
    """Lets clients publish `custom:*` events and pin states of their own, and nothing else.

    Parameters
    ----------
    rooms_per_connection
        In how many rooms a client may have states.
    """

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        projects: Projects,
        figures: Figures,
        *,
        rooms_per_connection: int,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._projects = projects
        self._figures = figures
        self._rooms_per_connection = rooms_per_connection

    async def publish(
        self, principal: Principal, room: str, event: str, data: Any, key: str | None
    ) -> Position:
        """Append a client's event; returns when it is durable."""
        began = time.perf_counter()
        request = PublishRequest(id=0, room=room, event=event, data=data, key=key)
        while (appending := self.submit(principal, request)) is None:
            await self.look_up(principal, room)
        return self.appended(await appending, time.perf_counter() - began)

    def submit(self, principal: Principal, request: PublishRequest) -> asyncio.Future[int] | None:
        """Append a client's event, to be durable when the future has its `seq`.

        None, and nothing done, where what is known does not say yet whether they may: `look_up`, then
        try again.

        Raises
        ------
        BadRequest, Forbidden, NotFound
        """
        name = RoomName.parse(request.room)
        check_published(request.event, name)
        if not self._projects.check_known(principal, Verb.PUBLISH, name):
            return None
        return self._store.log.submit(
            draft(request.room, request.event, request.data, principal.actor, request.key)
        )

    async def look_up(self, principal: Principal, room: str) -> None:
        """Find out about a room's project."""
        await self._projects.check(principal, Verb.PUBLISH, RoomName.parse(room))

    def appended(self, seq: int, seconds: float) -> Position:
        """Count a publish, and say where it stands."""
        self._figures.publish_seconds.observe(seconds)
        return Position(epoch=self._store.log.epoch, seq=seq)

    async def pin(
        self,
        principal: Principal,
        room: str,
        event: str,
        key: str,
        data: Any,
        connection: str,
        pinned_in: set[str],
    ) -> None:
        """Pin a client's state; its key begins with the connection, so nobody can pin for another.

        Parameters
        ----------
        pinned_in
            The rooms where the connection has states; kept up to date here.
        """
        name = RoomName.parse(room)
        check_state(event, name, data)
        await self._projects.check(principal, Verb.STATE, name)
        if data is not None:
            self._check_count(room, pinned_in)
        await self._rooms.pin(
            name, event, f"{connection}/{key}", data, principal.actor, owner=connection
        )
        refused = self._projects.refusal(principal, Verb.STATE, name)
        if refused is not None:
            # The board was opened meanwhile, and they were thrown out.
            self._rooms.disown(name, connection, principal.actor)
            raise refused
        if data is not None:
            pinned_in.add(room)
        elif not self._rooms.has_pinned(name, connection):
            pinned_in.discard(room)

    def _check_count(self, room: str, pinned_in: set[str]) -> None:
        limit = self._rooms_per_connection
        if room not in pinned_in and len(pinned_in) >= limit:
            raise LimitReached(f"One client has states in at most {limit} rooms; unpin some first.")

    def review(self, principal: Principal, connection: str, pinned_in: set[str]) -> None:
        """Take down what somebody may no longer have on a board, and leave that room out."""
        for room in list(pinned_in):
            name = RoomName.parse(room)
            if self._projects.refusal(principal, Verb.STATE, name) is not None:
                pinned_in.discard(room)
                self._rooms.disown(name, connection, principal.actor)
