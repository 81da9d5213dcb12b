"""Text frames as a server sends them over a WebSocket (RFC 6455 §5.2): FIN, opcode 1, no mask.

A frame is the same for everybody who receives it, so it is made here, once, and not by each socket.
"""

from __future__ import annotations

import struct

_FIN_TEXT = 0x81
_TWO_BYTES_FOLLOW, _EIGHT_BYTES_FOLLOW = 126, 127


def text_frame(payload: bytes) -> bytes:
    """Wrap one message."""
    return _header(len(payload)) + payload


def _header(size: int) -> bytes:
    if size < _TWO_BYTES_FOLLOW:
        return bytes((_FIN_TEXT, size))
    if size < 1 << 16:
        return struct.pack("!BBH", _FIN_TEXT, _TWO_BYTES_FOLLOW, size)
    return struct.pack("!BBQ", _FIN_TEXT, _EIGHT_BYTES_FOLLOW, size)
