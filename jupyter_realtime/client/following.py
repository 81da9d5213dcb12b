"""The rooms that a client follows: what has to be asked of them, and who is told what comes."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..core import messages as m
from ..core.errors import RealtimeError
from .effects import Effect, Refused, Tell
from .frames import AnyReply
from .requests import RETRY_SECONDS, Requests, error_of, retry_at
from .room import Entered, Missed, Origin, Room


class Following:
    """All rooms with a listener."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._rooms: dict[str, Room] = {}

    # -- what the people want --------------------------------------------------------------------

    def subscribe(self, listener: int, room: str, origin: Origin) -> list[Effect]:
        """Let a listener into a room."""
        followed = self._rooms.setdefault(room, Room(room))
        followed.join(listener, origin)
        return self._ask(followed)

    def unsubscribe(self, listener: int, room: str) -> list[Effect]:
        """Let a listener go, and leave the room behind the last one."""
        followed = self._rooms.get(room)
        if followed is None or not followed.leave(listener):
            return []
        del self._rooms[room]
        if not self._requests.can_be_sent:
            return []
        return [self._requests.make(None, lambda i: m.UnsubscribeRequest(id=i, room=room))]

    # -- what the server says --------------------------------------------------------------------

    def hear_event(self, event: m.EventFrame) -> list[Effect]:
        """Hand out an event, or ask for what is missing before it."""
        room = self._rooms.get(event.room)
        if room is None:
            return []
        if room.is_next(event.seq):
            return [Tell(listener, event) for listener in room.take(event.seq, event.id)]
        return self._ask(room) if room.shows_hole(event.seq) else []

    def hear_state(self, state: m.StateFrame) -> list[Effect]:
        """Hand out a changed state."""
        room = self._rooms.get(state.room)
        return [Tell(listener, state) for listener in room.listeners] if room else []

    def hear_heads(self, heads: Mapping[str, int]) -> list[Effect]:
        """Ask for what a heartbeat shows to be missing."""
        effects: list[Effect] = []
        for name, head in heads.items():
            room = self._rooms.get(name)
            if room and room.shows_hole(head):
                effects += self._ask(room)
        return effects

    def hear_resync(self, resync: m.Resync) -> list[Effect]:
        """Ask again for a room from where we are."""
        room = self._rooms.get(resync.room)
        return self._ask(room) if room else []

    def entered(self, room: Room, reply: AnyReply, now: float) -> list[Effect]:
        """Take the answer to the latest question about a room; older ones say nothing any more."""
        if not self._awaits(room, reply.id):
            return []
        answer = reply.read(m.SubscribeReply)
        effects: list[Effect] = []
        for listener, item in room.settle(answer):
            told = item if isinstance(item, Missed) else _in_room(item, room.name)
            effects.append(Tell(listener, told))
        effects += [Tell(listener, Entered(answer.states)) for listener in room.started]
        if room.asks_again:
            effects += self._ask(room)
        elif answer.more:
            room.ask_at = now + RETRY_SECONDS
        return effects

    def refused(self, room: Room, message: m.ErrorFrame, now: float) -> list[Effect]:
        """Ask again later, or tell everybody in the room that it is closed to us."""
        if not self._awaits(room, message.id):
            return []
        room.asking = None
        if message.retryable:
            room.ask_at = retry_at(message, now)
            return []
        return self._close(room, error_of(message))

    def _awaits(self, room: Room, answered: m.RequestId | None) -> bool:
        """Whether this is the latest question, and the room was not left and entered anew since.

        A room that was left must not page on: each subscription takes the place of the one before, for the
        server, and what changes on the board meanwhile would be told to nobody.
        """
        return self._rooms.get(room.name) is room and room.asking == answered

    def ended(self, name: str, message: m.ErrorFrame) -> list[Effect]:
        """The server has ended a subscription; an answer that is awaited will speak for itself."""
        room = self._rooms.get(name)
        if room is None or room.asking is not None:
            return []
        return self._close(room, error_of(message))

    def _close(self, room: Room, error: RealtimeError) -> list[Effect]:
        del self._rooms[room.name]
        return [Tell(listener, Refused(error)) for listener in room.listeners]

    # -- the connection --------------------------------------------------------------------------

    def ask_all(self) -> list[Effect]:
        """Ask for every room: the connection is new."""
        effects: list[Effect] = []
        for room in list(self._rooms.values()):
            effects += self._ask(room)
        return effects

    def ask_due(self, now: float) -> list[Effect]:
        """Ask again for what could not be had before."""
        effects: list[Effect] = []
        for room in self._rooms.values():
            if room.ask_at is not None and room.ask_at <= now:
                effects += self._ask(room)
        return effects

    def _ask(self, room: Room) -> list[Effect]:
        if not self._requests.can_be_sent:
            return []
        too_old = self._requests.missing("subscribe")
        if too_old is not None:
            return self._close(room, too_old)
        sent = self._requests.make(
            room, lambda i: m.SubscribeRequest(id=i, room=room.name, since=room.origin)
        )
        room.asking, room.ask_at = self._requests.last_id, None
        return [sent]

    def connection_lost(self) -> None:
        """No answer will come any more."""
        for room in self._rooms.values():
            room.asking = room.ask_at = None

    def give_up(self, error: RealtimeError) -> list[Effect]:
        """Tell everybody: there will be no other connection."""
        effects: list[Effect] = [
            Tell(listener, Refused(error))
            for room in self._rooms.values()
            for listener in room.listeners
        ]
        self._rooms.clear()
        return effects


def _in_room(event: m.LoggedEvent, room: str) -> m.EventFrame:
    return m.EventFrame(room=room, **msgspec.structs.asdict(event))
