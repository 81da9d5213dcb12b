"""A WebSocket client without manners: it sends bytes, and counts what comes back."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

from tests.jupyter import TOKEN

TIMEOUT_SECONDS = 60.0


class Socket:
    """One connection, after a proper handshake."""

    def __init__(self, port: int, *, token: str | None = TOKEN) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self._buffer = b""
        credentials = f"Authorization: token {token}\r\n" if token else ""
        self.send(
            (
                "GET /realtime/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                f"Sec-WebSocket-Protocol: v1.jupyter-realtime\r\n{credentials}\r\n"
            ).encode()
        )
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        assert b" 101 " in head, head

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(data)

    def send_beside(self, parts: Sequence[bytes]) -> threading.Thread:
        """Send on another thread: who only writes, and does not read, stands in its own way."""

        def run() -> None:
            with contextlib.suppress(OSError):
                self.send(b"".join(parts))

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _fill(self) -> None:
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError("closed")
        self._buffer += data

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._fill()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def read(self) -> tuple[int, bytes]:
        """Read one frame: its opcode and its payload."""
        first, second = self._take(2)
        assert not second & 0x80, "a server's frames are not masked"
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        return first & 0x0F, self._take(size)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Read messages until the end."""
        while True:
            opcode, payload = self.read()
            if opcode == 8:
                return
            if opcode == 1:
                yield json.loads(payload)

    def until_closed(self) -> int:
        """Read to the end; the close code, or 1006 where none was said."""
        try:
            while True:
                opcode, payload = self.read()
                if opcode == 8:
                    return int.from_bytes(payload[:2], "big") if payload else 1005
        except OSError:
            return 1006

    def __enter__(self) -> Socket:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
