"""The socket reader: whatever way the bytes are cut, the messages are those that were sent."""

from __future__ import annotations

import asyncio
import os
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.util import _websocket_mask as mask
from tornado.web import Application
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from jupyter_realtime.server.receiving import ReadingProtocol
from tests.builders import eventually

MOST_BYTES = 200_000
CONTINUATION, TEXT, PING = 0, 1, 9
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def frame(
    payload: bytes, opcode: int = TEXT, *, is_last: bool = True, masked: bool = True
) -> bytes:
    first, size = opcode | (0x80 if is_last else 0), len(payload)
    masked_bit = 0x80 if masked else 0
    if size < 126:
        header = struct.pack("!BB", first, masked_bit | size)
    elif size < 1 << 16:
        header = struct.pack("!BBH", first, masked_bit | 126, size)
    else:
        header = struct.pack("!BBQ", first, masked_bit | 127, size)
    key = os.urandom(4)
    return header + (key + mask(key, payload) if masked else payload)


class Heard:
    """What a server heard on its only socket."""

    def __init__(self) -> None:
        self.messages: list[str | bytes] = []
        self.reads = 0
        self.is_over = False

    def handler(heard) -> type[WebSocketHandler]:  # `self` is the handler's
        class Counting(ReadingProtocol):
            async def _read_more(self) -> None:
                heard.reads += 1
                await super()._read_more()

        class Handler(WebSocketHandler):
            max_message_size = MOST_BYTES

            def get_websocket_protocol(self) -> WebSocketProtocol13:
                theirs = super().get_websocket_protocol()
                assert isinstance(theirs, WebSocketProtocol13)
                return Counting(self, False, theirs.params)

            def on_message(self, message: str | bytes) -> None:
                heard.messages.append(message)

            def on_close(self) -> None:
                heard.is_over = True

        return Handler

    async def has(self, count: int) -> None:
        async def is_there() -> bool:
            return len(self.messages) >= count

        await eventually(is_there)


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Heard, asyncio.StreamReader, asyncio.StreamWriter]]:
    heard = Heard()
    server = HTTPServer(Application([("/", heard.handler())]))
    listening, port = bind_unused_port()
    server.add_socket(listening)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        yield heard, reader, writer
    finally:
        writer.close()
        server.stop()
        await server.close_all_connections()


async def test_W5_frames_that_came_together_are_read_together() -> None:
    async with opened() as (heard, _, writer):
        sent = [f"message {n}" for n in range(100)]
        writer.write(b"".join(frame(message.encode()) for message in sent))
        await heard.has(len(sent))
        assert heard.messages == sent
        # Of about two kilobytes; the last read is the one that waits for more.
        assert heard.reads <= 4, "Tornado no longer asks for what is replaced here"


@pytest.mark.parametrize("seed", range(12))
async def test_W5_the_cuts_between_reads_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    sent: list[str | bytes] = []
    wire = bytearray()
    for _ in range(60):
        text = "ä" * chance.choice([0, 1, 60, 63, 70, 400, 33_000])
        sent.append(text)
        if chance.random() < 0.3:
            payload = text.encode()
            cut = chance.randrange(len(payload) + 1)
            wire += frame(payload[:cut], TEXT, is_last=False)
            wire += frame(b"still there?", PING) if chance.random() < 0.5 else b""
            wire += frame(payload[cut:], CONTINUATION)
        else:
            wire += frame(text.encode())
    async with opened() as (heard, _, writer):
        while wire:
            size = chance.choice([1, 2, 3, 5, 7, 130, 70_000])
            writer.write(bytes(wire[:size]))
            del wire[:size]
            await writer.drain()
            if chance.random() < 0.5:
                await asyncio.sleep(0)
        await heard.has(len(sent))
        assert heard.messages == sent


async def test_W5_a_message_that_is_too_long_ends_the_connection() -> None:
    async with opened() as (heard, reader, writer):
        # Its header is enough.
        writer.write(frame(b"first") + frame(b"x" * (MOST_BYTES + 1))[:14])
        answer = await asyncio.wait_for(reader.read(), 10)
        assert struct.unpack("!H", answer[2:4]) == (1009,)
        assert heard.messages == ["first"]


@pytest.mark.parametrize("together", [True, False])
async def test_S9_a_frame_without_a_mask_ends_the_connection(together: bool) -> None:
    async with opened() as (heard, reader, writer):
        writer.write(frame(b"first"))
        if not together:
            await heard.has(1)
        writer.write(frame(b"bare", masked=False) + frame(b"later"))
        assert await asyncio.wait_for(reader.read(), 10) == b""
        assert heard.messages == ["first"]


async def test_W5_nothing_is_heard_after_a_frame_that_is_no_text() -> None:
    async with opened() as (heard, reader, writer):
        writer.write(frame(b"first") + frame(b"\xff\xfe") + frame(b"later"))
        await asyncio.wait_for(reader.read(), 10)
        assert heard.messages == ["first"]
        assert heard.is_over
