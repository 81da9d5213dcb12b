"""Long polls: rooms for clients whose network lets no WebSocket through.

Rules
-----
1. Nothing is kept between two polls: what a client has missed is read from the log, behind its position.
2. A poll is answered at once if there is something to say, else as soon as there is, or when its time is
   over, or when the server stops.
3. Each room is authorised when the poll comes, and again before it is answered.
4. A room that is refused, or can't be read, says so in its own place; the others are answered.
5. However a poll ends, it leaves its rooms: also when its client goes away, or one room has failed.

Theory of operation
-------------------
A poll enters its rooms as a member that takes nothing in: it only notes which rooms have grown or
changed, and wakes up. So a commit here and a growth that another server caused look the same to it, and
a thousand events that arrive while one poll is being answered cost nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..core.access import Verb
from ..core.actors import Principal
from ..core.batch import Batch
from ..core.codec import check_since
from ..core.errors import BadRequest, LimitReached, RealtimeError
from ..core.messages import Limits, Position, ResyncReason, StateEntry
from ..core.recovery import Origin, Resumption
from ..core.rooms import RoomName
from .projects import Projects
from .room import Room
from .rooms import Rooms

MAX_WAIT_SECONDS = 25.0
# What an answer takes of memory, however many rooms have much to replay: the rest is asked for again.
MAX_REPLAYED_BYTES = 4 * 2**20
# A poll that reads a stuck disk doesn't keep the server from stopping.
DRAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Wanted:
    """What a client says of a room: how far it has come, and which board it has seen, if any."""

    since: Origin
    board: str | None


@dataclass(frozen=True)
class News:
    """What a client is told of a room."""

    resumption: Resumption
    states: list[StateEntry]
    board: str


class Watch:
    """One room of one poll."""

    def __init__(self, wanted: Wanted, wake: Callable[[], None]) -> None:
        self.wanted = wanted
        self.has_grown = False
        self._has_changed = False
        self._wake = wake

    def offer_events(self, _batch: Batch) -> None:
        """Note that the log is to be read again."""
        self.has_grown = True
        self._wake()

    def break_off(self, _reason: ResyncReason) -> None:
        """Note the same: what is read then says that it doesn't join on."""
        self.has_grown = True
        self._wake()

    def offer_state(self, _entry: StateEntry, _wire: bytes) -> None:
        """Note that the board has changed."""
        self._has_changed = True
        self._wake()

    def is_news(self, room: Room, resumption: Resumption) -> bool:
        """Whether there is something to say."""
        if self._has_changed or self.wanted.since is None:
            return True
        if resumption.events or not resumption.recovered:
            return True
        return self.wanted.board is not None and self.wanted.board != room.board.version


class Poll:
    """One long poll, from its rooms to its answer."""

    def __init__(self, rooms: Rooms, projects: Projects, principal: Principal) -> None:
        self.left = asyncio.Event()
        self._rooms = rooms
        self._projects = projects
        self._principal = principal
        self._watched: dict[str, tuple[Room, Watch]] = {}
        self._read_so_far: dict[str, Resumption] = {}
        self._refused: dict[str, RealtimeError] = {}
        self._bytes_left = MAX_REPLAYED_BYTES
        self._wake = asyncio.Event()
        self._is_over = False

    def end(self) -> None:
        """Wait no longer."""
        self._is_over = True
        self._wake.set()

    def leave(self) -> None:
        """Leave all rooms."""
        for name, (_, watch) in self._watched.items():
            self._rooms.leave(name, watch)
        self._watched.clear()
        self.left.set()

    async def enter(self, name: str, wanted: Wanted) -> None:
        """Begin to watch a room, then read what was missed of it."""
        try:
            await self._check(name)
            check_since(wanted.since)
            watch = Watch(wanted, self._wake.set)
            room = await self._rooms.enter(RoomName.parse(name), watch)
            self._watched[name] = room, watch
            await self._read(name)
        except RealtimeError as error:
            self._refused[name] = error

    async def _check(self, name: str) -> None:
        await self._projects.check(self._principal, Verb.READ, RoomName.parse(name))

    async def _read(self, name: str) -> None:
        room, watch = self._watched[name]
        watch.has_grown = False
        missed = _within(await self._rooms.replay(room, watch.wanted.since), self._bytes_left)
        self._bytes_left -= sum(memoryview(event.data).nbytes for event in missed.events)
        self._read_so_far[name] = missed

    async def wait(self) -> None:
        """Wait until there is something to say, or it is over."""
        while not self._is_over and not self._has_news:
            await self._wake.wait()
            self._wake.clear()
            for name, (_, watch) in self._watched.items():
                if watch.has_grown:
                    await self._read_again(name)

    @property
    def _has_news(self) -> bool:
        return bool(self._refused) or any(
            watch.is_news(room, self._read_so_far[name])
            for name, (room, watch) in self._watched.items()
        )

    async def _read_again(self, name: str) -> None:
        try:
            await self._read(name)
        except RealtimeError as error:
            self._refused[name] = error

    def review(self) -> None:
        """Be answered at once, if a room that is watched may no longer be."""
        for name in self._watched:
            refused = self._projects.refusal(self._principal, Verb.READ, RoomName.parse(name))
            if refused is not None:
                self._refused[name] = refused
                self._wake.set()

    async def answer(self) -> dict[str, News | RealtimeError]:
        """Say what is new, to who may still hear it."""
        answers: dict[str, News | RealtimeError] = {}
        for name, missed in self._read_so_far.items():
            try:
                await self._check(name)
            except RealtimeError as error:
                self._refused[name] = error
            else:
                board = self._watched[name][0].board
                answers[name] = News(missed, board.entries(), board.version)
        return answers | self._refused


