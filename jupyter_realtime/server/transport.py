"""The socket writer: what is due to a socket in one turn of the loop goes out in one send.

Rules
-----
1. A socket that is idle is sent to directly; what the kernel does not take, and everything on TLS, goes
   through Tornado's stream. While the stream is busy, frames wait in the outbox, where they are bounded
   and states conflate.
2. After `SENDS_A_TURN` sends the loop has its turn: five thousand sockets must not keep a request waiting.
3. Nothing follows a Close frame, whoever sent it.
4. A connection that is to end is sent what waits, then its Close frame; where it does not read, it is cut
   off after `CLOSE_WITHIN_SECONDS`.

Theory of operation
-------------------
`write_message` frames, masks and queues each message by itself, and makes a task and a future of it: ten
times the cost of the system call. Here an event is framed once for everybody (`core.batch`), and a socket
that has something to send puts itself on a list; one callback of the loop works through the list.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError
from tornado.websocket import WebSocketProtocol

from ..service.figures import Histogram
from ..service.outbox import Outbox

SENDS_A_TURN = 256
# What is handed to the stream of a slow reader is a copy; the rest waits as references.
MAX_SEND_BYTES = 64 * 1024
CLOSE_WITHIN_SECONDS = 5.0
MAX_REASON_BYTES = 123


class Flusher:
    """Sends for all sockets of one loop, a few hundred a turn.

    How long sends had to wait is measured once a turn and not once a send: what was added between two
    turns is one wave, which has waited since the end of the first at most.

    Parameters
    ----------
    latency
        Takes how long each send had to wait.
    """

    def __init__(self, latency: Histogram) -> None:
        self._due: deque[SocketTransport] = deque()
        self._is_scheduled = False
        self._latency = latency
        self._waves: deque[tuple[int, float]] = deque()
        self._in_waves = 0
        self._wave_began = 0.0

    def add(self, transport: SocketTransport) -> None:
        """Let a socket send soon."""
        self._due.append(transport)
        if not self._is_scheduled:
            self._is_scheduled = True
            self._wave_began = time.perf_counter()
            asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        due = self._due
        if len(due) > self._in_waves:
            self._waves.append((len(due) - self._in_waves, self._wave_began))
            self._in_waves = len(due)
        sends = min(SENDS_A_TURN, len(due))
        for _ in range(sends):
            due.popleft().flush()
        self._wave_began = time.perf_counter()
        self._measure(sends, self._wave_began)
        if due:
            asyncio.get_running_loop().call_soon(self._run)
        else:
            self._is_scheduled = False

    def _measure(self, sends: int, now: float) -> None:
        self._in_waves -= sends
        while sends:
            count, began = self._waves.popleft()
            measured = min(count, sends)
            self._latency.observe(now - began, measured)
            sends -= measured
            if count > measured:
                self._waves.appendleft((count - measured, began))


class SocketTransport:
    """The port `Transport` on a WebSocket's stream.

    Parameters
    ----------
    protocol
        Tornado's side of the conversation, which knows whether it is over.
    close_socket
        Starts the closing handshake with a code and a reason.
    """

    __slots__ = (
        "_close_socket",
        "_flusher",
        "_is_due",
        "_is_plain",
        "_last_words",
        "_outbox",
        "_protocol",
        "_send_now",
        "_stream",
    )

    def __init__(
        self,
        stream: IOStream,
        protocol: WebSocketProtocol,
        flusher: Flusher,
        close_socket: Callable[[int, str], None],
    ) -> None:
        self._stream = stream
        self._protocol = protocol
        self._flusher = flusher
        self._close_socket = close_socket
        self._send_now = stream.socket.send
        self._is_plain = not isinstance(stream, SSLIOStream)
        self._outbox: Outbox | None = None
        # On the flusher's list, or waiting for the stream to be through.
        self._is_due = False
        self._last_words: tuple[int, str] | None = None

    def attach(self, outbox: Outbox) -> None:
        """Say where frames wait."""
        self._outbox = outbox
        if len(outbox):
            self.wake()

    def wake(self) -> None:
        """Something waits in the outbox."""
        if not self._is_due and self._outbox is not None:
            self._is_due = True
            self._flusher.add(self)

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then the close frame."""
        if self._last_words is None:
            self._last_words = (code, reason)
            asyncio.get_running_loop().call_later(CLOSE_WITHIN_SECONDS, self._stream.close)
            self.wake()

    def flush(self) -> None:
        """Send what is due; called by the flusher only."""
        self._is_due = False
        outbox, protocol = self._outbox, self._protocol
        if outbox is None:
            return
        if protocol.client_terminated or protocol.server_terminated:
            outbox.empty()
        data = outbox.take(MAX_SEND_BYTES)
        if data:
            if self._is_plain and not self._stream.writing():
                self._send(data)
            else:
                self._write(data)
        if not self._is_due and (outbox.waiting_bytes or self._last_words is not None):
            self._go_on(outbox)

    def _go_on(self, outbox: Outbox) -> None:
        if outbox.waiting_bytes:
            self.wake()
        elif self._last_words is not None:
            code, reason = self._last_words
            self._close_socket(code, reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore"))

    def _send(self, data: bytes) -> None:
        try:
            sent = self._send_now(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            # A stream that was closed meanwhile comes here too: its socket has no descriptor any more.
            self._stream.close(exc_info=error)
            return
        if sent < len(data):
            self._write(data[sent:])

    def _write(self, data: bytes) -> None:
        self._is_due = True
        try:
            written = asyncio.ensure_future(self._stream.write(data))
        except StreamClosedError:
            return
        written.add_done_callback(self._written)

    def _written(self, written: asyncio.Future[None]) -> None:
        if not written.cancelled() and written.exception() is None:
            self.flush()
