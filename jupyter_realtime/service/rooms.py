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
that have fallen behind read on from their own head. Where a log can't be joined on to any more (it was
pruned, or is another one since a restore), members are told to ask again. Boards are compared with the
entities at the same time, so that a run is seen from every server.

A room exists in memory while someone is in it or something hangs there that lives nowhere else; its board
is rebuilt from entities when it is opened.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import msgspec

from ..core.actors import Actor
from ..core.errors import LimitReached, RealtimeError
from ..core.log import MAX_PAGE_BYTES, StoredEvent
from ..core.messages import MAX_EVENTS_A_REPLY, Position, StateEntry
from ..core.recovery import Origin, Resumption, resume
from ..core.rooms import RoomName, user_room
from ..core.times import rfc3339
from ..ports import Log
from .background import Background
from .figures import Figures
from .journal import Journal
from .room import Member, Room

journal = Journal(__name__)

# Hints may be lost: this is how long an event of another server is late then, at most.
SLOW_LOOK_SECONDS = 5.0

# Entities' states by room, for a board that is opened: analyses, the system.
BoardSource = Callable[[RoomName], Awaitable[Sequence[StateEntry]]]


class Rooms:
    """All rooms that are open on this node.

    Parameters
    ----------
    most_bytes
        What a reply may carry: of missed events, and of connection-owned states.
    """

    def __init__(self, log: Log, figures: Figures, *, most_bytes: int = MAX_PAGE_BYTES) -> None:
        self._log = log
        self._figures = figures
        self._most_bytes = most_bytes
        self._board_sources: list[BoardSource] = []
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task[Room]] = {}
        # How many are about to enter, and keep a room from being forgotten before they are in it.
        self._entering: Counter[str] = Counter()
        self._background = Background()
        self._comparing: asyncio.Task[None] | None = None
        self._grown_again = False

    def open(self) -> None:
        """Begin to look now and then, in case that nobody tells us of growth."""
        self._background.begin(self._look_slowly())

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
        if since is None or not RoomName.parse(room.name).kind.has_log:
            # How far this room has come: what is committed beyond it is handed out to the member later.
            head = Position(epoch=room.epoch, seq=room.head)
            return Resumption(position=head, recovered=True, events=[], more=False)
        after = None if since == "earliest" else since.seq
        page = await room.pages.get(
            after, self._log.page(room.name, after, MAX_EVENTS_A_REPLY, self._most_bytes)
        )
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
        """Look whether another process has written to something that is open here."""
        if self._comparing is None:
            self._comparing = self._background.begin(self._compare())
        else:
            self._grown_again = True

    async def _compare(self) -> None:
        try:
            self._grown_again = True
            while self._grown_again:
                self._grown_again = False
                await self._compare_heads()
                for room in list(self._rooms.values()):
                    if room.members:
                        await self._take_over(room)
        except RealtimeError as error:
            # The store can't be read just now; the next slow look asks again.
            journal.warn("rooms.uncompared", reason=error.message)
        finally:
            self._comparing = None

    async def _compare_heads(self) -> None:
        heads = await self._log.heads(list(self._rooms))
        for name, room in list(self._rooms.items()):
            # A log that is no longer there was erased, together with whose it was.
            position = heads.get(name) or Position(epoch=room.epoch, seq=0)
            if (position.seq, position.epoch) != (room.head, room.epoch):
                self._catch_up(room)

    async def _take_over(self, room: Room) -> None:
        """Show what services on other servers have pinned, as it is kept with the entities."""
        before = None
        entries: Sequence[StateEntry] = ()
        while before != room.board.entity_changes:
            before = room.board.entity_changes
            entries = await self._entities(RoomName.parse(room.name))
        for entry in room.board.take_over(entries):
            room.show(entry)

    async def _entities(self, name: RoomName) -> list[StateEntry]:
        return [entry for source in self._board_sources for entry in await source(name)]

    async def _look_slowly(self) -> None:
        while True:
            await asyncio.sleep(SLOW_LOOK_SECONDS)
            self.grown()

    def _catch_up(self, room: Room) -> None:
        if room.catching_up is None:
            room.catching_up = self._background.begin(self._read_on(room))

    async def _read_on(self, room: Room) -> None:
        try:
            while not await self._read_page(room):
                pass
        except RealtimeError as error:
            journal.warn("rooms.unread", room=room.name, reason=error.message)
        finally:
            room.catching_up = None
            self._forget_if_idle(room)

    async def _read_page(self, room: Room) -> bool:
        """Hand out the next page of a room's log; True at its end."""
        # What is committed during the read is handed out at once, and is not in the page.
        before = room.head
        page = await self._log.page(room.name, before, MAX_EVENTS_A_REPLY, self._most_bytes)
        if page.epoch != room.epoch or page.head < before:
            room.break_off("epoch", page.epoch, page.head)
        elif page.pruned > room.head:
            room.break_off("pruned", page.epoch, page.pruned)
        else:
            room.deliver(page.events)
        return room.head >= page.head

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
        entry = StateEntry(event=event, key=key, time=rfc3339(time.time()), actor=actor, data=data)
        try:
            self._pin(room, entry, owner)
        finally:
            self._forget_if_idle(room)

    def _pin(self, room: Room, entry: StateEntry, owner: str | None) -> None:
        board = room.board
        if entry.data is None:
            if board.unpin(entry.event, entry.key):
                room.show(entry)
            return
        if owner and not board.has_room_for(entry, owner, self._most_bytes):
            raise LimitReached("Too much is pinned here already; unpin some states first.")
        board.pin(entry, owner)
        room.show(entry)

    def has_pinned(self, name: RoomName, owner: str) -> bool:
        """Whether something hangs in a room that a connection has pinned."""
        room = self._rooms.get(str(name))
        return room is not None and room.board.has_of(owner)

    def disown(self, name: RoomName, owner: str, actor: Actor) -> None:
        """Take down what a connection had pinned."""
        room = self._rooms.get(str(name))
        if room is None:
            return
        for entry in room.board.owned_by(owner):
            self._take_down(room, msgspec.structs.replace(entry, actor=actor))
        self._forget_if_idle(room)

    def hide(self, person: str, events: Collection[str]) -> None:
        """Take down what somebody's connections have pinned under some names, in all rooms."""
        for room in list(self._rooms.values()):
            for entry in room.board.pinned_by(person, events):
                self._take_down(room, entry)
            self._forget_if_idle(room)

    def _take_down(self, room: Room, entry: StateEntry) -> None:
        room.board.unpin(entry.event, entry.key)
        room.show(msgspec.structs.replace(entry, data=None, time=rfc3339(time.time())))

    def forget(self, person: str) -> None:
        """Have no board say who a person was; their inbox has been emptied."""
        for room in list(self._rooms.values()):
            for changed in room.board.forget(person, rfc3339(time.time())):
                room.show(changed)
            if room.name == user_room(person):
                self._catch_up(room)
            self._forget_if_idle(room)

    async def _open(self, name: RoomName) -> Room:
        text = str(name)
        self._entering[text] += 1
        room = None
        try:
            while (room := self._rooms.get(text)) is None:
                # Many enter at once; one that goes away meanwhile takes the room from nobody.
                await asyncio.shield(self._opening.get(text) or self._begin_opening(name))
        finally:
            # From here to whoever called there is no await: they are in it before it can be forgotten.
            self._entering[text] -= 1
            if not self._entering[text]:
                del self._entering[text]
            if room is None and (left := self._rooms.get(text)) is not None:
                self._forget_if_idle(left)
        return room

    def _begin_opening(self, name: RoomName) -> asyncio.Task[Room]:
        opening = asyncio.get_running_loop().create_task(self._load(name))
        self._opening[str(name)] = opening
        return opening

    async def _load(self, name: RoomName) -> Room:
        text = str(name)
        try:
            position = await self._log.position(text)
            room = Room(text, position.epoch, position.seq)
            for entry in await self._entities(name):
                room.board.pin(entry, None)
            self._rooms[text] = room
        finally:
            del self._opening[text]
        # What was committed between reading the head and being listed would be a hole: look again.
        self._catch_up(room)
        return room

    def _forget_if_idle(self, room: Room) -> None:
        is_wanted = room.name in self._entering
        if room.is_idle and not is_wanted and self._rooms.get(room.name) is room:
            del self._rooms[room.name]

    async def close(self) -> None:
        """End what is under way."""
        opening = list(self._opening.values())
        for task in opening:
            task.cancel()
        await self._background.close()
        await asyncio.gather(*opening, return_exceptions=True)