class Polling:
    """All long polls of this node, so many a person."""

    def __init__(self, rooms: Rooms, projects: Projects, limits: Limits) -> None:
        self._rooms = rooms
        self._projects = projects
        self._limits = limits
        self._by_person: defaultdict[str, set[Poll]] = defaultdict(set)
        self._is_closing = False

    async def poll(
        self, principal: Principal, wanted: Mapping[str, Wanted], wait_seconds: float
    ) -> dict[str, News | RealtimeError]:
        """Answer a long poll, room by room.

        Raises
        ------
        BadRequest
            If no room at all, or nothing that is a room, was asked for.
        LimitReached
        """
        self._check_rooms(len(wanted))
        with self._begun(principal, wait_seconds) as poll:
            for name, each in wanted.items():
                await poll.enter(name, each)
            await poll.wait()
            answers = await poll.answer()
        refusals = [answer for answer in answers.values() if isinstance(answer, BadRequest)]
        if len(refusals) == len(answers):
            raise refusals[0]
        return answers

    def _check_rooms(self, count: int) -> None:
        limit = self._limits.rooms_per_connection
        if count == 0:
            raise BadRequest("Name at least one room.")
        if count > limit:
            raise LimitReached(f"A poll has at most {limit} rooms; leave some out.")

    @contextlib.contextmanager
    def _begun(self, principal: Principal, wait_seconds: float) -> Iterator[Poll]:
        theirs = self._by_person[principal.name]
        limit = self._limits.connections_per_user
        if len(theirs) >= limit:
            raise LimitReached(f"A person has at most {limit} polls at once; close some tabs.")
        poll = Poll(self._rooms, self._projects, principal)
        timer = asyncio.get_running_loop().call_later(wait_seconds, poll.end)
        if self._is_closing:
            poll.end()
        theirs.add(poll)
        try:
            yield poll
        finally:
            timer.cancel()
            poll.leave()
            theirs.discard(poll)
            if not theirs:
                self._by_person.pop(principal.name, None)

    def review(self, _project: str) -> None:
        """Answer those who may no longer hear what they wait for."""
        for poll in self._under_way:
            poll.review()

    @property
    def _under_way(self) -> list[Poll]:
        return [poll for theirs in self._by_person.values() for poll in theirs]

    async def close(self) -> None:
        """Have every poll answered with what it has."""
        self._is_closing = True
        under_way = self._under_way
        for poll in under_way:
            poll.end()
        leaving = [asyncio.ensure_future(poll.left.wait()) for poll in under_way]
        if leaving:
            _, stuck = await asyncio.wait(leaving, timeout=DRAIN_SECONDS)
            for each in stuck:
                each.cancel()


def _within(missed: Resumption, most_bytes: int) -> Resumption:
    """Keep what fits, and at least one event: a poll always comes forward."""
    size = 0
    for count, event in enumerate(missed.events):
        size += memoryview(event.data).nbytes
        if size > most_bytes and count:
            kept = missed.events[:count]
            position = Position(epoch=missed.position.epoch, seq=kept[-1].seq)
            return Resumption(position=position, recovered=True, events=kept, more=True)
    return missed
