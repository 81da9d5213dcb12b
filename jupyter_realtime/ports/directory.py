"""Who has come by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ..core.actors import Actor


@dataclass(frozen=True)
class Known:
    """Somebody who has come by.

    Parameters
    ----------
    actor
        As others saw them last.
    groups
        As whoever vouched for them said last.
    """

    actor: Actor
    groups: frozenset[str]
    seen_ms: int


class Directory(Protocol):
    """Who has come by, by name."""

    async def see(self, known: Known) -> bool:
        """Note that somebody is here; true for the first time."""
        ...

    async def find(self, names: Collection[str]) -> dict[str, Known]:
        """Find those of these names who have come by."""
        ...

    async def page(self, after: str, limit: int) -> list[Known]:
        """List everybody, by name, behind a name."""
        ...

    async def forget(self, before_ms: int) -> int:
        """Forget who was not seen since; returns how many."""
        ...
