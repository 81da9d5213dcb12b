"""Rooms: who is in them, what hangs on their boards, and how committed events reach people.

Rules
-----
1. Only what was committed is delivered, to the sender too.
2. Each room has a head. An event that follows the head is handed out; an older one is ignored; a hole
   makes the room read its log.
3. On every entry the order is: listen, read the log, merge, deliver (`core.subscription`).
4. Nobody waits for anybody: handing out puts frames into outboxes and never blocks.

Theory of operation
-------------------
The store tells each committed batch in commit order (`committed`), and tells when another process may
have made a log grow (`grown`): then the heads of the rooms that are open here are compared, and rooms
that have fallen behind read on from their own head. A room exists in memory while someone is in it or
something hangs there that lives nowhere else; its board is rebuilt from entities when it is opened.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec

from ..core.actors import Actor
from ..core.batch import Batch, batches
from ..core.board import Board
from ..core.codec import encode
from ..core.errors import LimitReached, RealtimeError
from ..core.framing import text_frame
from ..core.log import StoredEvent
from ..core.messages import MAX_EVENTS_A_REPLY, StateEntry, StateFrame
from ..core.recovery import Origin, Resumption, resume
from ..core.rooms import RoomName
from ..core.times import rfc3339
from ..ports import Log
from .figures import Figures

# Entities' states by room, for a board that is opened: analyses, the system.
BoardSource = Callable[[RoomName], Awaitable[Sequence[StateEntry]]]


class Member(Protocol):
    """Someone in a room: a connection's seat, or somebody who waits for news."""

    def offer_events(self, batch: Batch) -> None:
        """Take committed events."""

    def offer_state(self, entry: StateEntry, wire: bytes) -> None:
        """Take a changed state, and its frame."""


class Room:
    """One open room."""

    def __init__(self, name: str, head: int) -> None:
        self.name = name
        self.head = head
        self.board = Board()
        self.members: set[Member] = set()
        self.catching_up: asyncio.Task[None] | None = None

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
        members = tuple(self.members)
        if members:
            for batch in batches(fresh):
                for member in members:
                    member.offer_events(batch)
        return True

    def show(self, entry: StateEntry) -> None:
        """Hand out a changed state."""
        if not self.members:
            return
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


class Rooms:
    """All rooms that are open on this node."""

    def __init__(self, log: Log, figures: Figures) -> None:
        self._log = log
        self._figures = figures
        self._board_sources: list[BoardSource] = []
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Future[Room]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open_count(self) -> int:
        """How many rooms are open."""
        return len(self._rooms)

    def show_with(self, board_source: BoardSource) -> None:
        """Add a source of entity-owned entries for boards that are opened."""
        self._board_sources.append(board_source)

    async def enter(self, name: RoomName, member: Member) -> Room:
        """Begin to listen; to be followed by `replay`."""
        room = await self._open(name)
        room.members.add(member)
        return room

    def leave(self, name: str, member: Member) -> None:
        """Stop listening."""
        room = self._rooms.get(name)
        if room is not None:
            room.members.discard(member)
            self._forget_if_idle(room)

    async def replay(self, room: Room, since: Origin) -> Resumption:
        """Read what a member missed."""
        if not RoomName.parse(room.name).kind.has_log:
            position = await self._log.position(room.name)
            return Resumption(position=position, recovered=True, events=[], more=False)
        if since is None:
            return Resumption(
                position=await self._log.position(room.name), recovered=True, events=[], more=False
            )
        after = None if since == "earliest" else since.seq
        page = await self._log.page(room.name, after, MAX_EVENTS_A_REPLY)
        resumption = resume(since, page)
        self._figures.replays[resumption.recovered] += 1
        self._figures.replayed_events += len(resumption.events)
        return resumption

    def head(self, name: str) -> int:
        """How far a room has come, as far as this node has handed out."""
        room = self._rooms.get(name)
        return room.head if room else 0

    def committed(self, events: Sequence[StoredEvent]) -> None:
        """Hand out what has just become durable."""
        self._figures.events += len(events)
        by_room: dict[str, list[StoredEvent]] = {}
        for event in events:
            by_room.setdefault(event.room, []).append(event)
        for name, grown in by_room.items():
            room = self._rooms.get(name)
            if room is not None and not room.deliver(grown):
                self._catch_up(room)

    def grown(self) -> None:
        """Look whether another process has written to a log that is open here."""
        if self._rooms:
            self._spawn(self._compare_heads())

    async def _compare_heads(self) -> None:
        heads = await self._log.heads(list(self._rooms))
        for name, head in heads.items():
            room = self._rooms.get(name)
            if room is not None and head > room.head:
                self._catch_up(room)

    def _catch_up(self, room: Room) -> None:
        if room.catching_up is None:
            room.catching_up = self._spawn(self._read_on(room))

    async def _read_on(self, room: Room) -> None:
        try:
            while True:
                page = await self._log.page(room.name, room.head, MAX_EVENTS_A_REPLY)
                room.deliver(page.events)
                if room.head >= page.head or not page.events:
                    break
        except RealtimeError:
            # The store can't be read just now. The next growth, or the next commit, asks again.
            return
        finally:
            room.catching_up = None
            self._forget_if_idle(room)

    async def pin(
        self, name: RoomName, event: str, key: str, data: Any, actor: Actor, owner: str | None
    ) -> None:
        """Pin a state on a board; `data` None unpins.

        Raises
        ------
        LimitReached
            If a connection pins too much.
        """
        if owner is None and str(name) not in self._rooms and str(name) not in self._opening:
            return  # It is kept with its entity, and the board is made from there when someone comes.
        room = await self._open(name)
        if owner is not None and data is not None and room.board.is_full_for(owner, event, key):
            raise LimitReached("This connection has pinned too many states here; unpin some first.")
        entry = StateEntry(event=event, key=key, time=rfc3339(time.time()), actor=actor, data=data)
        if data is not None:
            room.board.pin(entry, owner)
        elif not room.board.unpin(event, key):
            return
        room.show(entry)
        self._forget_if_idle(room)

    def disown(self, name: RoomName, owner: str, actor: Actor) -> None:
        """Take down what a connection had pinned."""
        room = self._rooms.get(str(name))
        if room is None:
            return
        for entry in room.board.owned_by(owner):
            room.board.unpin(entry.event, entry.key)
            gone = msgspec.structs.replace(entry, data=None, time=rfc3339(time.time()), actor=actor)
            room.show(gone)
        self._forget_if_idle(room)

    async def _open(self, name: RoomName) -> Room:
        text = str(name)
        room = self._rooms.get(text)
        if room is not None:
            return room
        opening = self._opening.get(text)
        if opening is not None:
            return await asyncio.shield(opening)
        opening = self._opening[text] = asyncio.get_running_loop().create_future()
        try:
            room = await self._load(name)
        except BaseException as error:
            opening.set_exception(error)
            # Those who waited raise it; nobody may have waited.
            opening.exception()
            raise
        else:
            opening.set_result(room)
            return room
        finally:
            del self._opening[text]

    async def _load(self, name: RoomName) -> Room:
        text = str(name)
        head = (await self._log.position(text)).seq if name.kind.has_log else 0
        room = Room(text, head)
        for board_source in self._board_sources:
            for entry in await board_source(name):
                room.board.pin(entry, None)
        self._rooms[text] = room
        # What was committed between reading the head and being listed would be a hole: look again.
        self._catch_up(room)
        return room

    def _forget_if_idle(self, room: Room) -> None:
        if room.is_idle and self._rooms.get(room.name) is room:
            del self._rooms[room.name]

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
