"""One connection's seat in one room: where the room's events meet the connection's outbox."""

from __future__ import annotations

from collections.abc import Callable

from ..core.batch import Batch
from ..core.codec import encode
from ..core.framing import text_frame
from ..core.messages import Resync, ResyncReason, StateEntry
from ..core.subscription import Phase, Subscription
from .figures import Figures
from .outbox import Outbox


class Seat:
    """A `Member` of a room, for one connection.

    Parameters
    ----------
    subscription
        How far this subscriber is; asking again makes a new one.
    too_slow
        Called when the outbox is beyond what a living client leaves unread.
    """

    __slots__ = ("_figures", "_outbox", "_too_slow", "subscription")

    def __init__(
        self,
        subscription: Subscription,
        outbox: Outbox,
        figures: Figures,
        too_slow: Callable[[], None],
    ) -> None:
        self.subscription = subscription
        self._outbox = outbox
        self._figures = figures
        self._too_slow = too_slow

    def offer_events(self, batch: Batch) -> None:
        """Take committed events: deliver them, or fall back to the log."""
        subscription = self.subscription
        was_live = subscription.phase is Phase.LIVE
        due = subscription.offer(batch)
        if due is not None:
            if self._outbox.offer(due.wire):
                self._figures.deliveries += len(due.events)
                return
            subscription.lag()
        if subscription.phase is Phase.LAGGING:
            self._figures.drops["event"] += len(batch.events)
            if was_live:
                self._resync("overflow")

    def break_off(self, reason: ResyncReason) -> None:
        """Have the client ask again: what follows does not join on to what came."""
        if self.subscription.break_off():
            self._resync(reason)

    def _resync(self, reason: ResyncReason) -> None:
        self._figures.resyncs[reason] += 1
        notice = Resync(room=self.subscription.room, reason=reason)
        if not self._outbox.push(text_frame(encode(notice))):
            self._too_slow()

    def offer_state(self, entry: StateEntry, wire: bytes) -> None:
        """Take a changed state: only the latest waits."""
        key = (self.subscription.room, entry.event, entry.key)
        if key in self._outbox:
            self._figures.drops["state"] += 1
        if not self._outbox.pin(key, wire):
            self._too_slow()
