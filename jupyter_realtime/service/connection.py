"""A connection: the pure session, tied to rooms and to an outbox.

Theory of operation
-------------------
A frame goes handler → `Connection.receive` → `Session` (which says what to do) → rooms and publishing →
`Outbox` → the transport. Requests that change what the connection listens to are carried out one after
another, because the handler awaits `receive` before it reads on; publishes run side by side, up to
`MAX_PUBLISHES_IN_FLIGHT`, so that they share commits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from ..core.access import Verb
from ..core.actors import Principal
from ..core.codec import encode
from ..core.errors import CloseCode, Internal, RealtimeError, Unauthenticated, Unavailable
from ..core.framing import text_frame
from ..core.messages import (
    AuthRequest,
    ClientFrame,
    Heartbeat,
    Position,
    PublishRequest,
    Reply,
    StateRequest,
    SubscribeReply,
    SubscribeRequest,
    UnsubscribeRequest,
)
from ..core.rooms import RoomName
from ..core.scopes import check_renewal
from ..core.session import Beat, Close, Deliver, Effect, Perform, Phase, Session, error_frame
from ..core.subscription import Phase as Listening
from ..core.subscription import Subscription
from .figures import Figures
from .journal import Journal
from .outbox import Outbox
from .projects import Projects
from .publishes import Publishes
from .publishing import Publishing
from .room import Room
from .rooms import Rooms
from .seat import Seat

log = logging.getLogger(__name__)
journal = Journal(__name__)

MAX_PUBLISHES_IN_FLIGHT = 64
DRAINING = "The server is stopping; connect again in a moment."

Authenticate = Callable[[str], Awaitable[Principal]]


class Transport(Protocol):
    """The socket, as far as a connection has to know it."""

    def wake(self) -> None:
        """Something waits in the outbox."""

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then the close frame."""


@dataclass(frozen=True)
class Doors:
    """What a connection's requests lead to."""

    rooms: Rooms
    projects: Projects
    publishing: Publishing
    figures: Figures


