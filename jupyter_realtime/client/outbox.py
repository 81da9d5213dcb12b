"""Publishes that were not acknowledged yet, each with the key under which it may be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..core import messages as m
from ..core.errors import RealtimeError, TooLarge
from .effects import Acknowledged, Effect, Returned
from .frames import AnyReply
from .requests import Requests, error_of, retry_at


@dataclass
class Letter:
    """One publish; `not_before` is a moment on the present connection."""

    ticket: int
    room: str
    event: str
    data: Any
    key: str
    not_before: float = 0.0


class Outbox:
    """Letters in the order in which they were written."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._letters: dict[int, Letter] = {}
        self._unsent: dict[int, Letter] = {}

    def add(self, letter: Letter) -> None:
        """Keep a letter until it is acknowledged."""
        self._letters[letter.ticket] = self._unsent[letter.ticket] = letter

    def remove(self, ticket: int) -> None:
        """Forget a letter: it was acknowledged, refused or withdrawn."""
        self._letters.pop(ticket, None)
        self._unsent.pop(ticket, None)

    def send_due(self, now: float) -> list[Effect]:
        """Send what can be sent now."""
        effects: list[Effect] = []
        if not self._unsent or not self._requests.may_send(now):
            return effects
        for letter in list(self._unsent.values()):
            if not self._requests.may_send(now):
                break
            if letter.not_before <= now:
                effects.append(self._send(letter))
        return effects

    def _send(self, letter: Letter) -> Effect:
        del self._unsent[letter.ticket]
        too_old = self._requests.missing("publish")
        if too_old is not None:
            self.remove(letter.ticket)
            return Returned(letter.ticket, too_old)
        sent = self._requests.make(
            letter,
            lambda i: m.PublishRequest(
                id=i, room=letter.room, event=letter.event, data=letter.data, key=letter.key
            ),
        )
        limits = self._requests.limits
        # Sent anyway it could end the connection, and would be resent on the next one, for ever.
        if limits is not None and len(sent.frame.encode()) > limits.message_bytes:
            self.remove(letter.ticket)
            too_large = TooLarge(f"A message has at most {limits.message_bytes} bytes.")
            return Returned(letter.ticket, too_large)
        return sent

    def acknowledged(self, letter: Letter, reply: AnyReply, now: float) -> list[Effect]:
        """The event of a letter is durable; there may be room for another one."""
        position = reply.read(m.PublishReply).position
        self.remove(letter.ticket)
        return [Acknowledged(letter.ticket, position), *self.send_due(now)]

    def refused(self, letter: Letter, message: m.ErrorFrame, now: float) -> list[Effect]:
        """Send a letter again later, or give it back."""
        if message.retryable:
            letter.not_before = retry_at(message, now)
            if letter.ticket in self._letters:
                self._unsent[letter.ticket] = letter
            return []
        self.remove(letter.ticket)
        return [Returned(letter.ticket, error_of(message))]

    def connection_lost(self) -> None:
        """Nothing counts as sent any more."""
        for letter in self._letters.values():
            letter.not_before = 0.0
        self._unsent = dict(self._letters)

    def give_up(self, error: RealtimeError) -> list[Effect]:
        """Give everything back: there will be no other connection."""
        tickets = list(self._letters)
        self._letters.clear()
        self._unsent.clear()
        return [Returned(ticket, error) for ticket in tickets]
