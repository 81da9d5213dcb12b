"""The socket reader: all frames that came in one read are taken out of it, without a wait for each.

Theory of operation
-------------------
Tornado reads a frame in four steps (two bytes, the length, the mask, the payload), each of them a
coroutine and a request to the stream: 40 µs a message, half of what a publish costs. Here the stream is
asked for whatever has come. A text frame that lies in it as a whole, and is not part of a longer message,
is cut out right away; everything else – fragments, control frames, compression, what RFC 6455 forbids –
is left to Tornado, whose reads are served from the same bytes.

Two methods of Tornado are replaced that have no public name. Should a later version not call them, its
own way of reading goes on to work, only slower; `tests/server/test_receiving.py` would tell.
"""

from __future__ import annotations

from typing import Any

from tornado.util import _websocket_mask as unmask
from tornado.websocket import WebSocketProtocol13

MAX_READ_BYTES = 64 * 1024
# Then the loop that reads has its own look at whose turn it is.
MAX_FRAMES_A_TURN = 32

_HEADER_BYTES = 2
_FIN_TEXT = 0x81
_MASKED = 0x80
_TWO_BYTES_FOLLOW, _EIGHT_BYTES_FOLLOW = 126, 127
_MASK_BYTES = 4
_TEXT = 1


class ReadingProtocol(WebSocketProtocol13):
    """Tornado's side of a WebSocket, reading in large pieces."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread = bytearray()

    async def _receive_frame(self) -> None:
        while len(self._unread) < _HEADER_BYTES:
            await self._read_more()
        if not self._unread[1] & _MASKED:
            # RFC 6455, 5.1: a server must not go on, since something between may have been deceived.
            self._abort()
        elif not await self._take_whole_messages():
            await super()._receive_frame()

    async def _read_bytes(self, n: int) -> bytes:
        while len(self._unread) < n:
            await self._read_more()
        data = bytes(self._unread[:n])
        del self._unread[:n]
        self._wire_bytes_in += n
        return data

    async def _read_more(self) -> None:
        self._unread += await self.stream.read_bytes(MAX_READ_BYTES, partial=True)

    async def _take_whole_messages(self) -> bool:
        """Handle what lies there as a whole; False if there was nothing of the kind."""
        if self._fragmented_message_buffer is not None or self._decompressor is not None:
            return False
        for taken in range(MAX_FRAMES_A_TURN):
            message = self._cut_out()
            if message is None:
                return taken > 0
            waiting = self._handle_message(_TEXT, message)
            if waiting is not None:
                await waiting
            if self.client_terminated:
                break
        return True

    def _cut_out(self) -> bytes | None:
        unread = self._unread
        if len(unread) < _HEADER_BYTES or unread[0] != _FIN_TEXT or not unread[1] & _MASKED:
            return None
        size, begin = unread[1] ^ _MASKED, 2 + _MASK_BYTES
        if size == _TWO_BYTES_FOLLOW:
            size, begin = int.from_bytes(unread[2:4], "big"), begin + 2
        elif size == _EIGHT_BYTES_FOLLOW:
            return None
        end = begin + size
        if len(unread) < end or size > self.params.max_message_size:
            return None
        message = unmask(bytes(unread[begin - _MASK_BYTES : begin]), bytes(unread[begin:end]))
        del unread[:end]
        self._wire_bytes_in += end
        return message
