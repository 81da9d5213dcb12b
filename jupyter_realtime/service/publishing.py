"""The one door through which clients' events and states come in."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import msgspec

from ..core.access import Verb
from ..core.actors import Actor, Principal
from ..core.codec import convert, encode
from ..core.errors import LimitReached
from ..core.events import WHEREABOUTS, check_published, check_state
from ..core.log import Draft
from ..core.messages import Position, PublishRequest
from ..core.presence import UserStatus
from ..core.rooms import RoomName
from ..ports import Store
from . import presence
from .figures import Figures
from .presence import Presences
from .projects import Projects
from .rooms import Rooms
from .visibility import Visibility

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
        presences: Presences,
        visibility: Visibility,
        figures: Figures,
        *,
        rooms_per_connection: int,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._projects = projects
        self._presences = presences
        self._visibility = visibility
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
        if event == presence.EVENT:
            said = None if data is None else convert(data, UserStatus)
            await self._presences.say(principal, name, key, said, connection)
        elif data is None or await self._shows(principal, event):
            await self._rooms.pin(
                name, event, f"{connection}/{key}", data, principal.actor, owner=connection
            )
        refused = self._projects.refusal(principal, Verb.STATE, name)
        if refused is not None:
            # The board was opened meanwhile, and they were thrown out.
            self.disown(principal.actor, name, connection)
            raise refused
        if self._has_pinned(name, connection):
            pinned_in.add(room)
        else:
            pinned_in.discard(room)

    def _check_count(self, room: str, pinned_in: set[str]) -> None:
        limit = self._rooms_per_connection
        if room not in pinned_in and len(pinned_in) >= limit:
            raise LimitReached(f"One client has states in at most {limit} rooms; unpin some first.")

    async def _shows(self, principal: Principal, event: str) -> bool:
        """Whether others may see a state: not where somebody is who doesn't want to be seen."""
        return event not in WHEREABOUTS or not await self._visibility.look_up(principal.name)

    def _has_pinned(self, room: RoomName, connection: str) -> bool:
        return self._rooms.has_pinned(room, connection) or self._presences.has(room, connection)

    def review(self, principal: Principal, connection: str, pinned_in: set[str]) -> None:
        """Take down what somebody may no longer have on a board, and leave that room out.

        What they have said of themselves is shown again when they may it again.
        """
        for room in list(pinned_in):
            name = RoomName.parse(room)
            may = self._projects.refusal(principal, Verb.STATE, name) is None
            self._presences.review(principal, name, connection, may=may)
            if not may:
                self._rooms.disown(name, connection, principal.actor)
            if not self._has_pinned(name, connection):
                pinned_in.discard(room)

    def leaving(self, connection: str) -> None:
        """Note that a connection is gone, while what it has pinned still hangs for its grace."""
        self._presences.leaving(connection)

    def disown(self, actor: Actor, room: RoomName, connection: str) -> None:
        """Take down what a connection has pinned: it has gone for good."""
        self._rooms.disown(room, connection, actor)
        self._presences.left(room, connection)
