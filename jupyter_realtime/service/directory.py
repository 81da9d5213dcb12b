"""Who has come by: whom a team has, and whom an announcement reaches.

Rules
-----
1. A person is known from when they first come by, as themselves: a program, a visitor or a scoped token
   makes nobody known.
2. Seeing somebody costs those who serve them nothing: it is written beside, once a minute at most.
3. A project's team is everybody known who may read in it, and whoever was given a role there by name.
4. Who was seen here a moment ago counts as they were seen, also before that is written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from typing import Any

from ..core.actors import Actor, Principal, known_by_name
from ..core.errors import RealtimeError
from ..core.members import role_of
from ..ports import Known, Store
from .background import Background
from .projects import Projects
from .standings import Standing

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
PEOPLE_A_PAGE = 500
# Where the stock provider makes up a new name in each browser, there would be more and more of them.
MOST_REMEMBERED = 10_000

Newcomer = Callable[[Known], Coroutine[Any, Any, None]]


class Directory:
    """Knows who has come by."""

    def __init__(self, store: Store, projects: Projects) -> None:
        self._store = store
        self._projects = projects
        self._written: dict[str, tuple[Principal, float]] = {}
        self._newcomers: list[Newcomer] = []
        self._background = Background()

    def on_new(self, listener: Newcomer) -> None:
        """Have it told when somebody comes by for the first time."""
        self._newcomers.append(listener)

    def seen(self, principal: Principal) -> None:
        """Note that somebody is here; returns at once."""
        actor = principal.actor
        if actor.kind != "human" or actor.via == "server" or principal.scopes is not None:
            return
        now = time.monotonic()
        before = self._written.get(principal.name)
        if before is not None and before[0] == principal and now - before[1] < AGAIN_SECONDS:
            return
        if len(self._written) >= MOST_REMEMBERED:
            self._written.clear()
        self._written[principal.name] = principal, now
        self._background.begin(self._see(principal))

    async def _see(self, principal: Principal) -> None:
        known = _known(principal)
        try:
            if await self._store.directory.see(known):
                for listener in self._newcomers:
                    await listener(known)
        except RealtimeError as error:
            self._written.pop(principal.name, None)
            log.warning("That somebody came by could not be noted: %s", error)

    async def everybody(self) -> AsyncIterator[Known]:
        """Give everybody who is known, by name."""
        after = ""
        while page := await self._store.directory.page(after, PEOPLE_A_PAGE):
            for known in page:
                yield known
            after = page[-1].actor.name

    async def team(self, project: str) -> set[str]:
        """Name everybody who may read in a project."""
        standing = await self._projects.get(project)
        named = {name for kind, name in standing.roster if kind == "user"}
        known = {one.actor.name async for one in self.everybody() if self._may_read(one, standing)}
        return named | known | {self._projects.grant.owner}

    async def members(self, project: str) -> list[Actor]:
        """Give everybody who may read in a project as others see them, also who never came by."""
        team = await self.team(project)
        known = await self._store.directory.find(team)
        known |= {name: _known(self._written[name][0]) for name in team if name in self._written}
        return [
            known[name].actor if name in known else known_by_name(name) for name in sorted(team)
        ]

    def roles(self, project: str | None) -> object:
        """Give something that is another one when the roles in a project, or its switch, have changed."""
        return None if project is None else self._projects.standings.known(project)

    async def who_may_read(self, names: Collection[str], project: str) -> set[str]:
        """Leave out those who may not read in a project, or while it is off."""
        standing = await self._projects.get(project)
        if standing.off is not None:
            return set()
        known = await self._store.directory.find(names)
        known |= {name: _known(self._written[name][0]) for name in names if name in self._written}
        return {
            name
            for name in names
            if self._has_a_part(name, standing)
            or (name in known and self._may_read(known[name], standing))
        }

    def _has_a_part(self, name: str, standing: Standing) -> bool:
        return name == self._projects.grant.owner or ("user", name) in standing.roster

    def _may_read(self, known: Known, standing: Standing) -> bool:
        somebody = Principal(actor=known.actor, groups=known.groups)
        return role_of(somebody, standing.roster, self._projects.grant) is not None

    async def close(self) -> None:
        """End what is under way."""
        await self._background.close()


def _known(principal: Principal) -> Known:
    return Known(principal.actor, principal.groups, time.time_ns() // 1_000_000)
