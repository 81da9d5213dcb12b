"""What waits to be sent to one connection, bounded in bytes.

Rules
-----
1. Frames leave in the order in which they came in; a state that is replaced while it waits keeps its
   place and sends only its latest value.
2. Events are refused when the box is full (the log has them: the client is told to `resync`). Replies
   and states are taken beyond the limit up to twice of it; then the connection is too slow to keep.

What waits is framed for the wire already (`core.framing`). The bytes of an event are the same object in
every box that they wait in, so five hundred stalled readers cost little more than one.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

StateKey = tuple[str, str, str]


class Outbox:
    """Frames on their way to one socket.

    Parameters
    ----------
    limit_bytes
        How much may wait before events are refused.
    wake
        Called when something waits after nothing did.
    """

    __slots__ = ("_alone", "_frames", "_taken", "_wake", "limit_bytes", "waiting_bytes")

    # Keys of frames that nothing replaces: only their order counts, so all boxes share the counter.
    _ordinals = itertools.count()

    def __init__(self, limit_bytes: int, wake: Callable[[], None]) -> None:
        self.limit_bytes = limit_bytes
        self._wake = wake
        # Events that wait while nothing else does: the usual case, in which no dictionary is touched.
        self._alone = b""
        self._frames: dict[StateKey | int, bytes] = {}
        self.waiting_bytes = 0
        self._taken: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._frames) + bool(self._alone)

    def __contains__(self, key: StateKey) -> bool:
        return key in self._frames

    def offer(self, wire: bytes) -> bool:
        """Take events if there is room for them."""
        waiting = self.waiting_bytes + len(wire)
        if waiting > self.limit_bytes:
            return False
        if self.waiting_bytes:
            self._put(next(self._ordinals), wire)
            return True
        self._alone = wire
        self.waiting_bytes = waiting
        self._wake()
        return True

    def push(self, wire: bytes) -> bool:
        """Take a reply; False means that the client is too slow to keep."""
        self._put(next(self._ordinals), wire)
        return self.waiting_bytes <= 2 * self.limit_bytes

    def pin(self, key: StateKey, wire: bytes) -> bool:
        """Take the latest value of a state, in place of one that still waits."""
        self._put(key, wire)
        return self.waiting_bytes <= 2 * self.limit_bytes

    def drop_states(self, room: str) -> None:
        """Throw away the states of a room that wait: its whole board is about to be put in.

        If they stayed, a later change would take the place of one of them, before the board, and the
        board would bring the older value back.
        """
        for key in [key for key in self._frames if isinstance(key, tuple) and key[0] == room]:
            self.waiting_bytes -= len(self._frames.pop(key))

    def _put(self, key: StateKey | int, wire: bytes) -> None:
        first = not self.waiting_bytes
        if self._alone:
            self._frames[next(self._ordinals)] = self._alone
            self._alone = b""
        self.waiting_bytes += len(wire) - len(self._frames.get(key, b""))
        self._frames[key] = wire
        if first:
            self._wake()

    async def has_room(self) -> None:
        """Wait until less than half of the limit waits."""
        while self.waiting_bytes > self.limit_bytes // 2:
            if self._taken is None:
                self._taken = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._taken)

    def _tell_taken(self) -> None:
        if self._taken is not None:
            self._taken.set_result(None)
            self._taken = None

    def take(self, most_bytes: int) -> bytes:
        """Take out what came first: all of it, or as much as `most_bytes`, and at least one frame."""
        wire = self._alone
        if wire:
            self._alone = b""
        elif self.waiting_bytes > most_bytes:
            return self._take_some(most_bytes)
        else:
            wire = b"".join(self._frames.values())
            self._frames.clear()
        self.waiting_bytes = 0
        if self._taken is not None:
            self._tell_taken()
        return wire

    def _take_some(self, most_bytes: int) -> bytes:
        taken: list[StateKey | int] = []
        size = 0
        for key, frame in self._frames.items():
            size += len(frame)
            if size > most_bytes and taken:
                break
            taken.append(key)
        wire = b"".join([self._frames.pop(key) for key in taken])
        self.waiting_bytes -= len(wire)
        self._tell_taken()
        return wire

    def empty(self) -> None:
        """Let nothing wait any more."""
        self._alone = b""
        self._frames.clear()
        self.waiting_bytes = 0
        self._tell_taken()
