"""A server in the world: the product's own runtime on the shared file, and the server's ends of cables."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import RealtimeError, Unauthenticated
from jupyter_realtime.server import engine, metrics, runtime
from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.runtime import Runtime, Services
from jupyter_realtime.server.transport import CLOSE_WITHIN_SECONDS, MAX_SEND_BYTES
from tests.service.conftest import ScriptedEngine

from .cable import Cable
from .disk import Disk
from .process import Process

FILE = "realtime.sqlite"
# As little as can be configured, so that slow readers overflow soon.
QUEUE_BYTES = 64 * 1024


async def _no_script(_reporter: Any, _cancel: asyncio.Event) -> None:
    """Run no analysis."""


async def _nothing_more(_services: Services) -> None:
    """Do nothing more before the services are used."""


@contextmanager
def on_simulated_adapters() -> Iterator[None]:
    """Have each runtime that starts in here choose the adapters of this world."""
    no_engine = patch.object(engine, "LocalEngine", lambda: ScriptedEngine(_no_script))
    with patch.object(runtime, "SqliteStore", Disk), no_engine:
        yield


class Seat:
    """The server's end of a cable: the port `Transport`, and the handler that reads frames."""

    def __init__(self, node: Node, principal: Principal, make_cable: Callable[..., Cable]) -> None:
        self.node = node
        self.gone = False
        self._inbox: asyncio.Queue[str | int] = asyncio.Queue()
        self._farewell: int | None = None
        self._flushing = False
        self.cable = make_cable(to_server=self._inbox.put_nowait, server_lost=self.lost)
        with node.process.running():
            self.connection = node.services.connections.connect(self, self._authenticate)
            asyncio.get_running_loop().create_task(self._read())
            self.connection.identified(principal)

    async def _authenticate(self, token: str) -> Principal:
        raise Unauthenticated("Nobody in this world shows a token.")

    def wake(self) -> None:
        """Something waits in the outbox."""
        if not self._flushing and not self.gone:
            self._flushing = True
            with self.node.process.running():
                asyncio.get_running_loop().create_task(self._flush())

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then the close frame; a peer that does not answer is cut off."""
        if self._farewell is None:
            self._farewell = code
            asyncio.get_running_loop().call_later(CLOSE_WITHIN_SECONDS, self.cable.cut)
            self.wake()

    async def _flush(self) -> None:
        outbox, down = self.connection.outbox, self.cable.down
        while len(outbox) and not self.gone:
            down.write(outbox.take(MAX_SEND_BYTES))
            await down.drained()
        self._flushing = False
        if self._farewell is not None:
            down.write(bytes((0x88, 2)) + self._farewell.to_bytes(2, "big"))

    async def _read(self) -> None:
        while isinstance(message := await self._inbox.get(), str):
            await self.connection.receive(message)
        self.cable.cut()

    def lost(self) -> None:
        """Learn that the socket is gone."""
        if not self.gone and not self.node.process.dead:
            self.gone = True
            self._inbox.put_nowait(0)
            self.node.services.connections.disconnected(self.connection)


class Node:
    """One server; make one with `await Node.start(…)`."""

    services: Services
    disk: Disk

    def __init__(self, number: int, folder: Path, process: Process) -> None:
        self.number = number
        self.process = process
        self._seats: list[Seat] = []
        config = RealtimeConfig(
            store_url=f"sqlite:///{folder / FILE}",
            queue_bytes=QUEUE_BYTES,
            requests_per_second=10**6,
            connections_per_user=1000,
        )
        self._runtime = Runtime(config, folder, _nothing_more)

    @classmethod
    async def start(cls, number: int, folder: Path, process: Process) -> Node:
        """Open the file and the services."""
        with process.running():
            node = cls(number, folder, process)
            node._runtime.start()
            node.services = await node._runtime.services()
        assert isinstance(node.services.store, Disk)
        node.disk = node.services.store
        return node

    def seat(self, principal: Principal, make_cable: Callable[..., Cable]) -> Seat:
        """Take in a connection."""
        seat = Seat(self, principal, make_cable)
        self._seats.append(seat)
        return seat

    def prune(self, room: str, keep: int, at_most: int) -> asyncio.Task[None]:
        """Begin to forget a room's oldest events, as the server does now and then."""

        async def prune() -> None:
            with contextlib.suppress(RealtimeError):
                await self.services.store.log.prune(room, 0, keep, at_most)

        with self.process.running():
            return asyncio.get_running_loop().create_task(prune())

    def left_behind(self) -> Iterator[str]:
        """Tell what is still listed though its connection is gone."""
        here = {seat.connection for seat in self._seats if not seat.gone}
        sitting = {seat for connection in here for _, seat in connection._rooms.values()}
        for room in self.services.rooms._rooms.values():
            for member in room.members - sitting:
                yield f"still listed in {room.name}: {member}"
        for connection in self.services.connections._open - here:
            yield f"still counted as connected: {connection.id}"

    async def stop(self) -> None:
        """Stop as an operator would: goodbye to everybody, then the store."""
        with self.process.running():
            await self._runtime.stop()
        self._end()

    def kill(self) -> None:
        """Die, as with `kill -9`."""
        metrics.metrics.remove(self.services)
        self.disk.kill()
        self._end()

    def _end(self) -> None:
        self.process.die()
        for seat in self._seats:
            seat.cable.cut()
