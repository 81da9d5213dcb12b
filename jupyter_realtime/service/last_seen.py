"""When people were last in a project, to the minute.

It is written once a minute at most, for all together; what is not written yet counts as if it were. A
server that is killed takes no more than that minute with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from ..core.actors import Principal
from ..core.errors import RealtimeError
from ..core.presence import MINUTE_SECONDS
from ..ports import Known, Sighting, Store
from .background import Background
from .journal import Journal
from .preferences import PreferenceBook
from .projects import Projects

journal = Journal(__name__)

MINUTE_MS = MINUTE_SECONDS * 1000
# Who left before all of these isn't listed any more.
MOST_LISTED = 200

# Who is where just now, as (project, person).
Whereabouts = Callable[[], Iterable[tuple[str, str]]]


class LastSeen:
    """Remembers who was where."""

    def __init__(self, store: Store, projects: Projects, preferences: PreferenceBook) -> None:
        self._store = store
        self._projects = projects
        self._preferences = preferences
        self._unwritten: dict[tuple[str, str], int] = {}
        self._background = Background()

    def open(self, whereabouts: Whereabouts) -> None:
        """Begin to write who is where."""
        self._background.begin(self._write_each_minute(whereabouts))

    def note(self, project: str, person: str) -> None:
        """Note that somebody is in a project, or was a moment ago."""
        now_ms = time.time_ns() // 1_000_000
        self._unwritten[project, person] = now_ms - now_ms % MINUTE_MS

    def forget(self, person: str) -> None:
        """Write nothing more of somebody whose data is being erased."""
        for project, name in list(self._unwritten):
            if name == person:
                del self._unwritten[project, name]

    async def _write_each_minute(self, whereabouts: Whereabouts) -> None:
        while True:
            await asyncio.sleep(MINUTE_SECONDS)
            for project, person in whereabouts():
                self.note(project, person)
            await self.write()

    async def write(self) -> None:
        """Write what is not written yet; what can't be written now is, the next time."""
        taken, self._unwritten = self._unwritten, {}
        if not taken:
            return
        sightings = [Sighting(*at, seen_ms) for at, seen_ms in taken.items()]
        try:
            await self._store.directory.note(sightings)
        except RealtimeError as error:
            self._unwritten = taken | self._unwritten
            journal.warn("presence.unwritten", reason=error.message)

    async def seen_in(self, project: str, asker: str, but: Collection[str]) -> list[Known]:
        """List who was in a project, who left last first: of those who may still be there, and be seen.

        Parameters
        ----------
        but
            Who is there now.
        """
        found = await self._store.directory.seen_in(project, MOST_LISTED + len(but))
        known = {one.actor.name: one for one in found if one.actor.name not in but}
        late = [name for of, name in self._unwritten if of == project and name not in but]
        for name, one in (await self._store.directory.find(late)).items():
            known[name] = replace(one, seen_ms=self._unwritten[project, name])
        standing = await self._projects.get(project)
        settled = await self._preferences.of_many(known)
        seen = [
            one
            for name, one in known.items()
            if name == asker or settled[name].presence == "visible"
            if self._projects.role(_as_known(one), standing) is not None
        ]
        return sorted(seen, key=lambda one: -one.seen_ms)[:MOST_LISTED]

    async def close(self) -> None:
        """Write what is left, and end."""
        await self._background.close()
        await self.write()


def _as_known(known: Known) -> Principal:
    return Principal(actor=known.actor, groups=known.groups)
