"""What Jupyter does to files and kernels becomes `project:update` in the project's log; documents follow.

Rules
-----
1. Nothing here is on the way of a save: `tell` only puts down what has happened, and whatever goes wrong
   later goes wrong without Jupyter.
2. Events of a project stand in its log in the order in which things happened. A store that can't be
   written keeps them waiting, up to `MAX_WAITING` of them.
3. Saves in a burst are told as few (`core.happenings`).
4. Nothing is written for a project that is off.
5. A document follows its file within its project, also while that is off. It stays in its project: what
   moves to another one begins anew there, and its threads remain with those who could read them.
6. Which project a file is in is found out at once, on a thread: a moment later its folder may be gone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable

import msgspec

from ..core.actors import Actor
from ..core.errors import RealtimeError
from ..core.events import ProjectUpdate
from ..core.happenings import Bursts, Happening, HappeningKind
from ..core.log import Draft
from ..core.rooms import project_room
from ..ports import Document, Move, Project, Store
from .background import woken
from .journal import Journal
from .projects import Place, Projects, place_of
from .publishing import draft

log = logging.getLogger(__name__)
journal = Journal(__name__)

BURST_SECONDS = 1.0
RETRY_SECONDS = 2.0
MAX_WAITING = 1_000
CLOSE_WITHIN_SECONDS = 2.0
LEVEL_WITHIN_SECONDS = 2.0


# Where something happened; None where no project has it.
_Where = asyncio.Future[Place | None]


class _Placed(Happening, frozen=True, kw_only=True):
    """A happening whose places are being looked at."""

    where: _Where
    was: _Where | None


class Updates:
    """Takes what happens to files, and keeps it in the logs of their projects."""

    def __init__(self, store: Store, projects: Projects) -> None:
        self._store = store
        self._projects = projects
        self._bursts = Bursts[_Placed](BURST_SECONDS)
        self._waiting: deque[_Placed] = deque()
        self._something = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._is_closing = False
        self._saved: list[Callable[[str, Actor], None]] = []
        # How many renames have happened that are not kept yet.
        self._renames = 0
        self._is_level = asyncio.Event()
        self._is_level.set()
        projects.wait_for(self.caught_up)

    async def caught_up(self) -> None:
        """Wait until documents have followed the renames that have happened; not for ever."""
        await woken(self._is_level, LEVEL_WITHIN_SECONDS)

    def on_saved(self, listener: Callable[[str, Actor], None]) -> None:
        """Have it told which document was saved, and by whom."""
        self._saved.append(listener)

    def tell(self, happening: Happening) -> None:
        """Say what has happened; returns at once, and never fails."""
        if len(self._waiting) >= MAX_WAITING:
            self._settle(self._waiting.popleft())
            journal.warn("update.dropped", waiting=MAX_WAITING)
        old = happening.old_path
        self._waiting.append(
            _Placed(
                **msgspec.structs.asdict(happening),
                where=self._look(happening.path),
                was=None if old is None else self._look(old),
            )
        )
        if old is not None:
            self._renames += 1
            self._is_level.clear()
        self._something.set()

    def _settle(self, happening: _Placed) -> None:
        """Note that no more becomes of it."""
        if happening.was is not None:
            self._renames -= 1
            if not self._renames:
                self._is_level.set()

    def _look(self, path: str) -> _Where:
        root = self._projects.root
        return asyncio.get_running_loop().run_in_executor(None, place_of, root, path)

    def open(self) -> None:
        """Begin."""
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """End, when what waits is kept or can't be."""
        self._is_closing = True
        self._something.set()
        if self._watching is not None:
            await asyncio.wait([self._watching], timeout=CLOSE_WITHIN_SECONDS)
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while not self._is_closing:
            await self._wait()
            for happening in self._ready():
                try:
                    await self._try_to_keep(happening)
                finally:
                    self._settle(happening)

    async def _wait(self) -> None:
        due = self._bursts.next_due()
        seconds = None if due is None else max(0.0, due - time.monotonic())
        await woken(self._something, seconds)
        self._something.clear()

    def _ready(self) -> list[_Placed]:
        """Give what is to be told now; at the end, all."""
        now = time.monotonic()
        ready = self._bursts.due(now)
        while self._waiting:
            ready += self._bursts.take(self._waiting.popleft(), now)
        return [*ready, *self._bursts.rest()] if self._is_closing else ready

    async def _try_to_keep(self, happening: _Placed) -> None:
        while True:
            try:
                return await self._keep(happening)
            except RealtimeError as error:
                if not error.retryable or self._is_closing:
                    log.warning("What happened to a file could not be kept: %s", error)
                    return None
            except Exception:
                # One path's trouble must not leave all others untold.
                log.exception("What happened to a file could not be kept")
                return None
            await asyncio.sleep(RETRY_SECONDS)

    async def _keep(self, happening: _Placed) -> None:
        where = await happening.where
        was = None if happening.was is None else await happening.was
        if where is not None and was is not None and where.folder == was.folder:
            await self.follow(was, where, happening.actor)
            return
        if was is not None:
            await self._keep_one("deleted", was, happening.actor)
        if where is not None:
            kind = "created" if happening.kind == "renamed" else happening.kind
            await self._keep_one(kind, where, happening.actor)

    async def _keep_one(self, kind: HappeningKind, place: Place, actor: Actor) -> None:
        project = await self._projects.of_folder(place.folder)
        document = await self._document(project, kind, place)
        update = _update(kind, place.path, None, document)
        for told in await self._drafts(project, update, actor):
            await self._store.log.append(told)
        if document is not None and kind in ("saved", "created"):
            for listener in self._saved:
                listener(document.id, actor)

    async def _document(
        self, project: Project, kind: HappeningKind, place: Place
    ) -> Document | None:
        if place.is_folder or not place.path:
            return None
        documents = self._store.projects
        if kind == "deleted":
            return await documents.find_document(project.id, place.path)
        return await documents.ensure_document(project.id, place.path)

    async def follow(self, was: Place, where: Place, by: Actor) -> None:
        """Have documents and projects follow what has moved within a project, and tell it."""
        project = await self._projects.of_folder(where.folder)
        document = await self._store.projects.find_document(project.id, was.path)
        update = _update("renamed", where.path, was.path, document)
        move = Move(project.id, was.path, where.path, str(was.file), str(where.file))
        await self._store.projects.move(move, await self._drafts(project, update, by))
        if where.is_folder:
            # Projects that begin in it are elsewhere, too.
            await self._projects.standings.refresh()

    async def _drafts(self, project: Project, update: ProjectUpdate, actor: Actor) -> list[Draft]:
        """Make the event; none for a project that is off."""
        if (await self._projects.get(project.id)).off is not None:
            return []
        return [draft(project_room(project.id), "project:update", update, actor)]


def _update(
    kind: HappeningKind, path: str, old_path: str | None, document: Document | None
) -> ProjectUpdate:
    return ProjectUpdate(
        kind=kind,
        path=path,
        old_path=old_path,
        document=None if document is None else document.id,
    )
