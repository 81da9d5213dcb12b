"""What is in a room's log, and what goes in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import msgspec

from .actors import Actor
from .codec import encode
from .messages import EventFrame, LoggedEvent
from .times import rfc3339

# A page goes into one reply, and replies wait in bounded memory.
MAX_PAGE_BYTES = 512 * 1024


class Draft(msgspec.Struct, frozen=True):
    """An event on its way into the log.

    Parameters
    ----------
    id
        Unique; it lets a client notice that a log was restored from a backup.
    time_ms
        Unix milliseconds.
    data
        JSON that `codec` has encoded.
    key
        Idempotency key of the publisher, or None where the service itself publishes.
    """

    room: str
    event: str
    id: str
    time_ms: int
    actor: Actor
    data: msgspec.Raw
    key: str | None = None


class StoredEvent(msgspec.Struct, frozen=True, dict=True):
    """An event that was committed, at its place."""

    room: str
    seq: int
    event: str
    id: str
    time_ms: int
    actor: Actor
    data: msgspec.Raw

    @cached_property
    def frame(self) -> bytes:
        """The `event` frame: encoded once, however many people receive it."""
        return encode(
            EventFrame(
                room=self.room,
                seq=self.seq,
                event=self.event,
                id=self.id,
                time=rfc3339(self.time_ms / 1000),
                actor=self.actor,
                data=self.data,
            )
        )

    @cached_property
    def logged(self) -> LoggedEvent:
        """The event as it stands in a reply, without its room: encoded once, like the frame."""
        logged = LoggedEvent(
            seq=self.seq,
            event=self.event,
            id=self.id,
            time=rfc3339(self.time_ms / 1000),
            actor=self.actor,
            data=self.data,
        )
        # JSON that goes into a reply as it is; a reply's type says what it is the JSON of.
        return cast("LoggedEvent", msgspec.Raw(encode(logged)))


@dataclass(frozen=True)
class Page:
    """A piece of a log, read in one transaction.

    Parameters
    ----------
    epoch
        Of the log as it is now.
    head
        The last `seq` that was given out; 0 for an empty log.
    pruned
        Events up to this `seq` are no longer kept.
    after
        The `seq` behind which the page begins.
    after_id
        The id of the event at `after`, where it is still known.
    events
        Those behind `after`, in order and without holes.
    """

    epoch: str
    head: int
    pruned: int
    after: int
    after_id: str | None
    events: list[StoredEvent]

    @property
    def last(self) -> int:
        """How far the page goes."""
        return self.events[-1].seq if self.events else self.after
