"""What Jupyter does to files and kernels becomes `project:update` in the project's log.

Rules
-----
1. Nothing here is on the way of a save: `tell` only puts down what has happened, and whatever goes wrong
   later goes wrong without Jupyter.
2. Events of a project stand in its log in the order in which things happened. A store that can't be
   written keeps them waiting, up to `MAX_WAITING` of them.
3. Saves in a burst are told as few (`core.happenings`).
4. Nothing is written for a project that is off.
5. Which project a file is in is found out at once, on a thread: a moment later its folder may be gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque

import msgspec

from ..core.errors import RealtimeError
from ..core.events import ProjectUpdate
from ..core.happenings import Bursts, Happening, HappeningKind
from ..core.log import Draft
from ..core.rooms import project_room
from ..ports import Store
from .journal import Journal
from .projects import Place, Projects, place_of
from .publishing import draft

log = logging.getLogger(__name__)
journal = Journal(__name__)

BURST_SECONDS = 1.0
RETRY_SECONDS = 2.0
MAX_WAITING = 1_000
CLOSE_WITHIN_SECONDS = 2.0


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

    def tell(self, happening: Happening) -> None:
        """Say what has happened; returns at once, and never fails."""
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            journal.warn("update.dropped", waiting=MAX_WAITING)
        old = happening.old_path
        self._waiting.append(
            _Placed(
                **msgspec.structs.asdict(happening),
                where=self._look(happening.path),
                was=None if old is None else self._look(old),
            )
        )
        self._something.set()

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
                await self._try_to_keep(happening)

    async def _wait(self) -> None:
        due = self._bursts.next_due()
        seconds = None if due is None else max(0.0, due - time.monotonic())
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._something.wait(), seconds)
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
        for told in await self._drafts(happening):
            await self._store.log.append(told)

    async def _drafts(self, happening: _Placed) -> list[Draft]:
        """Make the events about it, each for a project that is on."""
        where = await happening.where
        was = None if happening.was is None else await happening.was
        drafts = []
        for place, update in _updates(happening.kind, where, was):
            project = await self._projects.of_folder(place.folder)
            if (await self._projects.get(project.id)).off is None:
                room = project_room(project.id)
                drafts.append(draft(room, "project:update", update, happening.actor))
        return drafts


def _updates(
    kind: HappeningKind, where: Place | None, was: Place | None
) -> list[tuple[Place, ProjectUpdate]]:
    """Say what it is for each project that it concerns; two know only of their own files."""
    if kind != "renamed":
        return [] if where is None else [_update(kind, where)]
    if where is not None and was is not None and where.folder == was.folder:
        return [_update("renamed", where, was.path)]
    left = [] if was is None else [_update("deleted", was)]
    return left if where is None else [*left, _update("created", where)]


def _update(
    kind: HappeningKind, place: Place, old_path: str | None = None
) -> tuple[Place, ProjectUpdate]:
    return place, ProjectUpdate(kind=kind, path=place.path, old_path=old_path)
