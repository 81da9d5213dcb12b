"""All connections of this node: how many a person may have, the clock that they share, their end."""

from __future__ import annotations

import asyncio
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
        self._open: set[Connection] = set()
        self._by_person: defaultdict[str, set[Connection]] = defaultdict(set)
        self._graces: set[asyncio.TimerHandle] = set()
        self._clock: asyncio.Task[None] | None = None

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
        if self._clock is None:
            self._clock = asyncio.get_running_loop().create_task(self._tick())
        return connection

    def _admit(self, connection: Connection) -> None:
        principal = connection.session.principal
        if principal is None:
            return
        if self._is_revoked(principal):
            # Between its check and now: who closes the connections of a token has not seen this one.
            connection.close(CloseCode.REVOKED, REVOKED)
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
        for connection in list(self._open):
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
        def disown() -> None:
            self._graces.discard(handle)
            for room in connection.pinned_in:
                actor = connection.session.principal
                self._doors.rooms.disown(
                    RoomName.parse(room), connection.id, actor.actor if actor else SYSTEM_ACTOR
                )

        handle = asyncio.get_running_loop().call_later(GRACE_SECONDS, disown)
        self._graces.add(handle)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for connection in list(self._open):
                connection.tick()

    async def close(self, code: CloseCode, reason: str) -> None:
        """Send everybody away; they come back when the server does."""
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
        for grace in self._graces:
            grace.cancel()
        for connection in list(self._open):
            connection.close(code, reason, retry_after=1.0)


def _note_opened(connection: Connection, principal: Principal) -> None:
    actor = principal.actor
    journal.note(
        "connection.opened",
        connection=connection.id,
        user=actor.name,
        kind=actor.kind,
        via=actor.via,
    )
