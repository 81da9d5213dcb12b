"""What is stored about a person: shown to them, and erased when they want it.

Rules
-----
1. It is for people themselves, and for admins: `core.access.check_personal`.
2. Events keep their places and what was said in them, but no longer say who said it. What belongs to the
   person alone (inbox, keys, tickets, roles) goes; their tokens are revoked.
3. Erasing gives nobody a right: a role that is less than what the server grants to everybody stays, unless
   an admin erases somebody by name.
4. An answer means that all of it is durable. Runs that go on here forget the person first, so that they
   write no name behind what was erased; boards forget them last.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ..core.access import check_personal
from ..core.actors import Principal
from ..core.members import Role, less_than
from ..ports import PersonalPage, Place, Store
from .active_runs import ActiveRuns
from .credentials import Credentials
from .presence import Presences
from .projects import Projects
from .rooms import Rooms
from .run_recorder import now_ms


@dataclass(frozen=True)
class Erased:
    """How many rows of each section were erased, and how many stay."""

    erased: dict[str, int]
    kept: dict[str, int]


class People:
    """Shows and erases what is stored about people."""

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        active: ActiveRuns,
        projects: Projects,
        credentials: Credentials,
        presences: Presences,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._active = active
        self._projects = projects
        self._credentials = credentials
        self._presences = presences
        # Looking through whole logs is work: of those who ask at the same time, one has a step at a time.
        self._one_at_a_time = asyncio.Lock()

    async def data(self, principal: Principal, person: str) -> AsyncIterator[PersonalPage]:
        """Give what is stored about a person, piece by piece; the sections come one after another.

        Raises
        ------
        Forbidden
            Before the first piece.
        """
        check_personal(principal, person)
        place: Place | None = None
        while True:
            async with self._one_at_a_time:
                page = await self._store.people.find(person, place)
            yield page
            place = page.following
            if place is None:
                return

    async def erase(self, principal: Principal, person: str, *, by_name: bool) -> Erased:
        """Erase what is stored about a person.

        Parameters
        ----------
        by_name
            Whether an admin looks after somebody, rather than a person after themselves.

        Raises
        ------
        Forbidden
        """
        check_personal(principal, person)
        keep = [] if by_name and principal.admin else less_than(self._projects.grant.others)
        self._active.forget(person)
        self._presences.forget(person)
        done = await self._erase(person, keep)
        self._rooms.forget(person)
        await self._projects.standings.refresh()
        await self._credentials.revoked()
        await self._store.scrub()
        return done

    async def _erase(self, person: str, keep: list[Role]) -> Erased:
        erased: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        place: Place | None = None
        while True:
            async with self._one_at_a_time:
                step = await self._store.people.erase(person, place, keep, now_ms())
            erased[step.section] += step.erased
            kept[step.section] += step.kept
            place = step.following
            if place is None:
                return Erased(dict(erased), {name: n for name, n in kept.items() if n})
