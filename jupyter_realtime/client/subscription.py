"""What people hold of a room that they listen to, and how what comes from it gets to them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ..core.errors import RealtimeError
from ..core.messages import EventFrame
from .connection import ClosedHere, Connection
from .effects import Item, Refused
from .records import Record, record
from .room import Entered, Missed

log = logging.getLogger(__name__)

Handler = Callable[[Record], Any]


class AsyncSubscription:
    """Somebody listens to a room until `close`."""

    def __init__(self, connection: Connection, number: int, room: str) -> None:
        self.room = room
        self._connection = connection
        self._number = number

    def close(self) -> None:
        """Stop listening."""
        self._connection.unsubscribe(self._number, self.room)


class Delivery:
    """Hands what comes from a room to people's functions."""

    def __init__(self, room: str, on_event: Handler, on_state: Handler | None) -> None:
        self._room = room
        self._on_event = on_event
        self._on_state = on_state

    def __call__(self, item: Item) -> None:
        """Hand over one thing that came."""
        if isinstance(item, EventFrame):
            self._on_event(record(item))
        elif isinstance(item, Missed):
            log.warning("Some events of %s are no longer kept and were missed", self._room)
        elif isinstance(item, Refused):
            self._warn(item.error)
        elif self._on_state is not None:
            for state in item.states if isinstance(item, Entered) else [item]:
                self._on_state(Record({"room": self._room, **record(state)}))

    def _warn(self, error: RealtimeError) -> None:
        if not isinstance(error, ClosedHere):
            log.warning("Nothing more comes from %s: %s", self._room, error)
