"""What waits to be sent to one connection, bounded in bytes.

Rules
-----
1. Frames leave in the order in which they came in; a state that is replaced while it waits keeps its
   place and sends only its latest value.
2. Events are refused when the box is full (the log has them: the client is told to `resync`). Replies
   and states are taken beyond the limit up to twice of it; then the connection is too slow to keep.
"""

from __future__ import annotations

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

    def __init__(self, limit_bytes: int, wake: Callable[[], None]) -> None:
        self.limit_bytes = limit_bytes
        self._wake = wake
        self._frames: dict[object, bytes] = {}
        self.waiting_bytes = 0

    def __len__(self) -> int:
        return len(self._frames)

    def offer(self, frame: bytes) -> bool:
        """Take an event if there is room for it."""
        if self.waiting_bytes + len(frame) > self.limit_bytes:
            return False
        self._put(object(), frame)
        return True

    def push(self, frame: bytes) -> bool:
        """Take a reply; False means that the client is too slow to keep."""
        self._put(object(), frame)
        return self.waiting_bytes <= 2 * self.limit_bytes

    def pin(self, key: StateKey, frame: bytes) -> bool:
        """Take the latest value of a state, in place of one that still waits."""
        self._put(key, frame)
        return self.waiting_bytes <= 2 * self.limit_bytes

    def _put(self, key: object, frame: bytes) -> None:
        first = not self._frames
        self.waiting_bytes += len(frame) - len(self._frames.get(key, b""))
        self._frames[key] = frame
        if first:
            self._wake()

    def take(self) -> list[bytes]:
        """Empty the box."""
        frames = list(self._frames.values())
        self._frames.clear()
        self.waiting_bytes = 0
        return frames
