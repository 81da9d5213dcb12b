"""Consecutive events of one room, on their way to everybody who listens there.

What is due together leaves together: a batch is encoded, framed and joined once, however many sockets it
goes to. A client sees single frames, one for each event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .framing import text_frame
from .log import StoredEvent

# A slow connection takes a batch as a whole or not at all, so one must be a small part of its queue.
MAX_BATCH_BYTES = 64 * 1024


class Batch:
    """Events `before + 1 … last` of a room.

    Parameters
    ----------
    events
        At least one, in the order of `seq`, without a hole.
    """

    __slots__ = ("before", "events", "last", "room", "wire")

    def __init__(self, events: Sequence[StoredEvent]) -> None:
        self.events = events
        self.room = events[0].room
        self.before = events[0].seq - 1
        self.last = events[-1].seq
        # The frames of all its events, joined.
        self.wire = b"".join([text_frame(event.frame) for event in events])

    def behind(self, seq: int) -> Batch:
        """Take only what comes after `seq`, for a subscriber that has the rest."""
        return Batch(self.events[seq - self.before :])


def batches(events: Sequence[StoredEvent]) -> Iterator[Batch]:
    """Cut a room's consecutive events into batches of a bounded size."""
    begin, size = 0, 0
    for index, event in enumerate(events):
        size += len(event.frame)
        if size > MAX_BATCH_BYTES and index > begin:
            yield Batch(events[begin:index])
            begin, size = index, len(event.frame)
    if events:
        yield Batch(events[begin:])
