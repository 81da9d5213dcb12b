"""All connections of this node: how many a person may have, the clock that they share, their end.

The end, when the server stops: no request is taken any more; publishes under way are answered, as they
may be durable already; then everybody gets `goodbye` with a time to come back, each another one, so that
thousands of clients don't return in the same second. All this within `DRAIN_SECONDS`, whoever stalls.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable

from ..core.actors import SYSTEM_ACTOR, Principal
from ..core.errors import CloseCode
from ..core.messages import Limits
from ..core.rooms import RoomName
from ..core.session import Session
from .connection import Authenticate, Connection, Doors, Transport
from .journal import Journal

journal = Journal(__name__)

TICK_SECONDS = 1.0
# A tab that reloads, or a network that blinks, takes nothing from a board for this long.
GRACE_SECONDS = 5.0
DRAIN_SECONDS = 5.0
_DRAIN_LOOK_SECONDS = 0.02
# How many clients are asked back a second; whoever comes back costs a handshake and a replay.
RETURNS_A_SECOND = 500
MIN_RETURN_SECONDS = 0.25
REVOKED = "The token was revoked."


class Connections:
    """Makes connections and looks after them.

    Parameters
    ----------
    heartbeat_seconds
        How often the server shows each client that it is alive.
    answer
        Whether clients have to answer heartbeats.
    is_revoked
        Whether the token behind a principal has been revoked.
    """

    def __init__(
        self,
        doors: Doors,
        limits: Limits,
        *,
        heartbeat_seconds: float,
        answer: bool,
        is_revoked: Callable[[Principal], bool],
    ) -> None:
        self._doors = doors
        self.limits = limits
        self._heartbeat_seconds = heartbeat_seconds
        self._answer = answer
        self._is_revoked = is_revoked
        self._admitted: list[Callable[[Principal], None]] = []
        self._open: set[Connection] = set()
        self._by_person: defaultdict[str, set[Connection]] = defaultdict(set)
        # What is gone, until nothing of it hangs on a board.
        self._graces: dict[Connection, asyncio.TimerHandle] = {}
        self._clock: asyncio.Task[None] | None = None
        self._end: tuple[CloseCode, str] | None = None

    def on_admitted(self, listener: Callable[[Principal], None]) -> None:
        """Have it told when it is known who is at the other end of a connection."""
        self._admitted.append(listener)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def waiting_bytes(self) -> int:
        """How much waits for clients to read; may be asked from any thread."""
        return sum(connection.outbox.waiting_bytes for connection in list(self._open))

    def connect(self, transport: Transport, authenticate: Authenticate) -> Connection:
        """Take in a new socket, of which nothing is known yet."""
        session = Session(
            secrets.token_urlsafe(9),
            self.limits,
            heartbeat_seconds=self._heartbeat_seconds,
            answer=self._answer,
            now=time.monotonic(),
        )
        connection = Connection(
            session, self._doors, transport, admit=self._admit, authenticate=authenticate
        )
        self._open.add(connection)
        if self._end is not None:
            # Its handshake had begun before the end did.
            connection.close(*self._end, retry_after=MIN_RETURN_SECONDS)
        elif self._clock is None:
            self._clock = asyncio.get_running_loop().create_task(self._tick())
        return connection

    def _admit(self, connection: Connection) -> None:
        principal = connection.session.principal
        if principal is None:
            return
        if self._is_revoked(principal):
            # Between its check and now: who closes the connections of a token has not seen this one.
            connection.close(CloseCode.REVOKED, REVOKED)
        for listener in self._admitted:
            listener(principal)
        theirs = self._by_person[principal.name]
        is_renewal = connection in theirs
        theirs.add(connection)
        limit = self.limits.connections_per_user
        if not is_renewal:
            _note_opened(connection, principal)
        if len(theirs) > limit and not is_renewal:
            connection.close(
                CloseCode.LIMIT, f"A person has at most {limit} connections; close some tabs."
            )

    def close_revoked(self, token_ids: frozenset[str]) -> None:
        """End the connections of tokens that were revoked."""
        for connection in list(self._open):
            principal = connection.session.principal
            if principal is not None and principal.token_id in token_ids:
                connection.close(CloseCode.REVOKED, REVOKED)

    def review(self, _project: str) -> None:
        """End what people may no longer do, now that a project's members or its switch changed."""
        for connection in [*self._open, *self._graces]:
            connection.review()

    def disconnected(self, connection: Connection) -> None:
        """Note that a socket is gone; its states stay for a short grace."""
        if connection not in self._open:
            return
        connection.closed()
        self._open.discard(connection)
        principal = connection.session.principal
        if principal is not None:
            journal.note(
                "connection.closed",
                connection=connection.id,
                user=principal.name,
                code=connection.closed_with,
            )
            theirs = self._by_person[principal.name]
            theirs.discard(connection)
            if not theirs:
                del self._by_person[principal.name]
        if connection.pinned_in:
            self._begin_grace(connection)

    def _begin_grace(self, connection: Connection) -> None:
        self._doors.publishing.leaving(connection.id)

        def disown() -> None:
            self._graces.pop(connection, None)
            who = connection.session.principal
            actor = who.actor if who else SYSTEM_ACTOR
            for room in connection.pinned_in:
                self._doors.publishing.disown(actor, RoomName.parse(room), connection.id)

        loop = asyncio.get_running_loop()
        self._graces[connection] = loop.call_later(GRACE_SECONDS, disown)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for connection in list(self._open):
                connection.tick()

    async def close(self, code: CloseCode, reason: str) -> None:
        """Answer what was asked, then send everybody away; they come back when the server does."""
        self._end = code, reason
        leaving = list(self._open)
        for connection in leaving:
            connection.refuse_requests()
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
        for grace in self._graces.values():
            grace.cancel()
        deadline = time.monotonic() + DRAIN_SECONDS
        with contextlib.suppress(asyncio.TimeoutError):
            answered = asyncio.gather(*(connection.answered() for connection in leaving))
            await asyncio.wait_for(answered, DRAIN_SECONDS)
        for connection in leaving:
            connection.close(code, reason, retry_after=_return_seconds(len(leaving)))
        # An outbox tells nobody that it is empty: that would cost something at each send.
        while time.monotonic() < deadline and any(len(c.outbox) for c in self._open):  # noqa: ASYNC110
            await asyncio.sleep(_DRAIN_LOOK_SECONDS)


def _return_seconds(count: int) -> float:
    # No secret: chance only spreads them.
    span = max(1.0, count / RETURNS_A_SECOND)
    return round(MIN_RETURN_SECONDS + span * random.random(), 3)


def _note_opened(connection: Connection, principal: Principal) -> None:
    actor = principal.actor
    journal.note(
        "connection.opened",
        connection=connection.id,
        user=actor.name,
        kind=actor.kind,
        via=actor.via,
    )
