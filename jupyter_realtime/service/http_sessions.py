"""Sessions of clients without a socket: who owns the states that they pin, and for how long.

Rules
-----
1. The id that others see in a key is derived by the server from who asks, with which rights, and the
   session that they name. So nobody can write on another's entries, not even by naming their session,
   and what a session may is the same as long as it lives.
2. A session lives while one of its requests is under way, and for a while after the last one. Then what
   it had pinned is taken down.
3. A session that has pinned nothing isn't kept at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..core.actors import Principal
from ..core.codec import check_key, encode
from ..core.errors import BadRequest, LimitReached
from ..core.messages import Limits
from ..core.rooms import RoomName
from .publishing import Publishing

# A client that polls without a pause is never silent; one that backs off after an error is, for 20 s.
SILENCE_SECONDS = 30.0
MAX_SESSION_CHARACTERS = 128
# 96 bits, as a socket's connection has (at least) by chance.
ID_CHARACTERS = 24


def connection_id(principal: Principal, session: str) -> str:
    """Tell the id under which a session of somebody's is seen.

    Raises
    ------
    BadRequest
        If the session has no name, or a novel for one.
    """
    if not 1 <= len(session) <= MAX_SESSION_CHARACTERS:
        raise BadRequest(f"A session has 1 to {MAX_SESSION_CHARACTERS} characters.")
    actor, scopes = principal.actor, principal.scopes
    rights = None if scopes is None else sorted(scopes)
    whose = encode([actor.name, actor.kind, actor.via, rights, session])
    return "h" + hashlib.sha256(whose).hexdigest()[:ID_CHARACTERS]


class HttpSession:
    """One client without a socket."""

    def __init__(self, id_: str, principal: Principal) -> None:
        self.id = id_
        self.principal = principal
        self.pinned_in: set[str] = set()
        self.requests = 0
        self.silence: asyncio.TimerHandle | None = None


class HttpSessions:
    """All sessions that have something on a board."""

    def __init__(self, publishing: Publishing, limits: Limits) -> None:
        self._publishing = publishing
        self._limits = limits
        self._sessions: dict[str, HttpSession] = {}
        self._by_person: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._sessions)

    async def pin(
        self, principal: Principal, session: str, room: str, event: str, key: str, data: Any
    ) -> str:
        """Pin a state, or take it down with None; returns the session's id as others see it.

        Raises
        ------
        BadRequest, Forbidden, NotFound, LimitReached
        """
        check_key(key)
        id_ = connection_id(principal, session)
        with self._under_way(self._sessions.get(id_) or self._begin(id_, principal)) as mine:
            await self._publishing.pin(principal, room, event, key, data, id_, mine.pinned_in)
        return id_

    @contextlib.contextmanager
    def attended(self, principal: Principal, session: str | None) -> Iterator[None]:
        """Keep what a session has pinned during a request of it; None names no session."""
        mine = None
        if session is not None:
            mine = self._sessions.get(connection_id(principal, session))
        with self._under_way(mine) if mine else contextlib.nullcontext():
            yield

    def _begin(self, id_: str, principal: Principal) -> HttpSession:
        limit = self._limits.connections_per_user
        if self._by_person[principal.name] >= limit:
            raise LimitReached(f"A person has at most {limit} sessions; close some tabs.")
        self._by_person[principal.name] += 1
        mine = self._sessions[id_] = HttpSession(id_, principal)
        return mine

    @contextlib.contextmanager
    def _under_way(self, mine: HttpSession) -> Iterator[HttpSession]:
        mine.requests += 1
        if mine.silence is not None:
            mine.silence.cancel()
        try:
            yield mine
        finally:
            mine.requests -= 1
            if mine.requests == 0:
                self._await_next(mine)

    def _await_next(self, mine: HttpSession) -> None:
        if mine.pinned_in:
            loop = asyncio.get_running_loop()
            mine.silence = loop.call_later(SILENCE_SECONDS, self._end, mine)
        else:
            self._end(mine)

    def _end(self, mine: HttpSession) -> None:
        del self._sessions[mine.id]
        self._by_person[mine.principal.name] -= 1
        if not self._by_person[mine.principal.name]:
            del self._by_person[mine.principal.name]
        for room in mine.pinned_in:
            self._publishing.disown(mine.principal.actor, RoomName.parse(room), mine.id)

    def review(self, _project: str) -> None:
        """Take down what people may no longer have on a board."""
        for mine in self._sessions.values():
            self._publishing.review(mine.principal, mine.id, mine.pinned_in)

    def close(self) -> None:
        """Forget the clocks; the boards go with the server."""
        for mine in self._sessions.values():
            if mine.silence is not None:
                mine.silence.cancel()
