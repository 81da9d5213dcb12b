"""What is stored about a person, in SQL: found piece by piece, and erased piece by piece.

Theory of operation
-------------------
Each section is a table, or a part of one. A step looks at a bounded piece of it in a reading thread, and
what it has found there is changed in a unit of its own: so neither memory nor the writer is taken for long,
however much there is, and publishes go on in between. A step says where the next one begins; whoever is
interrupted begins anew, and finds what is left.

Events stand in the log in the order of their rooms, not of people. No index leads from a person to them,
because each publish would pay for it; looking through the log costs a moment, and is rare.
"""

from __future__ import annotations

from collections.abc import Collection

from ...core.members import Role
from ...ports import ErasedStep, PersonalPage, Place
from ..units import Executor, Unit, Written
from . import credentials, decisions, events, notifications, threads
from .section import Found, Section

SECTIONS = (
    *events.SECTIONS,
    *decisions.SECTIONS,
    *credentials.SECTIONS,
    *notifications.SECTIONS,
    *threads.SECTIONS,
)


class SqlPeople:
    """The port `People` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def find(self, person: str, place: Place | None) -> PersonalPage:
        """Find a piece of what is stored about a person."""
        number, after = place or (0, None)
        section = SECTIONS[number]
        found = await self._executor.read(section.find(person, after))
        return PersonalPage(section.name, [item for _, item in found.rows], _next(number, found))

    async def erase(
        self, person: str, place: Place | None, keep: Collection[Role], now_ms: int
    ) -> ErasedStep:
        """Erase a piece of what is stored about a person."""
        number, after = place or (0, None)
        section = SECTIONS[number]
        found = await self._executor.read(section.find(person, after))
        rows = [row for row in found.rows if row[1].get("role") not in keep]
        if rows or section.always:
            theirs = Found(rows, found.following)
            await self._executor.write(_erased(section, person, theirs, now_ms))
        kept = len(found.rows) - len(rows)
        return ErasedStep(section.name, len(rows), kept, _next(number, found))


def _erased(section: Section, person: str, found: Found, now_ms: int) -> Unit[Written[None]]:
    yield from section.erase(person, found, now_ms)
    return Written(None)


def _next(number: int, found: Found) -> Place | None:
    if found.following is not None:
        return number, found.following
    return (number + 1, None) if number + 1 < len(SECTIONS) else None
