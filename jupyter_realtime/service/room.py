"""One open room: who is in it, what hangs on its board, and how far it has handed out its log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from ..core.batch import Batch, batches
from ..core.board import Board
from ..core.codec import encode
from ..core.framing import text_frame
from ..core.log import StoredEvent
from ..core.messages import ResyncReason, StateEntry, StateFrame
from .pacing import Pacing
from .pages import Pages


class Member(Protocol):
    """Someone in a room: a connection's seat, or somebody who waits for news."""

    def offer_events(self, batch: Batch) -> None:
        """Take committed events."""

    def offer_state(self, entry: StateEntry, wire: bytes) -> None:
        """Take a changed state, and its frame."""

    def break_off(self, reason: ResyncReason) -> None:
        """Hear that what follows does not join on to what came."""


class Room:
    """A room of which this node hands out events and states."""

    def __init__(self, name: str, epoch: str, head: int) -> None:
        self.name = name
        self.epoch = epoch
        self.head = head
        self.board = Board()
        self.members: set[Member] = set()
        self.pages = Pages()
        self.catching_up: asyncio.Task[None] | None = None
        self._pacing = Pacing(self._tell)

    @property
    def is_idle(self) -> bool:
        """Whether it can be forgotten."""
        return not self.members and not self.board.has_owned and self.catching_up is None

    def deliver(self, events: Sequence[StoredEvent]) -> bool:
        """Hand out what follows the head; False at a hole."""
        fresh = [event for event in events if event.seq > self.head]
        if not fresh:
            return True
        if fresh[0].seq != self.head + 1:
            return False
        self.head = fresh[-1].seq
        self.pages.forget()
        members = tuple(self.members)
        if members:
            for batch in batches(fresh):
                for member in members:
                    member.offer_events(batch)
        return True

    def break_off(self, reason: ResyncReason, epoch: str, head: int) -> None:
        """Go on from another place, since what lies between can't be had any more."""
        self.epoch, self.head = epoch, head
        self.pages.forget()
        for member in tuple(self.members):
            member.break_off(reason)

    def show(self, entry: StateEntry) -> None:
        """Hand out a changed state, at once or, where there are very many, in a moment."""
        if self.members:
            self._pacing.put(entry)

    def _tell(self, entry: StateEntry) -> None:
        state = StateFrame(
            room=self.name,
            event=entry.event,
            key=entry.key,
            time=entry.time,
            actor=entry.actor,
            data=entry.data,
        )
        wire = text_frame(encode(state))
        for member in tuple(self.members):
            member.offer_state(entry, wire)
