"""Rooms without a socket: what a poll has to ask, and which frames its answer stands for.

Rules
-----
1. What comes out are the frames that a socket would have brought, in an order in which it could have:
   events as they follow each other, and each state that is another than before.
2. A room is polled from its `subscribe` on until it is left, is refused, or has to be asked for anew:
   while there is more to page through, and where continuity was lost, the next step is the subscriber's.
3. A room stands where its last answer was heard, not where it was sent: an answer that is lost on the way
   is asked for again, and nothing is missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..core import messages as m
from ..core.errors import ErrorBody
from .room import Origin

# The server answers a poll after this at the latest.
WAIT_SECONDS = 25.0


class RoomAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a poll's answer says of one room: how it stands, or why it can't be had."""

    error: ErrorBody | None = None
    position: m.Position = m.Position(epoch="", seq=0)
    recovered: bool = False
    events: list[m.LoggedEvent] = []
    states: list[m.StateEntry] = []
    more: bool = False
    board: str | None = None


class PollAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a poll is answered with."""

    rooms: dict[str, RoomAnswer]


@dataclass
class PolledRoom:
    """One room, how far it was heard, and the `subscribe` that has still to be answered, if any."""

    since: Origin
    entering: m.RequestId | None
    board: str | None = None
    states: dict[tuple[str, str], m.StateEntry] = field(default_factory=dict)


class PolledRooms:
    """All rooms of one client that polls."""

    def __init__(self) -> None:
        self._rooms: dict[str, PolledRoom] = {}
        self._asked: dict[str, PolledRoom] = {}

    def __bool__(self) -> bool:
        return bool(self._rooms)

    def enter(self, request: m.SubscribeRequest) -> None:
        """Poll a room from now on."""
        self._rooms[request.room] = PolledRoom(request.since, request.id)

    def leave(self, room: str) -> None:
        """Poll a room no more."""
        self._rooms.pop(room, None)

    @property
    def is_anyone_entering(self) -> bool:
        """Whether somebody waits for a room's board and position: then a poll doesn't wait for news."""
        return any(room.entering is not None for room in self._rooms.values())

    def question(self, session: str) -> dict[str, Any]:
        """Say what to ask next."""
        rooms = self._asked = dict(self._rooms)
        return {
            "rooms": {name: msgspec.to_builtins(room.since) for name, room in rooms.items()},
            "boards": {name: room.board for name, room in rooms.items() if room.board},
            "session": session,
            "wait": 0.0 if self.is_anyone_entering else WAIT_SECONDS,
        }

    def hear(self, answer: PollAnswer) -> list[m.ServerFrame]:
        """Turn the answer to the latest question into frames."""
        frames: list[m.ServerFrame] = []
        for name, told in answer.rooms.items():
            room = self._rooms.get(name)
            if room is None or room is not self._asked.get(name):
                continue  # It was left meanwhile, or entered anew from somewhere else.
            if told.error is not None:
                frames.append(self._refuse(name, room, told.error))
            elif room.entering is not None:
                frames.append(self._let_in(name, room, room.entering, told))
            elif not told.recovered:
                frames.append(self._start_anew(name))
            else:
                frames += _events(name, told) + _changes(name, room, told)
                _advance(room, told)
        return frames

    def _refuse(self, name: str, room: PolledRoom, error: ErrorBody) -> m.ServerFrame:
        if room.entering is None:
            return self._start_anew(name)
        self.leave(name)
        return m.ErrorFrame(id=room.entering, **msgspec.structs.asdict(error))

    def _start_anew(self, name: str) -> m.ServerFrame:
        # Whoever asks again is told why it can't be had, or that something can't be recovered.
        self.leave(name)
        return m.Resync(room=name, reason="epoch")

    def _let_in(
        self, name: str, room: PolledRoom, request: m.RequestId, told: RoomAnswer
    ) -> m.ServerFrame:
        if told.more:
            self.leave(name)
        _advance(room, told)
        return m.SubscribeReply(
            id=request,
            position=told.position,
            recovered=told.recovered,
            states=told.states,
            events=told.events,
            more=told.more,
        )


def _advance(room: PolledRoom, told: RoomAnswer) -> None:
    room.entering = None
    room.board = told.board
    room.states = {(entry.event, entry.key): entry for entry in told.states}
    if told.events:
        last = told.events[-1]
        room.since = m.Since(epoch=told.position.epoch, seq=last.seq, id=last.id)
        return
    position = told.position
    here = m.Since(epoch=position.epoch, seq=position.seq)
    # Where nothing was missed, the id of the last event stays known.
    if not isinstance(room.since, m.Since) or msgspec.structs.replace(room.since, id=None) != here:
        room.since = here


def _events(name: str, told: RoomAnswer) -> list[m.ServerFrame]:
    return [m.EventFrame(room=name, **msgspec.structs.asdict(event)) for event in told.events]


def _changes(name: str, room: PolledRoom, told: RoomAnswer) -> list[m.ServerFrame]:
    now = {(entry.event, entry.key): entry for entry in told.states}
    gone = [
        msgspec.structs.replace(entry, data=None)
        for place, entry in room.states.items()
        if place not in now
    ]
    changed = [entry for place, entry in now.items() if entry != room.states.get(place)]
    return [m.StateFrame(room=name, **msgspec.structs.asdict(entry)) for entry in [*gone, *changed]]
