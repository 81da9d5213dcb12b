"""One room as a client follows it: each event once, in order, without a hole.

Rules
-----
1. An event is new if it is the next one; what is not beyond the last one is known already and is dropped.
2. What is beyond the next one shows a hole: ask again from the last one.
3. A heartbeat whose head is beyond the last one shows a hole too.
4. While an answer is awaited, or there is more to page through, holes are no news.
5. Where continuity can't be proved, every listener that has missed something is told so (`Missed`).
6. Several listeners share one subscription, and each has a cursor of its own: who comes later and wants
   the past makes the room ask again from there, and the others drop what they have seen. Until the past
   is there, nobody who waits for it is told of the present.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ..core.errors import BadRequest
from ..core.messages import LoggedEvent, Position, RequestId, Since, StateEntry, SubscribeReply

Origin = Since | Literal["earliest"] | None


@dataclass(frozen=True)
class Entered:
    """The subscription stands: this is the whole board."""

    states: list[StateEntry]


@dataclass(frozen=True)
class Missed:
    """Some events can't be had any more; a fresh snapshot stands in for all up to `position`."""

    position: Position


@dataclass
class Cursor:
    """How far one listener has come; before `started` what is replayed for others is not for it."""

    epoch: str | None
    seq: int
    started: bool

    @classmethod
    def at(cls, origin: Origin) -> Cursor:
        """Begin where a listener wants to."""
        if isinstance(origin, Since):
            return cls(origin.epoch, origin.seq, True)
        return cls(None, 0, origin == "earliest")

    @property
    def is_at_earliest(self) -> bool:
        """Whether it takes what is kept, wherever that begins, and can't have missed anything."""
        return self.started and self.epoch is None


class Room:
    """What is known of a room, and what has to be asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asking: RequestId | None = None
        self.ask_at: float | None = None
        self.asks_again = False
        self._position: Since | None = None
        self._wish: Origin = None
        self._cursors: dict[int, Cursor] = {}

    @property
    def listeners(self) -> list[int]:
        """Who listens here."""
        return list(self._cursors)

    @property
    def started(self) -> list[int]:
        """Who hears each event from now on; the others wait while more is replayed for somebody."""
        return [name for name, cursor in self._cursors.items() if cursor.started]

    @property
    def origin(self) -> Origin:
        """Where to ask from."""
        return self._wish or self._position

    def join(self, listener: int, origin: Origin) -> None:
        """Let somebody listen, from `origin` on."""
        if origin is None and self._position is not None:
            origin = self._position
        self._cursors[listener] = Cursor.at(origin)
        self._wish = _earlier(self.origin, origin)

    def leave(self, listener: int) -> bool:
        """Let somebody go; True if nobody is left."""
        self._cursors.pop(listener, None)
        return not self._cursors

    def is_next(self, seq: int) -> bool:
        """Whether this is the event to come."""
        return self._position is not None and seq == self._position.seq + 1

    def shows_hole(self, seq: int) -> bool:
        """Whether a `seq` that exists proves that something is missing (rules 2–4)."""
        if self.asking is not None or self.ask_at is not None or self._position is None:
            return False
        return seq > self._position.seq

    def take(self, seq: int, event_id: str) -> list[int]:
        """Advance to the next event; returns whom it is new for."""
        assert self._position is not None
        self._position = Since(epoch=self._position.epoch, seq=seq, id=event_id)
        return self._advance(seq, self._position.epoch)

    def _advance(self, seq: int, epoch: str) -> list[int]:
        # Who still waits for the past is not told of the present before it.
        due = [
            (name, cursor)
            for name, cursor in self._cursors.items()
            if cursor.started and cursor.seq == seq - 1
        ]
        for _, cursor in due:
            cursor.seq, cursor.epoch = seq, epoch
        return [name for name, _ in due]

    def settle(self, reply: SubscribeReply) -> Iterator[tuple[int, LoggedEvent | Missed]]:
        """Take an answer; gives what each listener is to be told, in order."""
        asked, self.asking, self._wish = self.origin, None, None
        further = self._further_than(asked, reply)
        if further is not None:
            self._wish, self.asks_again = further, True
            position = Position(epoch=further.epoch, seq=further.seq)
            yield from self._say_missed(position, further.seq)
            return
        self.asks_again = reply.more and bool(reply.events)
        start = _start_of(reply)
        yield from self._say_missed(reply.position, start)
        for cursor in self._cursors.values():
            if cursor.is_at_earliest:
                cursor.seq = start
        last_id = None
        for event in reply.events if reply.recovered else ():
            last_id = event.id
            due = self._advance(event.seq, reply.position.epoch)
            yield from ((name, event) for name in due)
        self._go_to(Since(epoch=reply.position.epoch, seq=reply.position.seq, id=last_id))
        self._bring_forward(reply)

    def _go_to(self, reached: Since) -> None:
        own = self._position
        if own is None or own.epoch != reached.epoch:
            self._position = reached
        elif reached.seq < own.seq and self.asks_again:
            # Still replaying for one of the listeners: that the others are further is not forgotten.
            self._wish = reached
        elif reached.seq != own.seq or own.id is None:
            self._position = reached

    def _further_than(self, asked: Origin, reply: SubscribeReply) -> Since | None:
        """Where continuity is broken for one listener, find the next one: it may have missed nothing."""
        if reply.recovered or not isinstance(asked, Since) or asked.epoch != reply.position.epoch:
            return None
        seqs = [
            cursor.seq
            for cursor in self._cursors.values()
            if cursor.started and cursor.epoch == asked.epoch and cursor.seq > asked.seq
        ]
        if not seqs:
            return None
        own, seq = self._position, min(seqs)
        return own if own and own.seq == seq else Since(epoch=asked.epoch, seq=seq)

    def _say_missed(self, position: Position, start: int) -> Iterator[tuple[int, Missed]]:
        """Tell those for whom it isn't proved that they have all up to `start`; they go on behind it."""
        for name, cursor in self._cursors.items():
            if not cursor.started or cursor.is_at_earliest:
                continue
            if cursor.epoch != position.epoch or cursor.seq < start:
                cursor.epoch, cursor.seq = position.epoch, position.seq
                yield name, Missed(position)

    def _bring_forward(self, reply: SubscribeReply) -> None:
        for cursor in self._cursors.values():
            if not reply.more or not reply.recovered:
                cursor.started = True
            if cursor.started:
                cursor.epoch = reply.position.epoch
                cursor.seq = max(cursor.seq, reply.position.seq)


def _start_of(reply: SubscribeReply) -> int:
    """Tell behind which `seq` an answer goes on without a hole."""
    if reply.recovered and reply.events:
        return reply.events[0].seq - 1
    return reply.position.seq


def _earlier(one: Origin, other: Origin) -> Origin:
    if one is None or other is None:
        return one or other
    if isinstance(one, Since) and isinstance(other, Since) and one.epoch == other.epoch:
        return min(one, other, key=lambda since: since.seq)
    return "earliest" if "earliest" in (one, other) else other


def as_origin(since: Any) -> Origin:
    """Read what people write for `since`: a position, "earliest", or None."""
    if since is None or isinstance(since, Since):
        return since
    if since == "earliest":
        return "earliest"
    try:
        fields = msgspec.to_builtins(since)
        return Since(epoch=str(fields["epoch"]), seq=int(fields["seq"]), id=fields.get("id"))
    except (TypeError, KeyError, ValueError, AttributeError):
        raise BadRequest(
            'since is None, "earliest", or a position: {"epoch": …, "seq": …}.'
        ) from None
