"""What is known of projects, in memory: their rows, their members, and whether they are on.

Rules
-----
1. A project is read from the store once. After that a check costs no SQL, however often something is
   published.
2. A change that is committed here counts in commit order: before any event that was committed after it
   is handed out. What another server has changed counts as soon as its commit is noticed, and before the
   events behind it are handed out; a marker file, within `WATCH_SECONDS`.
3. Each change is told, so that what is no longer allowed can be ended.

Theory of operation
-------------------
Reading takes a while, and meanwhile things change: each change counts `_version` up, and what was read
under another version is read again, so that nothing old ever replaces something new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.codec import convert, decode_json
from ..core.errors import RealtimeError
from ..core.events import MemberChanged
from ..core.log import StoredEvent
from ..core.members import MemberKey, Role
from ..core.rooms import RoomName
from ..ports import Project, Store
from .background import Background
from .journal import Journal
from .switches import Switches

log = logging.getLogger(__name__)
journal = Journal(__name__)

WATCH_SECONDS = 1.0
TURNED_OFF = "An owner has turned this project off."


@dataclass(frozen=True)
class Standing:
    """A project as it stands now.

    Parameters
    ----------
    roster
        The roles that were given; others have what the server grants.
    marker
        Why the project's file turns it off, or None.
    """

    project: Project
    roster: dict[MemberKey, Role]
    marker: str | None

    @property
    def id(self) -> str:
        """The project's id."""
        return self.project.id

    @property
    def off(self) -> str | None:
        """Why nothing works in this project, in words; None where it does."""
        return self.marker or (None if self.project.enabled else TURNED_OFF)


class Standings:
    """How the projects below one server's root stand."""

    def __init__(self, store: Store, root: Path) -> None:
        self._store = store
        self._root = root
        self._switches = Switches()
        self._known: dict[str, Standing] = {}
        self._loading: dict[str, asyncio.Task[Standing | None]] = {}
        self._version = 0
        self._changed: list[Callable[[str], None]] = []
        self._refreshed: list[Callable[[], None]] = []
        self._background = Background()

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Have it told, by its id, when a project's members or its switch have changed."""
        self._changed.append(listener)

    def on_refreshed(self, listener: Callable[[], None]) -> None:
        """Have it told when what another server may have changed is known here."""
        self._refreshed.append(listener)

    def known(self, project: str) -> Standing | None:
        """Tell how a project stands that somebody has asked for before."""
        return self._known.get(project)

    async def of(self, project: str) -> Standing | None:
        """Tell how a project stands; None if there is none below the root."""
        known = self._known.get(project)
        if known is not None:
            return known
        loading = self._loading.get(project)
        if loading is None:
            loading = asyncio.get_running_loop().create_task(self._load(project))
            self._loading[project] = loading
            loading.add_done_callback(lambda _: self._loading.pop(project))
        # Many ask at once when a server has started; one that goes away takes nothing from the others.
        return await asyncio.shield(loading)

    async def _load(self, project: str) -> Standing | None:
        while True:
            version = self._version
            row = await self._store.projects.get(project)
            if row is None or not Path(row.root).is_relative_to(self._root):
                return None
            rosters = await self._store.members.of([project])
            marker = await self._switches.off(Path(row.root))
            if version == self._version:
                return self._known.setdefault(project, Standing(row, rosters[project], marker))

    # -- changes ------------------------------------------------------------------------------------

    def committed(self, events: Sequence[StoredEvent]) -> None:
        """Take what has just become durable here."""
        for event in events:
            if event.event == "member:changed":
                self._version += 1
                self._take(RoomName.parse(event.room).id, event)

    def _take(self, project: str, event: StoredEvent) -> None:
        standing = self._known.get(project)
        if standing is None:
            return
        change = convert(decode_json(bytes(event.data)), MemberChanged)
        roster = dict(standing.roster)
        if change.role is None:
            roster.pop(change.key, None)
        else:
            roster[change.key] = change.role
        self._note(replace(standing, roster=roster))

    async def enable(self, standing: Standing, enabled: bool) -> Standing:
        """Turn everything of a project on or off."""
        await self._store.projects.enable(standing.id, enabled)
        self._version += 1
        standing = self._known[standing.id]
        standing = replace(standing, project=replace(standing.project, enabled=enabled))
        self._note(standing)
        return standing

    def _note(self, standing: Standing) -> None:
        if self._known.get(standing.id) == standing:
            return
        self._known[standing.id] = standing
        for listener in self._changed:
            listener(standing.id)

    # -- what others change -------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to look at the marker files."""
        self._background.begin(self._watch())

    def grown(self) -> None:
        """Read again what another process may have changed."""
        self._background.begin(self._refresh())

    async def _refresh(self) -> None:
        try:
            await self.refresh()
        except RealtimeError as error:
            # The store can't be read just now; the next growth asks again.
            journal.warn("members.unread", reason=error.message)
        except Exception:
            # Whatever it is, rooms must not stop to hear of what others have written.
            log.exception("Members could not be read again")
        for listener in self._refreshed:
            listener()

    async def refresh(self) -> None:
        """Read again how the known projects stand."""
        self._version += 1
        while True:
            version = self._version
            wanted = list(self._known)
            rows = {row.id: row for row in await self._store.projects.within(str(self._root))}
            rosters = await self._store.members.of(wanted)
            if version == self._version:
                break
        for project in wanted:
            if project in rows:
                standing = self._known[project]
                self._note(replace(standing, project=rows[project], roster=rosters[project]))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.look_at_markers()
            except Exception:
                # One project's trouble must not leave all others unwatched.
                log.exception("The switches of projects could not be looked at")

    async def look_at_markers(self) -> None:
        """Read the marker files that are other ones than before."""
        for project, standing in list(self._known.items()):
            marker = await self._switches.off(Path(standing.project.root))
            self._note(replace(self._known[project], marker=marker))

    async def close(self) -> None:
        """End what is under way."""
        await self._background.close()
