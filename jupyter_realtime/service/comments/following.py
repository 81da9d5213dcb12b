"""Threads follow their code: when a file has changed, and when somebody says where it is.

Rules
-----
1. When a document was saved, or has changed on disk, each of its threads is looked for again
   (`core.anchors`); where they are is one commit with the event about it. What stands where it stood is
   told to nobody.
2. Of several changes of a document in a row the last counts: what is looked for meanwhile waits for it.
3. Where somebody puts a thread by hand while it is being looked for, their word counts.
4. A document that can't be read, or is longer than anybody's code, leaves its threads where they are.
5. The threads of one document are looked for `LOOKING_SECONDS` at a time; then other documents have their
   turn, and it goes on with those that are left, or begins with them where the document has changed again.

Theory of operation
-------------------
Looking is work, some milliseconds for each thread of a document in which much is alike: it is done on a
thread of its own, one document at a time, and not at all where nothing has changed since the last look (a
save is heard of from Jupyter, and then seen on the disk).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ...core.access import Verb
from ...core.actors import SYSTEM_ACTOR, Actor, Principal
from ...core.anchors import (
    Candidate,
    Cell,
    Cells,
    Descent,
    Lineage,
    LineageKind,
    candidates,
    first_place,
    refresh,
    resolve,
)
from ...core.errors import BadRequest, RealtimeError
from ...core.events import ProjectUpdate
from ...core.log import Draft
from ...core.rooms import project_room
from ...core.threads import OwnThread
from ...ports import Anchored, Document, Store
from ..background import Background
from ..projects import Projects
from ..publishing import draft
from .contents import is_too_long, read_cells
from .range import MAX_CELL_ID_CHARACTERS, Range
from .reading import ThreadReading

log = logging.getLogger(__name__)

MAX_DESCENTS = 1000
# How long the threads of one document are looked for in a row: a thousand in new cells take a second.
LOOKING_SECONDS = 20.0
MAX_REMEMBERED = 1000

# Threads that were not looked for yet.
Left = frozenset[str]
NOTHING: Left = frozenset()


@dataclass(frozen=True)
class CellChange:
    """What happened to cells: each child came from each parent."""

    kind: LineageKind
    parents: Sequence[str]
    children: Sequence[str]


class Following:
    """Finds the code of threads again."""

    def __init__(self, store: Store, projects: Projects, reading: ThreadReading) -> None:
        self._store = store
        self._projects = projects
        self._reading = reading
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="realtime-anchors")
        # What each document says by now; whoever follows it takes the last.
        self._saved: dict[str, tuple[Sequence[Cell], Actor]] = {}
        self._followed: dict[str, asyncio.Task[None]] = {}
        # For which threads of a document there was no time before it had changed again.
        self._left: dict[str, Left] = {}
        # Of each document, what a look has changed nothing of.
        self._seen: dict[str, int] = {}
        self._background = Background()

    # -- when a document has changed --------------------------------------------------------------

    def saved(self, document: str, cells: Sequence[Cell], by: Actor = SYSTEM_ACTOR) -> None:
        """Say what a document says now; returns at once, and never fails."""
        self._saved[document] = cells, by
        if document not in self._followed:
            self._followed[document] = self._background.begin(self._follow(document))

    async def _follow(self, document: str) -> None:
        try:
            while (said := self._saved.pop(document, None)) is not None:
                await self.follow(document, *said)
        except RealtimeError as error:
            log.warning("Threads could not follow their code: %s", error)
        finally:
            self._followed.pop(document, None)

    async def look(self, document: str) -> None:
        """Have a document's threads follow what lies on the disk."""
        found = await self._store.projects.document(document)
        cells = None if found is None else await self._cells(found)
        if cells is not None:
            await self.follow(document, cells, SYSTEM_ACTOR)

    async def follow(self, document: str, cells: Sequence[Cell], by: Actor) -> int:
        """Look for all threads of a document in what it says now; gives how many are elsewhere."""
        moved, left = await self._look_for(document, cells, by, None)
        while left and document not in self._saved:
            more, left = await self._look_for(document, cells, by, left)
            moved += more
        if left:
            self._left[document] = left
        return moved

    async def _look_for(
        self, document: str, cells: Sequence[Cell], by: Actor, only: Left | None
    ) -> tuple[int, Left]:
        """Look for threads of a document, some or all, as long as it is its turn.

        Returns
        -------
        moved, left
            How many are elsewhere, and which were not looked for.
        """
        threads = await self._store.threads.anchored(document)
        found = await self._store.projects.document(document)
        if not threads or found is None or is_too_long(cells):
            return 0, NOTHING
        descents = await self._store.threads.descents(document)
        seen = hash((tuple(cells), tuple(threads), tuple(descents)))
        if self._seen.get(document) == seen:
            return 0, NOTHING
        waiting = self._left.pop(document, NOTHING) if only is None else only
        first = [one for one in threads if one.thread in waiting]
        others = [one for one in threads if one.thread not in waiting] if only is None else []
        loop = asyncio.get_running_loop()
        changed, left = await loop.run_in_executor(
            self._looking, _found, [*first, *others], cells, Lineage(descents)
        )
        moved = sum(one.anchor != one.before for one in changed)
        if changed:
            await self._store.threads.place(changed, [_told(found, by)] if moved else [])
        elif not left and only is None:
            self._note(document, seen)
        return moved, left

    def _note(self, document: str, seen: int) -> None:
        """Note that a look at just this has changed nothing."""
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen[document] = seen

    # -- what people say of it --------------------------------------------------------------------

    async def put(self, principal: Principal, thread: str, range_: Range) -> OwnThread:
        """Put a thread where somebody says that its code is."""
        found = await self._reading.get(principal, thread, Verb.PUBLISH)
        document = await self._reading.document(principal, found.document)
        source = range_.taken_down(found.anchor.original)
        place = Anchored(thread, first_place(source), source)
        await self._store.threads.place([place], [_told(document, principal.actor)])
        return await self._reading.get(principal, thread)

    async def candidates(self, principal: Principal, thread: str) -> list[Candidate]:
        """List the places at which a thread's code may be, in the document as it lies on the disk."""
        found = await self._reading.get(principal, thread)
        document = await self._reading.document(principal, found.document)
        cells = await self._cells(document)
        anchored = await self._store.threads.anchored(found.document)
        sources = [one.source for one in anchored if one.thread == thread]
        if cells is None or not sources:
            return []
        lineage = Lineage(await self._store.threads.descents(found.document))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._looking, candidates, sources[0], cells, lineage)

    async def descend(
        self, principal: Principal, document: str, changes: Sequence[CellChange]
    ) -> None:
        """Note which cells came from which, as a page has seen it."""
        found = await self._reading.document(principal, document, Verb.PUBLISH)
        descents = [
            Descent(change.kind, parent, child)
            for change in changes
            for parent in change.parents
            for child in change.children
            if parent != child
        ]
        if len(descents) > MAX_DESCENTS:
            raise BadRequest(f"At most {MAX_DESCENTS} cells descend from others at once.")
        for one in descents:
            for cell in (one.parent, one.child):
                if not 1 <= len(cell) <= MAX_CELL_ID_CHARACTERS:
                    raise BadRequest(f"A cell's id has 1 to {MAX_CELL_ID_CHARACTERS} characters.")
        # Where nothing has to be found again nobody needs to know: a thread begins in cells of its time.
        if descents and await self._store.threads.anchored(found.id):
            await self._store.threads.descend(found.id, descents)

    async def _cells(self, document: Document) -> list[Cell] | None:
        root = (await self._projects.get(document.project)).project.root
        return await asyncio.to_thread(read_cells, Path(root), document.path)

    async def close(self) -> None:
        """End what is under way."""
        await self._background.close()
        await asyncio.to_thread(self._looking.shutdown)


def _found(
    threads: Sequence[Anchored], cells: Sequence[Cell], lineage: Lineage
) -> tuple[list[Anchored], Left]:
    """Look for threads; gives those of which something has changed, and for which there was no time."""
    prepared = Cells(cells)
    changed: list[Anchored] = []
    until = time.monotonic() + LOOKING_SECONDS
    for number, one in enumerate(threads):
        if number and time.monotonic() > until:
            return changed, frozenset(rest.thread for rest in threads[number:])
        anchor = resolve(one.source, prepared, lineage, one.anchor)
        source = refresh(one.source, anchor, prepared)
        if (anchor, source) != (one.anchor, one.source):
            changed.append(Anchored(one.thread, anchor, source, before=one.anchor))
    return changed, NOTHING


def _told(document: Document, by: Actor) -> Draft:
    update = ProjectUpdate(kind="anchors", path=document.path, old_path=None, document=document.id)
    return draft(project_room(document.project), "project:update", update, by)
