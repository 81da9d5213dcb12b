"""The server in memory behind a real socket, and a wire that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import msgspec
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

from jupyter_realtime.client.address import Server
from jupyter_realtime.core.messages import SUBPROTOCOL

from .fakes import FakeServer, Peer

TOKEN = "the-token"


class LiveServer:
    """A `FakeServer` with REST answers that a test sets, by method and path."""

    def __init__(self) -> None:
        self.fake = FakeServer()
        self.answers: dict[str, Any] = {"GET me": {"user": {"name": "ana"}, "kind": "program"}}
        self.requests: list[RequestHandler] = []
        self.handshakes: list[Any] = []
        self.refuse_handshakes_with: int | None = None
        self.subprotocol: str | None = SUBPROTOCOL
        self.sockets: set[Socket] = set()
        self.url = ""

    @property
    def server(self) -> Server:
        return Server.at(self.url, TOKEN, None, "in a test")

    def push_out(self) -> None:
        for socket in list(self.sockets):
            socket.push_out()

    def append(self, room: str, event: str, data: Any = None) -> None:
        self.fake.append(room, event, data)
        self.push_out()

    async def listening(self, room: str) -> None:
        """Wait until somebody has entered a room."""
        await until(lambda: any(room in peer.rooms for peer in self.fake.peers))


class Socket(WebSocketHandler):
    """One real socket of a `FakeServer`."""

    peer: Peer

    def initialize(self, live: LiveServer) -> None:
        self.live = live

    async def get(self, *args: Any, **kwargs: Any) -> None:
        self.live.handshakes.append(self.request)
        status = self.live.refuse_handshakes_with
        if status is None:
            await super().get(*args, **kwargs)
        else:
            self.set_status(status)
            if 300 <= status < 400:
                self.set_header("Location", "/elsewhere/ws")

    def select_subprotocol(self, offered: list[str]) -> str | None:
        return self.live.subprotocol

    def open(self, *args: str, **kwargs: str) -> None:
        self.peer = self.live.fake.connect()
        self.live.sockets.add(self)
        self.push_out()

    def push_out(self) -> None:
        while self.peer.sent:
            self.write_message(self.peer.sent.pop(0))

    def on_message(self, message: str | bytes) -> None:
        assert isinstance(message, str)
        self.peer.receive(message)
        self.live.push_out()

    def on_close(self) -> None:
        if hasattr(self, "peer"):
            self.peer.leave()
            self.live.sockets.discard(self)


class Api(RequestHandler):
    """Answers what the test has set; a tuple is a status and a body, bytes are sent as they are."""

    def initialize(self, live: LiveServer) -> None:
        self.live = live

    def _reply(self, path: str) -> None:
        self.live.requests.append(self)
        answer = self.live.answers.get(f"{self.request.method} {path}", (404, b"Not ours"))
        if callable(answer):
            answer = answer(self)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        self.set_status(status)
        self.finish(body if isinstance(body, bytes) else msgspec.json.encode(body))

    get = post = put = patch = delete = _reply


@contextlib.asynccontextmanager
async def live_server() -> AsyncIterator[LiveServer]:
    live = LiveServer()
    routes = [
        (r"/realtime/ws", Socket, {"live": live}),
        (r"/realtime/api/v1/(.*)", Api, {"live": live}),
    ]
    server = HTTPServer(Application(routes))
    (listener,) = bind_sockets(0, "127.0.0.1")
    server.add_socket(listener)
    live.url = f"http://127.0.0.1:{listener.getsockname()[1]}/realtime/"
    try:
        yield live
    finally:
        server.stop()
        for socket in list(live.sockets):
            socket.close()
        await server.close_all_connections()
        await until(lambda: not live.sockets)


UPGRADE = re.compile(
    rb"(?im)^(?:upgrade|connection):[^\r\n]*upgrade[^\r\n]*\r\n|^upgrade:[^\r\n]*\r\n"
)


class Wire:
    """A TCP proxy that a test can cut, or make to carry only so many bytes more.

    Attributes
    ----------
    strips_upgrades
        Whether it forgets, as some companies' proxies do, that a client wanted a WebSocket.
    swallows_upgrades
        Whether such a request gets no answer at all.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._pairs: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.budget: int | None = None
        self.connections = 0
        self.strips_upgrades = False
        self.swallows_upgrades = False
        self.port = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        pumps = [self._pump(reader, back, limited=False), self._pump(there, writer, limited=True)]
        self._pairs |= {writer, back}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(*pumps)
        for end in (writer, back):
            end.close()
        self._pairs -= {writer, back}

    async def _pump(
        self, source: asyncio.StreamReader, drain: asyncio.StreamWriter, *, limited: bool
    ) -> None:
        while data := await source.read(65536):
            if not limited and UPGRADE.search(data):
                if self.swallows_upgrades:
                    continue
                if self.strips_upgrades:
                    data = UPGRADE.sub(b"", data)
            if limited and self.budget is not None:
                data = data[: self.budget]
                self.budget -= len(data)
            drain.write(data)
            await drain.drain()
            if limited and self.budget == 0:
                self.budget = None
                self.cut()
                return
        drain.close()

    def cut(self) -> None:
        for end in list(self._pairs):
            end.transport.abort()


@contextlib.asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[Wire]:
    wire = Wire(port)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        wire.cut()
        await until(lambda: not wire._pairs)


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It did not become true in time.")


async def gives_up(waiting: Awaitable[object]) -> BaseException:
    """Return what an awaitable raises."""
    try:
        await waiting
    except Exception as error:
        return error
    raise AssertionError("Nothing was raised.")


class Served:
    """A `LiveServer` on a thread of its own, for tests that block."""

    def __init__(self, live: LiveServer, loop: asyncio.AbstractEventLoop) -> None:
        self.live = live
        self._loop = loop

    def do(self, function: Callable[[], Any]) -> Any:
        """Do something on the server's thread."""

        async def work() -> Any:
            made = function()
            return await made if asyncio.iscoroutine(made) else made

        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(20)


@contextlib.contextmanager
def served() -> Iterator[Served]:
    """Run a server beside a test that blocks."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def on_loop(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    context = live_server()
    try:
        yield Served(on_loop(context.__aenter__()), loop)
        on_loop(context.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
