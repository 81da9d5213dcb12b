"""The socket writer against real sockets: slow ones, encrypted ones, closing ones."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import trustme
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from jupyter_realtime.core.framing import text_frame
from jupyter_realtime.server import transport
from jupyter_realtime.server.transport import Flusher, SocketTransport
from jupyter_realtime.service.figures import Histogram
from jupyter_realtime.service.outbox import Outbox
from tests.builders import eventually

QUEUE_BYTES = 4 * 1024 * 1024


@dataclass
class Opened:
    """The server's end of one socket."""

    handler: WebSocketHandler
    transport: SocketTransport
    outbox: Outbox


class World:
    """A server whose every socket has a transport."""

    def __init__(self) -> None:
        self.flusher = Flusher(Histogram())
        self.opened: list[Opened] = []

    def handler(world) -> type[WebSocketHandler]:  # `self` is the handler's
        """Make the handler class."""

        class Handler(WebSocketHandler):
            def open(self, *_args: str, **_kwargs: str) -> None:
                protocol = self.ws_connection
                assert protocol is not None and protocol.stream is not None
                transport = SocketTransport(protocol.stream, protocol, world.flusher, self.close)
                outbox = Outbox(QUEUE_BYTES, transport.wake)
                transport.attach(outbox)
                world.opened.append(Opened(self, transport, outbox))

            def on_message(self, message: str | bytes) -> None:
                """Hear nothing."""

        return Handler


@asynccontextmanager
async def serve(context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[World, int]]:
    world = World()
    server = HTTPServer(Application([("/", world.handler())]), ssl_options=context)
    listening, port = bind_unused_port()
    server.add_socket(listening)
    try:
        yield world, port
    finally:
        server.stop()
        await server.close_all_connections()


async def one(world: World) -> Opened:
    async def is_open() -> bool:
        return bool(world.opened)

    await eventually(is_open)
    return world.opened[-1]


def numbered(count: int, pad: int) -> list[bytes]:
    return [text_frame(json.dumps([n, "x" * pad]).encode()) for n in range(count)]


async def numbers(client: ClientConnection, count: int) -> list[int]:
    return [json.loads(await asyncio.wait_for(client.recv(), 20))[0] for _ in range(count)]


async def test_W1_what_waits_goes_out_in_order() -> None:
    async with serve() as (world, port), connect(f"ws://127.0.0.1:{port}/") as client:
        opened = await one(world)
        for frame in numbered(50, 10):
            assert opened.outbox.offer(frame)
        assert await numbers(client, 50) == list(range(50))


async def test_W1_partial_writes_lose_and_repeat_nothing() -> None:
    with socket.socket() as small:
        async with serve() as (world, port):
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            small.connect(("127.0.0.1", port))
            async with connect(
                f"ws://127.0.0.1:{port}/", sock=small, max_queue=1, compression=None
            ) as client:
                opened = await one(world)
                stream = opened.handler.ws_connection.stream  # type: ignore[union-attr]
                assert stream is not None
                stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
                frames = numbered(400, 7_000)
                for frame in frames:
                    assert opened.outbox.offer(frame)

                async def is_stuck() -> bool:
                    return stream.writing() and len(opened.outbox) > 0

                await eventually(is_stuck)
                assert await numbers(client, 400) == list(range(400))


async def test_W1_a_state_that_waits_for_a_slow_reader_is_replaced() -> None:
    async with serve() as (world, port), connect(f"ws://127.0.0.1:{port}/") as client:
        opened = await one(world)
        opened.outbox.pin(("r", "e", "k"), text_frame(b"[1]"))
        opened.outbox.offer(text_frame(b"[2]"))
        opened.outbox.pin(("r", "e", "k"), text_frame(b"[3]"))
        assert await numbers(client, 2) == [3, 2]


async def test_W1_over_tls_it_is_the_same() -> None:
    authority = trustme.CA()
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with (
        serve(serving) as (world, port),
        connect(f"wss://localhost:{port}/", ssl=trusting) as client,
    ):
        opened = await one(world)
        for frame in numbered(300, 9_000):
            assert opened.outbox.offer(frame)
        assert await numbers(client, 300) == list(range(300))


async def test_W3_nothing_follows_a_close_frame() -> None:
    async with serve() as (world, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        opened = await one(world)
        close_1000 = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
        writer.write(close_1000)

        async def has_heard() -> bool:
            protocol = opened.handler.ws_connection
            return protocol is None or protocol.client_terminated

        await eventually(has_heard)
        opened.outbox.offer(text_frame(b'"too late"'))
        assert await asyncio.wait_for(reader.read(), 10) == b"\x88\x02\x03\xe8"
        writer.close()


async def test_W4_last_words_come_before_the_close_frame() -> None:
    async with serve() as (world, port), connect(f"ws://127.0.0.1:{port}/") as client:
        opened = await one(world)
        opened.outbox.push(text_frame(b"[7]"))
        opened.transport.close(4001, "The server is stopping. " + "é" * 100)
        assert await numbers(client, 1) == [7]
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 4001


async def test_W4_who_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_realtime.server.transport.CLOSE_WITHIN_SECONDS", 0.1)
    async with serve() as (world, port):
        with socket.create_connection(("127.0.0.1", port)) as deaf:
            deaf.sendall(
                b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade"
                b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
                b"\r\n\r\n"
            )
            opened = await one(world)
            for frame in numbered(500, 8_000):
                opened.outbox.push(frame)
            stream = opened.handler.ws_connection.stream  # type: ignore[union-attr]
            assert stream is not None
            opened.transport.close(4002, "Too slow.")

            async def is_closed() -> bool:
                return stream.closed()

            await eventually(is_closed)


class Noting(SocketTransport):
    """A socket that only notes when it may send."""

    def __init__(self, note: Callable[[], None]) -> None:
        self.note = note

    def flush(self) -> None:
        self.note()


async def test_W2_the_loop_has_its_turn_between_sends() -> None:
    order: list[str] = []
    flusher = Flusher(Histogram())
    for _ in range(600):
        flusher.add(Noting(lambda: order.append("send")))
    asyncio.get_running_loop().call_soon(order.append, "request")
    for _ in range(4):
        await asyncio.sleep(0)
    assert order.count("send") == 600
    assert order.index("request") == 256


async def test_O1_each_send_is_measured_from_its_own_wave(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(transport, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    latency = Histogram()
    flusher = Flusher(latency)

    def take(seconds: float) -> Callable[[], None]:
        def send() -> None:
            now[0] += seconds

        return send

    slow, quick = Noting(take(0.001)), Noting(take(0.0))
    for _ in range(300):
        flusher.add(slow)
    await asyncio.sleep(0)
    # The first turn took 256 ms; who is added now has waited for nothing yet.
    flusher.add(quick)
    await asyncio.sleep(0)
    assert sum(latency.counts) == 301
    assert latency.sum_seconds == pytest.approx(256 * 0.256 + 44 * 0.3 + 0.044)
    now[0] += 60
    flusher.add(quick)
    await asyncio.sleep(0)
    assert sum(latency.counts) == 302, "and an idle minute is nobody's latency"
    assert latency.sum_seconds == pytest.approx(256 * 0.256 + 44 * 0.3 + 0.044)
