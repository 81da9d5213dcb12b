"""A client without a socket: it talks to a connection as the transport would."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any, TypeVar

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Unauthenticated
from jupyter_realtime.server.runtime import Services
from tests.builders import principal

T = TypeVar("T")


class Client:
    """Somebody at the other end; `frames` is all that arrived, in order."""

    def __init__(self, services: Services, who: Principal | None = None) -> None:
        self.frames: list[dict[str, Any]] = []
        self.closed_with: int | None = None
        self.stalled = False
        self._ids = itertools.count(1)
        self._arrived = asyncio.Event()
        self._services = services
        self.connection = services.connections.connect(self, self._authenticate)
        if who is not None:
            self.connection.identified(who)

    async def _authenticate(self, token: str) -> Principal:
        if token != "good":
            raise Unauthenticated("This token is not valid.")
        return principal()

    # -- the port Transport -------------------------------------------------------------------------

    def wake(self) -> None:
        """Read what waits, unless this reader has stalled."""
        asyncio.get_running_loop().call_soon(self.read)

    def close(self, code: int, reason: str) -> None:
        """Note why it was closed."""
        self.closed_with = self.closed_with or code
        self._arrived.set()

    def read(self) -> None:
        """Take what waits in the outbox."""
        if not self.stalled:
            self.frames += [json.loads(frame) for frame in self.connection.outbox.take()]
            self._arrived.set()

    # -- what tests say -----------------------------------------------------------------------------

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        request_id = next(self._ids)
        await self.connection.receive(json.dumps({"type": type_, "id": request_id, **fields}))
        return await self.until(lambda f: f.get("id") == request_id)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a frame."""

        def found() -> dict[str, Any] | None:
            return next((frame for frame in self.frames if wanted(frame)), None)

        return await self._arrival(found)

    async def until_closed(self) -> int:
        """Wait for the end."""
        return await self._arrival(lambda: self.closed_with)

    async def _arrival(self, look: Callable[[], T | None]) -> T:
        async def wait() -> T:
            while (found := look()) is None:
                self._arrived.clear()
                await self._arrived.wait()
            return found

        return await asyncio.wait_for(wait(), 10)

    def seqs(self, room: str) -> list[int]:
        """The events of a room that arrived live."""
        return [f["seq"] for f in self.frames if f["type"] == "event" and f["room"] == room]

    def gone(self) -> None:
        """Be cut off."""
        self._services.connections.disconnected(self.connection)
