"""A room's board: the latest value of each `(event, key)`.

Rules
-----
1. Pinning replaces what hung there under the same event and key; null takes it down.
2. *Connection-owned* entries belong to a connection and go with it. *Entity-owned* ones (an analysis,
   the system) are set by services only and have no owner here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from .codec import encode
from .messages import StateEntry

# A board is memory that clients can fill; beyond this a client is refused.
MAX_ENTRIES_AN_OWNER = 64
# 96 bits: two boards of one room that are taken for the same would hide a change.
VERSION_CHARACTERS = 24


@dataclass(frozen=True)
class Pin:
    """An entry with the connection that owns it, or None for a service."""

    entry: StateEntry
    owner: str | None


class Board:
    """What hangs in one room."""

    def __init__(self) -> None:
        self._pins: dict[tuple[str, str], Pin] = {}

    def __len__(self) -> int:
        return len(self._pins)

    def pin(self, entry: StateEntry, owner: str | None) -> None:
        """Hang up the latest value."""
        self._pins[entry.event, entry.key] = Pin(entry, owner)

    def unpin(self, event: str, key: str) -> bool:
        """Take an entry down; False if nothing hung there."""
        return self._pins.pop((event, key), None) is not None

    def entries(self) -> list[StateEntry]:
        """Everything, as a subscriber gets it."""
        return [pin.entry for pin in self._pins.values()]

    def owned_by(self, owner: str) -> Iterator[StateEntry]:
        """What a connection has pinned."""
        return (pin.entry for pin in list(self._pins.values()) if pin.owner == owner)

    def is_full_for(self, owner: str, event: str, key: str) -> bool:
        """Whether a connection has pinned as much as it may, and this would be one more."""
        if (event, key) in self._pins:
            return False
        return sum(1 for _ in self.owned_by(owner)) >= MAX_ENTRIES_AN_OWNER

    @property
    def version(self) -> str:
        """A digest: equal boards have equal versions, on every node and after every restart.

        When an entry was pinned doesn't count: a board that is rebuilt from its entities shows nothing
        new.
        """
        digest = hashlib.sha256()
        for (event, key), pin in sorted(self._pins.items()):
            digest.update(encode([event, key, pin.entry.actor.name, pin.entry.data]))
        return digest.hexdigest()[:VERSION_CHARACTERS]

    @property
    def has_owned(self) -> bool:
        """Whether some entry lives only here, so that the board must not be forgotten."""
        return any(pin.owner is not None for pin in self._pins.values())
