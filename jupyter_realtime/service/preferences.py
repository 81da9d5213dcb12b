"""How people want to be told: read by whoever tells them something, and settled by themselves.

Nothing is remembered, since another server may change it at any moment.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection

from ..core.access import Verb
from ..core.actors import Principal
from ..core.preferences import Policy, Preferences, check_preferences
from ..core.rooms import RoomName, user_room
from ..ports import Store
from .projects import Projects

Changed = Callable[[str, Preferences], Awaitable[None]]


class PreferenceBook:
    """What people have settled.

    Parameters
    ----------
    policy
        What an admin has settled for everybody.
    """

    def __init__(self, store: Store, projects: Projects, policy: Policy) -> None:
        self._store = store
        self._projects = projects
        self.policy = policy
        self._changed: list[Changed] = []

    def on_change(self, listener: Changed) -> None:
        """Have it told when somebody has settled something else."""
        self._changed.append(listener)

    async def of(self, person: str) -> Preferences:
        """Read what somebody has settled."""
        return (await self.of_many([person]))[person]

    async def of_many(self, people: Collection[str]) -> dict[str, Preferences]:
        """Read what several people have settled; nothing is the defaults."""
        found = await self._store.preferences.of(people)
        return {person: found.get(person, Preferences()) for person in people}

    async def read(self, principal: Principal) -> Preferences:
        """Read one's own."""
        await self._check(principal)
        return await self.of(principal.name)

    async def put(self, principal: Principal, wanted: Preferences) -> None:
        """Settle one's own; what waits to go out is decided anew.

        Raises
        ------
        BadRequest, Forbidden
        """
        await self._check(principal)
        await self.keep(principal.name, wanted)

    async def reset(self, principal: Principal) -> Preferences:
        """Take back what one has settled of how one is told; returns what is left.

        Raises
        ------
        Forbidden
        """
        wanted = (await self.read(principal)).reset
        await self.keep(principal.name, wanted)
        return wanted

    async def keep(self, person: str, wanted: Preferences) -> None:
        """Settle it for somebody who has shown otherwise that it is them, as by a link in a mail.

        Raises
        ------
        BadRequest
        """
        check_preferences(wanted, self.policy)
        await self._store.preferences.put(person, wanted, time.time_ns() // 1_000_000)
        for listener in self._changed:
            await listener(person, wanted)

    async def _check(self, principal: Principal) -> None:
        """Refuse whoever may not read the inbox of this name: a program, a visitor."""
        room = RoomName.parse(user_room(principal.name))
        await self._projects.check(principal, Verb.READ, room)
