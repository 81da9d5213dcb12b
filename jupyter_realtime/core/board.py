"""A room's board: the latest value of each `(event, key)`.

Rules
-----
1. Pinning replaces what hung there under the same event and key; null takes it down.
2. *Connection-owned* entries belong to a connection and go with it. *Entity-owned* ones (an analysis,
   the system) are set by services only and have no owner here.
3. A board is memory that clients can fill, and every subscriber gets all of it: what is connection-owned
   is bounded in entries and in bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from .actors import former, is_persons
from .codec import encode
from .messages import StateEntry

MAX_ENTRIES_AN_OWNER = 64
# 96 bits: two boards of one room that are taken for the same would hide a change.
VERSION_CHARACTERS = 24
MAX_BYTES_AN_OWNER = 128 * 1024
_NOTHING = object()


@dataclass(frozen=True)
class Pin:
    """An entry with the connection that owns it, or None for a service; `size` in bytes of its data."""

    entry: StateEntry
    owner: str | None
    size: int


@dataclass
class _Share:
    """What one connection, or all of them, have on a board."""

    entries: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        self.entries += 1
        self.size += size

    def remove(self, size: int) -> None:
        self.entries -= 1
        self.size -= size


class Board:
    """What hangs in one room."""

    def __init__(self) -> None:
        self._pins: dict[tuple[str, str], Pin] = {}
        self._shares: dict[str, _Share] = {}
        self._owned = _Share()
        # Grows with each change by a service, so that a picture taken meanwhile is known to be old.
        self.entity_changes = 0

    def __len__(self) -> int:
        return len(self._pins)

    def pin(self, entry: StateEntry, owner: str | None) -> None:
        """Hang up the latest value."""
        self.unpin(entry.event, entry.key)
        size = 0
        if owner is None:
            self.entity_changes += 1
        else:
            size = _size(entry)
            self._owned.add(size)
            self._shares.setdefault(owner, _Share()).add(size)
        self._pins[entry.event, entry.key] = Pin(entry, owner, size)

    def unpin(self, event: str, key: str) -> bool:
        """Take an entry down; False if nothing hung there."""
        gone = self._pins.pop((event, key), None)
        if gone is None:
            return False
        if gone.owner is None:
            self.entity_changes += 1
        else:
            self._owned.remove(gone.size)
            self._give_back(gone.owner, gone.size)
        return True

    def _give_back(self, owner: str, size: int) -> None:
        share = self._shares[owner]
        share.remove(size)
        if not share.entries:
            del self._shares[owner]

    def entries(self) -> list[StateEntry]:
        """Everything, as a subscriber gets it."""
        return [pin.entry for pin in self._pins.values()]

    def owned_by(self, owner: str) -> Iterator[StateEntry]:
        """What a connection has pinned."""
        return (pin.entry for pin in list(self._pins.values()) if pin.owner == owner)

    def pinned_by(self, person: str, events: Collection[str]) -> Iterator[StateEntry]:
        """What somebody's connections have pinned under some names."""
        return (
            pin.entry
            for pin in list(self._pins.values())
            if pin.owner and pin.entry.event in events and is_persons(pin.entry.actor, person)
        )

    def has_of(self, owner: str) -> bool:
        """Whether a connection has pinned something."""
        return owner in self._shares

    def has_room_for(self, entry: StateEntry, owner: str, most_bytes: int) -> bool:
        """Whether a connection may pin this: by its own share, and by that of all connections."""
        before = self._pins.get((entry.event, entry.key))
        freed = before.size if before else 0
        share = self._shares.get(owner, _Share())
        size = _size(entry)
        return (
            share.entries - (before is not None) < MAX_ENTRIES_AN_OWNER
            and share.size - freed + size <= MAX_BYTES_AN_OWNER
            and self._owned.size - freed + size <= most_bytes
        )

    def take_over(self, entries: Iterable[StateEntry]) -> list[StateEntry]:
        """Hang up what services have pinned elsewhere; returns what is new."""
        known = {at: pin.entry.data for at, pin in self._pins.items() if pin.owner is None}
        changed = [e for e in entries if known.get((e.event, e.key), _NOTHING) != e.data]
        for entry in changed:
            self.pin(entry, None)
        return changed

    def forget(self, person: str, time: str) -> list[StateEntry]:
        """Take down what somebody's connections have pinned, and the name off the rest.

        Returns
        -------
        list
            The entries as they are now.
        """
        changed = []
        for pin in list(self._pins.values()):
            entry = pin.entry
            if not is_persons(entry.actor, person):
                continue
            nameless = msgspec.structs.replace(entry, actor=former(entry.actor))
            if pin.owner is None:
                self.pin(nameless, None)
            else:
                self.unpin(entry.event, entry.key)
                nameless = msgspec.structs.replace(nameless, data=None, time=time)
            changed.append(nameless)
        return changed

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
        return self._owned.entries > 0


def _size(entry: StateEntry) -> int:
    return len(entry.key) + len(encode(entry.data))
