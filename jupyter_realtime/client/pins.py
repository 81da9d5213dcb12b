"""The states that a client has pinned, and pins again on every new connection.

Rules
-----
1. A board forgets what hung there with a lost connection. So each new one gets all of it anew, under
   its own name.
2. Only the latest value counts: while one is on its way the newer ones replace each other, and the last
   of them goes out when the answer has come. A slow server is thus never buried in states.
3. What is refused for now is sent again; what is refused for good is said in the log, and tried again on
   the next connection.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import Any

from ..core import messages as m
from ..core.errors import LimitReached
from .effects import Effect, Send
from .requests import Requests, retry_at

log = logging.getLogger(__name__)

_NEVER = math.inf


@dataclass
class Pin:
    """One state of ours; all but its value is about the present connection.

    Attributes
    ----------
    is_new
        Whether the value was not sent yet.
    is_on_its_way
        Whether the answer to an earlier value is awaited.
    hangs
        Whether the server has some value of it.
    """

    room: str
    event: str
    key: str
    data: Any
    is_new: bool = True
    is_on_its_way: bool = False
    hangs: bool = False
    not_before: float = 0.0


class Pins:
    """All states of one client."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._pins: dict[tuple[str, str, str], Pin] = {}

    @property
    def are_settled(self) -> bool:
        """Whether the server has said to all of it what it wants to say."""
        return not any(
            pin.is_on_its_way or (pin.is_new and pin.not_before != _NEVER)
            for pin in self._pins.values()
        )

    def pin(self, room: str, event: str, key: str, data: Any, now: float) -> list[Effect]:
        """Pin the latest value, or unpin with None."""
        pin = self._pins.get((room, event, key))
        if pin is None:
            pin = self._pins[room, event, key] = Pin(room, event, key, data)
        pin.data, pin.is_new = data, True
        if data is None:
            pin.not_before = 0.0
        return self._send_if_due(pin, now)

    def send_due(self, now: float) -> list[Effect]:
        """Send what can be sent now."""
        effects: list[Effect] = []
        for pin in list(self._pins.values()):
            effects += self._send_if_due(pin, now)
        return effects

    def _send_if_due(self, pin: Pin, now: float) -> list[Effect]:
        if pin.data is None and not pin.hangs and not pin.is_on_its_way:
            del self._pins[pin.room, pin.event, pin.key]
            return []
        is_due = pin.is_new and not pin.is_on_its_way and pin.not_before <= now
        return self._send(pin) if is_due and self._requests.may_send(now) else []

    def _send(self, pin: Pin) -> list[Effect]:
        too_old = self._requests.missing("state")
        if too_old is not None:
            self._give_up(pin, too_old.message)
            return []
        pin.is_new = False
        sent = self._requests.make(
            pin,
            lambda i: m.StateRequest(
                id=i, room=pin.room, event=pin.event, key=pin.key, data=pin.data
            ),
        )
        if self._is_too_large(sent):
            self._give_up(pin, "it is too large for the server")
            return []
        pin.is_on_its_way = True
        return [sent]

    def _is_too_large(self, sent: Send) -> bool:
        # Sent anyway it could end the connection, and would be sent on the next one, for ever.
        limits = self._requests.limits
        return limits is not None and len(sent.frame.encode()) > limits.message_bytes

    def acknowledged(self, pin: Pin, now: float) -> list[Effect]:
        """The server has what was sent last; send what has changed since."""
        pin.is_on_its_way = False
        pin.hangs = pin.is_new or pin.data is not None
        return self._send_if_due(pin, now)

    def refused(self, pin: Pin, message: m.ErrorFrame, now: float) -> list[Effect]:
        """Send a state again later, or not any more on this connection."""
        pin.is_on_its_way = False
        pin.is_new = True
        if message.retryable or message.code == LimitReached.code:
            pin.not_before = retry_at(message, now)
        else:
            self._give_up(pin, message.message)
        return self._send_if_due(pin, now)

    def _give_up(self, pin: Pin, why: str) -> None:
        pin.is_new, pin.not_before = True, _NEVER
        log.warning("%s is not shown in %s: %s", pin.event, pin.room, why)

    def connection_lost(self) -> None:
        """Nothing of ours hangs anywhere any more."""
        for pin in list(self._pins.values()):
            if pin.data is None:
                del self._pins[pin.room, pin.event, pin.key]
            pin.is_new, pin.is_on_its_way, pin.hangs, pin.not_before = True, False, False, 0.0

    def give_up(self) -> None:
        """Forget everything: there will be no other connection."""
        self._pins.clear()
