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


@dataclass(frozen=True)
class Sighting:
    """That somebody was in a project."""

    project: str
    person: str
    seen_ms: int


class Directory(Protocol):
    """Who has come by, by name, and when they were last in which project."""

    async def see(self, known: Known) -> bool:
        """Note that somebody is here; true for the first time."""
        ...

    async def find(self, names: Collection[str]) -> dict[str, Known]:
        """Find those of these names who have come by."""
        ...

    async def page(self, after: str, limit: int) -> list[Known]:
        """List everybody, by name, behind a name."""
        ...

    async def note(self, sightings: Collection[Sighting]) -> None:
        """Note when people were in a project; of two moments the later one stays."""
        ...

    async def seen_in(self, project: str, limit: int) -> list[Known]:
        """List whom we know of those who were in a project, and when: who left last comes first."""
        ...

    async def forget(self, before_ms: int) -> int:
        """Forget who was not seen since; returns how many."""
        ...
