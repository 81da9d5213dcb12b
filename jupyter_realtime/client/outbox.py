"""Publishes that were not acknowledged yet, each with the key under which it may be repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Letter:
    """One publish; `sent` is about the present connection."""

    ticket: int
    room: str
    event: str
    data: Any
    key: str
    sent: bool = False
    not_before: float = 0.0


class Outbox:
    """Letters in the order in which they were written."""

    def __init__(self) -> None:
        self._letters: dict[int, Letter] = {}

    def __len__(self) -> int:
        return len(self._letters)

    def add(self, letter: Letter) -> None:
        """Keep a letter until it is acknowledged."""
        self._letters[letter.ticket] = letter

    def get(self, ticket: int) -> Letter | None:
        """Find a letter that is still in here."""
        return self._letters.get(ticket)

    def remove(self, ticket: int) -> None:
        """Forget a letter: it was acknowledged, refused or withdrawn."""
        self._letters.pop(ticket, None)

    def due(self, now: float) -> Iterator[Letter]:
        """Go through what can be sent now."""
        waiting = list(self._letters.values())
        return (letter for letter in waiting if not letter.sent and letter.not_before <= now)

    def postpone(self, letter: Letter, until: float) -> None:
        """Send a letter again, later."""
        letter.sent, letter.not_before = False, until

    def connection_lost(self) -> None:
        """Nothing counts as sent any more."""
        for letter in self._letters.values():
            self.postpone(letter, 0.0)

    def drain(self) -> list[int]:
        """Take everything out: there will be no other connection."""
        tickets = list(self._letters)
        self._letters.clear()
        return tickets
