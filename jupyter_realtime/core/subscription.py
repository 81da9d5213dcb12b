"""One connection in one room: how replay and live events become one order without holes.

Rules
-----
1. A subscriber gets each event of a room exactly once, in the order of `seq`, without a hole.
2. While the log is read, live events wait; then those that the log already gave are dropped.
3. While there is more to replay, no live event is delivered: the client asks again.
4. A subscriber that can't keep up is told to `resync` once, gets no more events, and asks again.

Theory of operation
-------------------
::

    BUFFERING ── settled, all read ──▶ LIVE ── overflow, or a hole ──▶ LAGGING
        │  ▲                                                              │
        │  └───────────────── asks again ─────────────────────────────────┤
        └── settled, more to read ──▶ PAGING ── asks again ──▶ BUFFERING  ┘

A subscription that is replaced (the client asked again) or left is simply forgotten by its room: an
answer that arrives for it later finds that it is no longer the current one, and is dropped.
"""

from __future__ import annotations

import enum

from .batch import Batch
from .log import StoredEvent
from .messages import MAX_EVENTS_A_REPLY
from .recovery import Resumption


class Phase(enum.Enum):
    """Where a subscription stands; see the picture above."""

    BUFFERING = "buffering"
    PAGING = "paging"
    LIVE = "live"
    LAGGING = "lagging"


class Subscription:
    """The state machine of one connection in one room.

    Parameters
    ----------
    most_buffered_bytes
        Of live events that may wait for the log to be read; beyond it the client asks for another page.
    """

    __slots__ = (
        "_buffer",
        "_buffered_bytes",
        "_most_buffered_bytes",
        "_overrun",
        "phase",
        "room",
        "seq",
    )

    def __init__(self, room: str, most_buffered_bytes: int) -> None:
        self.room = room
        self._most_buffered_bytes = most_buffered_bytes
        self.phase = Phase.BUFFERING
        self.seq = 0
        self._buffer: list[StoredEvent] = []
        self._buffered_bytes = 0
        self._overrun = False

    def offer(self, batch: Batch) -> Batch | None:
        """Take committed events; what is returned is to be delivered now."""
        if self.phase is Phase.LIVE:
            if batch.before == self.seq:
                self.seq = batch.last
                return batch
            return self._rest_of(batch)
        if self.phase is Phase.BUFFERING:
            self._keep(batch)
        return None

    def _keep(self, batch: Batch) -> None:
        self._buffered_bytes += len(batch.wire)
        if self._buffered_bytes <= self._most_buffered_bytes:
            self._buffer.extend(batch.events)
        else:
            self._overrun = True

    def _rest_of(self, batch: Batch) -> Batch | None:
        if batch.last <= self.seq:
            return None
        if batch.before > self.seq:
            self.phase = Phase.LAGGING
            return None
        rest = batch.behind(self.seq)
        self.seq = batch.last
        return rest

    def settle(self, resumption: Resumption) -> tuple[list[StoredEvent], bool]:
        """Merge what was read with what came meanwhile.

        Returns
        -------
        events, more
            What the reply carries, and whether the client has to ask again.
        """
        events = list(resumption.events)
        self.seq = resumption.position.seq
        more = resumption.more or self._merge(events)
        if not resumption.recovered:
            # The client takes a snapshot as of `seq`, which has them in it.
            events.clear()
        more = more or self._overrun
        self._buffer.clear()
        self.phase = Phase.PAGING if more else Phase.LIVE
        return events, more

    def _merge(self, events: list[StoredEvent]) -> bool:
        for event in self._buffer:
            if event.seq <= self.seq:
                continue
            if event.seq != self.seq + 1 or len(events) >= MAX_EVENTS_A_REPLY:
                return True
            events.append(event)
            self.seq = event.seq
        return False

    def lag(self) -> bool:
        """Stop delivering to a client that can't keep up; False if it was told already."""
        if self.phase is Phase.BUFFERING:
            self._overrun = True
        if self.phase is not Phase.LIVE:
            return False
        self.phase = Phase.LAGGING
        return True

    def break_off(self) -> bool:
        """Have the client ask again, as the log is another one now; False if it does so anyway."""
        self._overrun = True
        return self.lag()
