"""A wire between a client and a server that a test can cut: a TCP proxy in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from types import TracebackType

# What a proxy that knows no WebSockets leaves out of a request.
_UPGRADE = re.compile(rb"(?im)^(upgrade|connection|sec-websocket-[a-z-]+):[^\r\n]*\r\n")


class Wire:
    """Forwards a free local port to `target_port`; `cut` drops every connection that goes through.

    While `blocks_upgrades` is true no WebSocket is opened: the request for one arrives as an ordinary one.
    """

    def __init__(self, target_port: int, *, blocks_upgrades: bool = False) -> None:
        self._target_port = target_port
        self.blocks_upgrades = blocks_upgrades
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.cuts = 0
        self.sockets_opened = 0
        self.upgrades_blocked = 0

    @property
    def url(self) -> str:
        """The address of this end."""
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Wire:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> int:
        """Drop our WebSockets, without a close frame; returns how many there were."""
        return asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _forward(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        try:
            await asyncio.gather(
                self._pump(client, to_server, to_client), self._pump(server, to_client, to_server)
            )
        finally:
            for writer in (to_client, to_server):
                self._writers.discard(writer)
                writer.close()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if self.blocks_upgrades and b"pgrade: websocket" in data:
                    self.upgrades_blocked += b"realtime/ws" in data
                    data = _UPGRADE.sub(b"", data)
                elif b"realtime/ws" in data and b"pgrade" in data:
                    self._writers |= {sink, back}
                    self.sockets_opened += 1
                sink.write(data)
                await sink.drain()
        sink.close()

    async def _cut(self) -> int:
        dropped = 0
        for writer in list(self._writers):
            writer.transport.abort()
            dropped += 1
        self._writers.clear()
        self.cuts += bool(dropped)
        return dropped // 2

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.gather(
            *(t for t in asyncio.all_tasks() if t is not asyncio.current_task()),
            return_exceptions=True,
        )