class Connection:
    """One client's connection, with a seat in each of its rooms.

    Parameters
    ----------
    admit
        Called when it is known who it is, before anything else is processed, and again when a token has
        renewed the connection; may close it.
    authenticate
        Turns the token of an `auth` frame into a principal, or raises `Unauthenticated`.
    """

    def __init__(
        self,
        session: Session,
        doors: Doors,
        transport: Transport,
        *,
        admit: Callable[[Connection], None],
        authenticate: Authenticate,
    ) -> None:
        self.session = session
        self.outbox = Outbox(session.limits.queue_bytes, transport.wake)
        self.pinned_in: set[str] = set()
        # Our own close code; None while it is open, and where the client has left.
        self.closed_with: int | None = None
        self._is_gone = False
        self._doors = doors
        self._transport = transport
        self._admit = admit
        self._authenticate = authenticate
        self._rooms: dict[str, tuple[Room, Seat]] = {}
        self._publishes = Publishes(doors.publishing, self._push)
        self._is_draining = False

    @property
    def id(self) -> str:
        """The opaque id; clients see it in `welcome` and in the keys of states."""
        return self.session.connection

    def identified(self, principal: Principal) -> None:
        """Note who it is, unless the end has come meanwhile."""
        if self.session.phase is Phase.CLOSED:
            return
        self._carry_out(self.session.identified(principal, unix_now=time.time()))
        self._admit(self)
        self.review()

    async def receive(self, frame: str | bytes) -> None:
        """Take a frame; the next one is to be read when this returns."""
        waiting = self.take(frame)
        if waiting is not None:
            await waiting

    def take(self, frame: str | bytes) -> Awaitable[None] | None:
        """Take a frame; what is returned has to be awaited before the next one."""
        for effect in self.session.receive(frame, time.monotonic()):
            if isinstance(effect, Perform):
                # A session lets a frame ask for one thing, and says so last.
                return self._perform(effect.request)
            self._carry_out([effect])
        return None

    def tick(self) -> None:
        """Let time pass."""
        self._carry_out(self.session.tick(time.monotonic(), time.time()))

    def close(self, code: CloseCode, reason: str, *, retry_after: float | None = None) -> None:
        """End the connection from our side."""
        self._carry_out(self.session.close(code, reason, retry_after=retry_after))

    def review(self) -> None:
        """End what its person may no longer do: listen in a room, have a state on its board."""
        principal = self.session.principal
        if principal is None:
            return
        for name, (_, seat) in list(self._rooms.items()):
            # A subscription that is being made is checked once more when the log was read.
            if seat.subscription.phase is not Listening.BUFFERING:
                self._end_if_refused(principal, name)
        self._doors.publishing.review(principal, self.id, self.pinned_in)

    def _end_if_refused(self, principal: Principal, name: str) -> None:
        refused = self._doors.projects.refusal(principal, Verb.READ, RoomName.parse(name))
        if refused is not None:
            self._drop(name)
            self._push(error_frame(refused, None, room=name))

    def refuse_requests(self) -> None:
        """Take no more of them: the end is near."""
        self._is_draining = True

    async def answered(self) -> None:
        """Wait until the publishes under way are answered."""
        await self._publishes.answered()

    def closed(self) -> None:
        """Leave all rooms, once the socket is gone."""
        self.session.phase = Phase.CLOSED
        self._is_gone = True
        for name in list(self._rooms):
            self._drop(name)
        self._publishes.forget()
        self.outbox.empty()

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Deliver):
                self._push(effect.frame)
            elif isinstance(effect, Beat):
                self._push(encode(Heartbeat(heads=self._heads())))
            elif isinstance(effect, Close):
                self.closed_with = int(effect.code)
                self._doors.figures.closes[effect.code] += 1
                self.outbox.push(text_frame(effect.goodbye))
                self._transport.close(int(effect.code), effect.reason)

    def _heads(self) -> dict[str, int]:
        # What this subscriber has, or will have once it asks again: never ahead of the room.
        return {name: room.head for name, (room, _) in self._rooms.items()}

    def _push(self, frame: bytes) -> None:
        if not self.outbox.push(text_frame(frame)):
            self._too_slow()

    def _too_slow(self) -> None:
        self._doors.figures.drops["connection"] += 1
        self.outbox.empty()
        self.close(CloseCode.TOO_SLOW, "Answers were not read.", retry_after=1.0)

    # -- requests ---------------------------------------------------------------------------------

    def _perform(self, request: ClientFrame) -> Awaitable[None] | None:
        if self._is_draining:
            self._push(error_frame(Unavailable(DRAINING, retry_after=1.0), request.id))
            return None
        if not isinstance(request, PublishRequest):
            return self._answer(request)
        if self._publishes.begin(self._principal, request):
            return None
        return self._publishes.begin_later(self._principal, request)

    async def _answer(self, request: ClientFrame) -> None:
        try:
            await self._do(request)
        except RealtimeError as error:
            self._push(error_frame(error, request.id))
        except Exception:
            # Whatever it is, it must neither end the connection nor leave a request unanswered.
            log.exception("A %s request failed", type(request).__name__)
            self._push(error_frame(Internal("The server failed; its log says how."), request.id))

    async def _do(self, request: ClientFrame) -> None:
        if isinstance(request, AuthRequest):
            await self._auth(request)
        elif isinstance(request, SubscribeRequest):
            await self._subscribe(request)
        elif isinstance(request, UnsubscribeRequest):
            self._unsubscribe(request)
        elif isinstance(request, StateRequest):
            await self._state(request)

    @property
    def _principal(self) -> Principal:
        if self.session.principal is None:
            raise Unauthenticated("Send auth with a token first.")
        return self.session.principal

    async def _auth(self, request: AuthRequest) -> None:
        before = self.session.principal
        try:
            principal = await self._authenticate(request.token)
        except Unauthenticated as error:
            journal.warn("connection.unauthenticated", connection=self.id)
            self._push(error_frame(error, request.id))
            if before is None:
                self.close(CloseCode.BAD_TOKEN, error.message)
            return
        if self.session.phase is Phase.CLOSED:
            return
        if before is not None:
            check_renewal(before, principal)
        self.identified(principal)
        self._push(encode(Reply(id=request.id)))

    async def _subscribe(self, request: SubscribeRequest) -> None:
        name = RoomName.parse(request.room)
        await self._doors.projects.check(self._principal, Verb.READ, name)
        # A reply may be large: who asks for many at once reads one before the next is made.
        await self.outbox.has_room()
        self._drop(request.room)
        # Beside a page of half the queue: a reply may not make a client too slow.
        current = Subscription(request.room, self.outbox.limit_bytes // 4)
        self.session.rooms[request.room] = current
        try:
            room = await self._sit_down(name, current)
            resumption = await self._doors.rooms.replay(room, request.since)
            # The log was read meanwhile: who was thrown out during that gets none of it.
            await self._doors.projects.check(self._principal, Verb.READ, name)
        except BaseException:
            self._drop(request.room)
            raise
        self.outbox.drop_states(request.room)
        events, more = current.settle(resumption)
        self._push(
            encode(
                SubscribeReply(
                    id=request.id,
                    position=Position(epoch=resumption.position.epoch, seq=current.seq),
                    recovered=resumption.recovered,
                    states=room.board.entries(),
                    events=[event.logged for event in events],
                    more=more,
                )
            )
        )

    async def _sit_down(self, name: RoomName, current: Subscription) -> Room:
        seat = Seat(current, self.outbox, self._doors.figures, self._too_slow)
        room = await self._doors.rooms.enter(name, seat)
        if self.session.phase is Phase.CLOSED:
            self._doors.rooms.leave(room.name, seat)
            raise Unavailable("The connection was closed meanwhile.")
        self._rooms[str(name)] = room, seat
        return room

    def _unsubscribe(self, request: UnsubscribeRequest) -> None:
        self._drop(request.room)
        self._push(encode(Reply(id=request.id)))

    def _drop(self, room: str) -> None:
        self.session.rooms.pop(room, None)
        left = self._rooms.pop(room, None)
        if left is not None:
            self._doors.rooms.leave(room, left[1])

    async def _state(self, request: StateRequest) -> None:
        name = RoomName.parse(request.room)
        await self._doors.publishing.pin(
            self._principal,
            request.room,
            request.event,
            request.key,
            request.data,
            self.id,
            self.pinned_in,
        )
        if self._is_gone:
            # What was taken down when it went did not hang there yet.
            self._doors.publishing.disown(self._principal.actor, name, self.id)
        self._push(encode(Reply(id=request.id)))
