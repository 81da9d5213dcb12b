"""A client without a socket: it talks to a connection as the transport would."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar, cast

from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Unauthenticated
from jupyter_realtime.server.runtime import Services
from tests.builders import principal

T = TypeVar("T")
EVERYTHING = sys.maxsize


def payloads(wire: bytes) -> Iterator[bytes]:
    """Take a server's frames apart, with somebody else's reading of RFC 6455."""
    reader = StreamReader()
    reader.feed_data(wire)
    while reader.buffer:
        frame = _finished(Frame.parse(reader.read_exact, mask=False))
        assert frame.fin and frame.opcode is Opcode.TEXT
        yield bytes(frame.data)


def _finished(step: Generator[None, None, T]) -> T:
    try:
        next(step)
    except StopIteration as stop:
        return cast("T", stop.value)
    raise AssertionError("half a frame")


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
            wire = self.connection.outbox.take(EVERYTHING)
            self.frames += [json.loads(payload) for payload in payloads(wire)]
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
