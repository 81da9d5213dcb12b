"""How often a room's states are told: at most so many a second, whoever pins them.

Theory of operation
-------------------
What a hundred people pin goes to a hundred people. Ten cursors a second from each would be a hundred
thousand frames a second, more than a server can send, and a thousand for each page, more than it can draw
beside its own work. So beyond a burst states wait in their room, the latest of each, and are told together;
how many went then says when the next may. So all of them are told more seldom, and none stays behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..core.messages import StateEntry

STATES_A_SECOND = 400
BURST = 100
# What waits is told together; sooner would be more often than anybody sees.
TELL_EVERY_SECONDS = 0.05


class Pacing:
    """Hands out the states of one room.

    Parameters
    ----------
    tell
        Hands out one state.
    """

    __slots__ = ("_at", "_credit", "_tell", "_timer", "_waiting")

    def __init__(self, tell: Callable[[StateEntry], None]) -> None:
        self._tell = tell
        self._credit = float(BURST)
        self._at = 0.0
        self._waiting: dict[tuple[str, str], StateEntry] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, entry: StateEntry) -> None:
        """Tell a changed state now, or its latest value in a moment."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._credit = min(BURST, self._credit + (now - self._at) * STATES_A_SECOND)
        self._at = now
        if self._timer is None and self._credit >= 1:
            self._credit -= 1
            self._tell(entry)
            return
        self._waiting[entry.event, entry.key] = entry
        if self._timer is None:
            owed_seconds = max(0.0, -self._credit) / STATES_A_SECOND
            self._timer = loop.call_later(owed_seconds + TELL_EVERY_SECONDS, self._flush)

    def _flush(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, {}
        self._credit -= len(waiting)
        for entry in waiting.values():
            self._tell(entry)
