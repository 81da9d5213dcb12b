"""What a conversation wants done: the orders that `connection` carries out, one after another."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.errors import RealtimeError
from ..core.messages import EventFrame, Position, StateFrame
from .room import Entered, Missed


@dataclass(frozen=True)
class Send:
    """Send this frame."""

    frame: str


@dataclass(frozen=True)
class HangUp:
    """Close the socket; `lost` follows."""

    code: int
    reason: str


@dataclass(frozen=True)
class Reconnect:
    """Open a socket again after this time."""

    after_seconds: float


@dataclass(frozen=True)
class Over:
    """There will be no other connection."""

    error: RealtimeError


@dataclass(frozen=True)
class Refused:
    """A room can't be followed (any more)."""

    error: RealtimeError


Item = EventFrame | StateFrame | Entered | Missed | Refused


@dataclass(frozen=True)
class Tell:
    """Hand a listener something from its room."""

    listener: int
    item: Item


@dataclass(frozen=True)
class Acknowledged:
    """A publish is durable."""

    ticket: int
    position: Position


@dataclass(frozen=True)
class Returned:
    """A publish was refused for good."""

    ticket: int
    error: RealtimeError


Effect = Send | HangUp | Reconnect | Over | Tell | Acknowledged | Returned
