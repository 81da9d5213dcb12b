"""The socket writer: all that is due to a socket in one turn of the loop goes out in one send.

Tornado's `write_message` builds, masks and writes each frame by itself. Ours are text frames of a server
(RFC 6455 §5.2: FIN, opcode 1, no mask), so a turn's frames are joined and handed to the stream once.
While the stream is still busy with the last turn, frames wait in the outbox, where they are bounded and
states conflate.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Callable, Sequence

from tornado.iostream import IOStream, StreamClosedError

from ..service.outbox import Outbox

_TEXT = 0x81
_CLOSE = 0x88
MAX_REASON_BYTES = 123


def text_frame(payload: bytes) -> bytes:
    """Wrap one message (RFC 6455 §5.2)."""
    return _header(_TEXT, len(payload)) + payload


def _header(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 65536:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)


class SocketTransport:
    """The port `Transport` on a WebSocket's stream.

    Parameters
    ----------
    close_socket
        Starts the closing handshake with a code and a reason.
    """

    def __init__(self, stream: IOStream, close_socket: Callable[[int, str], None]) -> None:
        self._stream = stream
        self._close_socket = close_socket
        self._outbox: Outbox | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._last_words: tuple[int, str] | None = None

    def attach(self, outbox: Outbox) -> None:
        """Say where frames wait."""
        self._outbox = outbox
        if len(outbox):
            self.wake()

    def wake(self) -> None:
        """Something waits in the outbox."""
        if self._flushing is None and self._outbox is not None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush(self._outbox))

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then the close frame."""
        if self._last_words is None:
            self._last_words = (code, reason)
            self.wake()

    async def _flush(self, outbox: Outbox) -> None:
        try:
            while len(outbox) and not self._stream.closed():
                await self._send(outbox.take())
        finally:
            self._flushing = None
        if self._last_words is not None:
            code, reason = self._last_words
            short = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
            self._close_socket(code, short)

    async def _send(self, frames: Sequence[bytes]) -> None:
        with contextlib.suppress(StreamClosedError):
            await self._stream.write(b"".join(map(text_frame, frames)))
