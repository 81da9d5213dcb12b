"""A client in the world: the SDK's own `Conversation`, a cable instead of a socket, and what it was told.

It publishes, listens and pins, connects again when it was cut off, and notes everything in the history.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

from jupyter_realtime.client.backoff import Backoff
from jupyter_realtime.client.conversation import CLOSE_HEARTBEAT_LOST, Conversation
from jupyter_realtime.client.effects import (
    Acknowledged,
    Effect,
    HangUp,
    Item,
    Over,
    Reconnect,
    Returned,
    Send,
    Tell,
)
from jupyter_realtime.client.outbox import Letter
from jupyter_realtime.client.room import Entered, Missed, Origin
from jupyter_realtime.core.messages import EventFrame, Since, StateFrame
from tests.builders import principal

from .cable import Cable
from .history import Began, Delivered, History, Reset, Sent, Subscriber
from .node import Node, Seat
from .process import nobody_running

TICK_SECONDS = 0.5
RECENT = 20
STATE = "progress:job"


class Listener:
    """One listener of a client: its history, and the board as it sees it."""

    def __init__(self, story: Subscriber, origin: Origin) -> None:
        self.story = story
        self.origin = origin
        self.has_begun = isinstance(origin, Since)
        self.board: dict[str, Any] = {}


class Client:
    """Somebody at the other end.

    Parameters
    ----------
    choose
        Gives the node to connect to, None while there is none.
    log_of
        Tells a room's head and how far it is pruned, at this moment.
    """

    def __init__(
        self,
        name: str,
        chance: Random,
        history: History,
        choose: Callable[[], Node | None],
        log_of: Callable[[str], tuple[int, int]],
    ) -> None:
        self.name = name
        self.chance = chance
        self.conversation = Conversation(None, Backoff(chance.random))
        self.listeners: dict[int, Listener] = {}
        self.waiting: dict[int, Sent] = {}
        self.recent: deque[Sent] = deque(maxlen=RECENT)
        self.pins: dict[tuple[str, str], Any] = {}
        self.seat: Seat | None = None
        self._history = history
        self._choose = choose
        self._log_of = log_of
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        self._connect_soon(0.0)
        self._loop.call_later(TICK_SECONDS, self._tick)

    @property
    def now(self) -> float:
        """The time that the conversation is told."""
        return self._loop.time()

    @property
    def in_doubt(self) -> list[Sent]:
        """What this client may send again, with the same key."""
        return [*self.waiting.values(), *self.recent]

    def board_of_mine(self) -> Iterator[tuple[tuple[str, str], Any]]:
        """What hangs on boards for this client, with the keys that others see."""
        welcome = self.conversation.welcome
        for (room, key), data in self.pins.items():
            if data is not None and welcome is not None:
                yield (room, f"{welcome.connection}/{key}"), data

    # -- what people do ---------------------------------------------------------------------------

    def publish(self, sent: Sent, *, note: bool = True) -> None:
        """Post an event; the same one again is no news for the history."""
        if note:
            self._history.sent.append(sent)
            self.recent.append(sent)
        ticket = next(self._numbers)
        self.waiting[ticket] = sent
        letter = Letter(ticket, sent.room, "custom:x", {"body": sent.body}, sent.key)
        self._carry_out(self.conversation.publish(letter, self.now))

    def listen(self, room: str, origin: Origin) -> int:
        """Enter a room."""
        number = next(self._numbers)
        since = origin if origin is None or origin == "earliest" else origin.seq
        story = Subscriber(f"{self.name}/{number} (since {since})", room)
        if origin is not None and origin != "earliest":
            story.told.append(Began(origin.seq + 1, exact=True))
        self._history.subscribers.append(story)
        self.listeners[number] = Listener(story, origin)
        self._carry_out(self.conversation.subscribe(number, room, origin))
        return number

    def leave(self, number: int) -> None:
        """Leave it."""
        listener = self.listeners.pop(number)
        listener.story.stayed = False
        self._carry_out(self.conversation.unsubscribe(number, listener.story.room))

    def pin(self, room: str, key: str, data: Any) -> None:
        """Pin a state, on this connection and those that follow; None takes it down."""
        self.pins[room, key] = data
        self._carry_out(self.conversation.pin(room, STATE, key, data, self.now))

    # -- the connection ---------------------------------------------------------------------------

    def _connect_soon(self, after_seconds: float) -> None:
        # A server that says goodbye is not the one that connects again.
        with nobody_running():
            self._loop.call_later(after_seconds, self._connect)

    def _connect(self) -> None:
        node = self._choose()
        if node is None:
            self._carry_out(self.conversation.lost(None, self.now))
            return
        end = _End(self)
        chance = Random(self.chance.random())

        def make_cable(**server: Any) -> Cable:
            return Cable(chance, to_client=end.hear, client_lost=end.lost, **server)

        self._carry_out(self.conversation.opened(self.now))
        end.seat = self.seat = node.seat(principal(self.name), make_cable)

    def lost(self, code: int | None) -> None:
        """Learn that the connection is gone."""
        self.seat = None
        self._carry_out(self.conversation.lost(code, self.now))

    def hear(self, message: str) -> None:
        """Take a message."""
        self._carry_out(self.conversation.received(message, self.now))

    def _tick(self) -> None:
        self._loop.call_later(TICK_SECONDS, self._tick)
        self._carry_out(self.conversation.tick(self.now))

    # -- what the conversation wants --------------------------------------------------------------

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                if self.seat is not None:
                    self.seat.cable.send_up(effect.frame)
            elif isinstance(effect, Tell):
                self._told(effect.listener, effect.item)
            elif isinstance(effect, Acknowledged):
                body = self.waiting.pop(effect.ticket).body
                self._history.acknowledged.append((body, effect.position.seq))
            elif isinstance(effect, Returned):
                self._history.refused[self.waiting.pop(effect.ticket).body] = effect.error.code
            elif isinstance(effect, Reconnect):
                self._connect_soon(effect.after_seconds)
            elif isinstance(effect, HangUp):
                self._hang_up(effect)
            elif isinstance(effect, Over):
                raise AssertionError(f"{self.name} gave up: {effect.error}")

    def _hang_up(self, effect: HangUp) -> None:
        if effect.code != CLOSE_HEARTBEAT_LOST:
            raise AssertionError(f"{self.name} hung up: {effect.code} {effect.reason}")
        if self.seat is not None:
            self.seat.cable.cut()

    def _told(self, number: int, item: Item) -> None:
        listener = self.listeners.get(number)
        if listener is None:
            return
        if isinstance(item, EventFrame):
            self._begin(listener)
            listener.story.told.append(Delivered(item.seq, self.body_of(item)))
        elif isinstance(item, StateFrame):
            listener.board[item.key] = item.data
            if item.data is None:
                del listener.board[item.key]
        elif isinstance(item, Missed):
            pruned = self._log_of(listener.story.room)[1]
            listener.story.told.append(Reset(item.position.seq, pruned))
        elif isinstance(item, Entered):
            self._begin(listener)
            listener.board = {entry.key: entry.data for entry in item.states}
        else:
            raise AssertionError(f"{listener.story.name} was refused: {item.error}")

    def body_of(self, item: EventFrame) -> str:
        """Tell events apart."""
        return str(item.data["body"])

    def _begin(self, listener: Listener) -> None:
        told = listener.story.told
        if not listener.has_begun:
            listener.has_begun = True
            head, pruned = self._log_of(listener.story.room)
            told.append(Began(1 + (pruned if listener.origin == "earliest" else head)))


class _End:
    """The client's end of one cable; what a later one says is no longer mixed up with it."""

    seat: Seat | None = None

    def __init__(self, client: Client) -> None:
        self._client = client
        self._over = False

    def hear(self, message: str | int) -> None:
        if isinstance(message, str):
            if not self._over:
                self._client.hear(message)
        else:
            self._end(message)
            assert self.seat is not None
            self.seat.cable.cut()

    def lost(self) -> None:
        self._end(None)

    def _end(self, code: int | None) -> None:
        if not self._over:
            self._over = True
            self._client.lost(code)
