"""A connection between a client and a server in memory, carrying real RFC 6455 bytes.

Each direction is a `Line`: bytes that were written arrive later, in order; the reader may stall; and the
line can be cut at a chosen class of byte boundaries. Each end learns of the cut by itself, maybe long
after the other, as with a laptop that falls asleep. Both ends are read with the strict parser of the
`websockets` package, so a torn frame is never taken for a whole one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from websockets.frames import Frame, Opcode
from websockets.protocol import CLIENT, SERVER, Protocol, Side

from .cuts import Cut, place

LATENCY_SECONDS = 0.002
# What the kernels on both sides hold before a writer has to wait.
WINDOW_BYTES = 4 * 1024
# How much later than the other one an end may hear of a cut.
NOTICE_SECONDS = (0.0, 0.0, 0.05, 3.0)


class Line:
    """One direction.

    Parameters
    ----------
    hear
        Takes each whole text message that arrives; the close code when a close frame does.
    """

    def __init__(self, side: Side, chance: Random, hear: Callable[[str | int], None]) -> None:
        self._parser = Protocol(side, max_size=None)
        self._chance = chance
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        self._flying = bytearray()
        self._arriving = False
        self._room = asyncio.Event()
        self._cut: Cut | None = None
        self._torn: Callable[[], None] | None = None
        self.stalled = False
        self.dead = False

    def arm(self, cut: Cut | None, torn: Callable[[], None] | None) -> None:
        """Break at the next place of this class, and say so when what came before it has arrived."""
        self._cut, self._torn = cut, torn

    def write(self, piece: bytes) -> None:
        """Send whole frames."""
        if self.dead:
            return
        at = None if self._cut is None else place(self._cut, piece, self._chance)
        self._flying += piece if at is None else piece[:at]
        self._fly()
        if at is not None:
            self.dead = True
            if not at:
                self._tear()

    async def drained(self) -> None:
        """Wait until the kernels would take more."""
        while len(self._flying) > WINDOW_BYTES and not self.dead:
            self._room.clear()
            await self._room.wait()

    def go_on(self) -> None:
        """Let the reader read again."""
        self.stalled = False
        self._fly()

    def end(self) -> None:
        """Nothing arrives any more."""
        self.dead = True
        self._flying.clear()
        self._room.set()

    def _fly(self) -> None:
        if self._flying and not self._arriving and not self.stalled:
            self._arriving = True
            self._loop.call_later(self._chance.random() * LATENCY_SECONDS, self._arrive)

    def _arrive(self) -> None:
        self._arriving = False
        if self.stalled or not self._flying:
            return
        self._read()
        if self.dead:
            # What was sent before the break has arrived.
            self._tear()

    def _tear(self) -> None:
        if self._torn is not None:
            torn, self._torn = self._torn, None
            torn()

    def _read(self) -> None:
        piece = bytes(self._flying)
        self._flying.clear()
        self._room.set()
        self._parser.receive_data(piece)
        for frame in self._parser.events_received():
            assert isinstance(frame, Frame), "no handshake in here"
            if frame.opcode is Opcode.TEXT:
                self._hear(bytes(frame.data).decode())
            elif frame.opcode is Opcode.CLOSE:
                self._hear(int.from_bytes(frame.data[:2], "big"))
        if self._parser.parser_exc is not None:
            raise AssertionError(f"No WebSocket frames: {self._parser.parser_exc}")


class Cable:
    """Both directions, until it is cut.

    Parameters
    ----------
    to_server, to_client
        Take what arrives at that end.
    server_lost, client_lost
        Tell that end, once, that the connection is gone; the client with a close code, if one came.
    """

    def __init__(
        self,
        chance: Random,
        *,
        to_server: Callable[[str | int], None],
        to_client: Callable[[str | int], None],
        server_lost: Callable[[], None],
        client_lost: Callable[[], None],
    ) -> None:
        self.chance = chance
        self._loop = asyncio.get_running_loop()
        self._framer = Protocol(CLIENT, max_size=None)
        self._ends = [client_lost, server_lost]
        self.up = Line(SERVER, chance, to_server)
        self.down = Line(CLIENT, chance, to_client)

    def send_up(self, message: str) -> None:
        """Send a client's message: framed and masked."""
        self._framer.send_text(message.encode())
        self.up.write(b"".join(self._framer.data_to_send()))

    def calm(self) -> None:
        """No more trouble."""
        for line in (self.up, self.down):
            line.arm(None, None)
            line.go_on()

    def cut(self) -> None:
        """Break both directions; each end hears of it in its own time."""
        if not self._ends:
            return
        self.up.end()
        self.down.end()
        ends, self._ends = self._ends, []
        for end in ends:
            self._loop.call_later(self.chance.choice(NOTICE_SECONDS), end)
