"""Documents that have threads are looked at on the disk: their code may change, and they may move.

Rules
-----
1. A document is looked at when it was saved, when somebody asks for it, when it gets its first thread, and
   every `LOOK_SECONDS`. One that looks as before (size and time) is not read.
2. Whoever follows documents is told what one says only where that is something else than before: new
   outputs move no thread.
3. A file that is gone is looked for by what it says. If exactly one file of its project says the same, and
   is no document yet, the document follows it there. Too little text is not enough to know a file by.
4. A file behind a link that leaves the project, or in another project that begins within this one, is not
   there: what it says is not for those who may read here.
5. Whether somebody names a path that is not known yet, or nobody does: it is found both ways.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from ..core.actors import SYSTEM_ACTOR, Actor
from ..core.anchors import Cell
from ..core.errors import RealtimeError
from ..core.log import StoredEvent
from ..ports import Document, Look, Project, Store
from .background import Background
from .disk_files import differs, gone, is_there, search, see
from .projects import Place, Projects
from .updates import Updates

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0

Listener = Callable[[str, Sequence[Cell], Actor], None]


class _Opening(msgspec.Struct):
    document: str
    # Only whether there is one is of interest.
    opens: dict[str, msgspec.Raw] | None


_decode_opening = msgspec.json.Decoder(_Opening).decode


class Disk:
    """Looks at the files of documents that have threads."""

    def __init__(self, store: Store, projects: Projects, updates: Updates) -> None:
        self._store = store
        self._projects = projects
        self._updates = updates
        self._listeners: list[Listener] = []
        self._background = Background()
        # Two looks at one file must not overtake each other.
        self._locks: dict[str, asyncio.Lock] = {}
        updates.on_saved(self.saved)
        projects.adopt_with(self.adopt)

    def on_changed(self, listener: Listener) -> None:
        """Have it told what a document says, by its id, where that is new; and who has saved it."""
        self._listeners.append(listener)

    def open(self) -> None:
        """Begin to look by itself."""
        self._background.begin(self._watch())

    async def close(self) -> None:
        """End."""
        await self._background.close()

    # -- when ---------------------------------------------------------------------------------------

    def saved(self, document: str, by: Actor) -> None:
        """Look at what was saved; returns at once."""
        self._background.begin(self._try(document, by))

    def committed(self, events: Sequence[StoredEvent]) -> None:
        """Look at what has just got a thread."""
        for event in events:
            if event.event == "comment:created":
                opening = _decode_opening(event.data)
                if opening.opens is not None:
                    # Whoever comments has not written what the file says by now.
                    self._background.begin(self._try(opening.document, SYSTEM_ACTOR))

    def opened(self, document: str) -> None:
        """Look whether what somebody opens has changed; returns at once."""
        self._background.begin(self._glance(document))

    async def _glance(self, document: str) -> None:
        try:
            watched = await self._store.looks.of(document)
            if watched is None:
                return
            project = (await self._projects.get(watched[0].project)).project
            if await asyncio.to_thread(differs, project, *watched):
                await self.look(document)
        except RealtimeError as error:
            log.warning("A document could not be looked at: %s", error)

    async def _try(self, document: str, by: Actor) -> None:
        try:
            await self.look(document, by)
        except RealtimeError as error:
            log.warning("A document could not be looked at: %s", error)

    async def _watch(self) -> None:
        while True:
            try:
                await self.look_at_all()
            except RealtimeError as error:
                log.warning("Documents could not be looked at; it is tried again: %s", error)
            except Exception:
                # One file's trouble must not leave all others unwatched.
                log.exception("Documents could not be looked at")
            await asyncio.sleep(LOOK_SECONDS)

    async def look_at_all(self) -> None:
        """Look at every document that has threads, in projects that are on."""
        roots = {}
        for project in await self._store.projects.within(str(self._projects.root)):
            if (await self._projects.get(project.id)).off is None:
                roots[project.id] = project
        for document, look in await self._store.looks.watched(list(roots)):
            if await asyncio.to_thread(differs, roots[document.project], document, look):
                await self.look(document.id, SYSTEM_ACTOR)

    # -- what ---------------------------------------------------------------------------------------

    async def look(self, document: str, by: Actor = SYSTEM_ACTOR) -> None:
        """Look at a document, and tell what it says where that is new."""
        lock = self._locks.setdefault(document, asyncio.Lock())
        async with lock:
            await self._look(document, by)
        if not lock.locked():
            self._locks.pop(document, None)

    async def _look(self, document: str, by: Actor) -> None:
        watched = await self._store.looks.of(document)
        if watched is None:
            return
        found, before = watched
        standing = await self._projects.get(found.project)
        if standing.off is not None:
            return
        seen = await asyncio.to_thread(see, standing.project, found)
        if seen is None:
            await self._missing(standing.project, document)
            return
        if seen.cells is None or seen.look == before:
            return
        await self._store.looks.note([seen.look])
        if before is None or before.is_missing or before.digest != seen.look.digest:
            for listener in self._listeners:
                listener(document, seen.cells, by)

    async def _missing(self, project: Project, document: str) -> None:
        # It may be on its way: then the document is elsewhere now, too.
        await self._updates.caught_up()
        watched = await self._store.looks.of(document)
        if watched is None:
            return
        found, look = watched
        if look is None or look.is_missing or is_there(project, found):
            return
        await self._store.looks.note([replace(look, is_missing=True)])
        places = await asyncio.to_thread(search, project, found, look)
        unknown = [
            path
            for path in places
            if await self._store.projects.find_document(project.id, path) is None
        ]
        if len(unknown) == 1:
            await self._follow(project, found, look, unknown[0])

    async def _follow(self, project: Project, document: Document, look: Look, path: str) -> None:
        folder = Path(project.root)
        was, where = (Place(folder, one, is_folder=False) for one in (document.path, path))
        await self._updates.follow(was, where, SYSTEM_ACTOR)
        await self._store.looks.note([replace(look, is_missing=False)])

    async def adopt(self, project: Project, path: str) -> None:
        """Before a path gets a document: see whether it is one whose file is gone."""
        watched = await self._store.looks.watched([project.id])
        missing = await asyncio.to_thread(gone, project, watched)
        if not missing:
            return
        new = await asyncio.to_thread(see, project, Document("", project.id, path))
        if new is None or not new.look.is_telling:
            return
        same = [(one, look) for one, look in missing if look.digest == new.look.digest]
        if len(same) == 1:
            await self._follow(project, *same[0], path)
