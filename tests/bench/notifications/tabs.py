"""People with open pages: what comes in each of them, and when."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.jupyter import TOKEN

from ..peers.inboxes import USER_HEADER


class _Told(msgspec.Struct):
    title: str = ""


class _Frame(msgspec.Struct):
    type: str
    id: int | str | None = None
    seq: int = 0
    event: str = ""
    data: _Told | None = None


_decode = msgspec.json.Decoder(_Frame).decode


class Tab:
    """A page of somebody: it listens to their room, and answers heartbeats."""

    def __init__(self, person: str, socket: ClientConnection) -> None:
        self.person = person
        self.seqs: list[int] = []
        self.latencies_ns: list[int] = []
        self._socket = socket
        self._arrived = asyncio.Event()

    async def listen(self) -> None:
        """Take what comes, until the connection ends."""
        async for text in self._socket:
            now_ns = time.monotonic_ns()
            frame = _decode(text)
            if frame.event == "notification:new" and frame.data is not None:
                self.seqs.append(frame.seq)
                self.latencies_ns.append(now_ns - int(frame.data.title))
                self._arrived.set()
            elif frame.type == "heartbeat":
                await self._socket.send('{"type":"ping","id":0}')

    async def subscribe(self) -> None:
        """Enter the person's room."""
        room = f"user:{self.person}"
        await self._socket.send(msgspec.json.encode(
            {"type": "subscribe", "id": 1, "room": room}
        ).decode())  # fmt: skip
        while _decode(await self._socket.recv()).type != "reply":
            continue

    async def until(self, count: int) -> None:
        """Wait until so many have come."""
        while len(self.latencies_ns) < count:
            self._arrived.clear()
            await self._arrived.wait()

    def take(self) -> list[int]:
        """Give the latencies so far, and begin anew; each has come once, in order, and none is missing."""
        assert all(b == a + 1 for a, b in itertools.pairwise(self.seqs)), self.person
        taken, self.latencies_ns, self.seqs = self.latencies_ns, [], self.seqs[-1:]
        return taken


@asynccontextmanager
async def open_tabs(url: str, people: Sequence[str], each: int) -> AsyncIterator[list[Tab]]:
    """Open pages, so many for each person."""
    async with AsyncExitStack() as stack:
        tabs = []
        for person in [person for person in people for _ in range(each)]:
            socket = await stack.enter_async_context(
                connect(
                    url,
                    subprotocols=[Subprotocol("v1.jupyter-realtime")],
                    additional_headers={"Authorization": f"token {TOKEN}", USER_HEADER: person},
                    compression=None,
                )
            )
            tab = Tab(person, socket)
            await tab.subscribe()
            tabs.append(tab)
        listening = [asyncio.create_task(tab.listen()) for tab in tabs]
        try:
            yield tabs
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
