"""Cells that run on although the page that started them is gone.

Rules
-----
1. What a tab said to be running when it went is told on for its person, as long as the kernel of that
   document is busy; whoever starts something else in it meanwhile is not known, and changes nothing.
2. A kernel is idle for a moment between two cells: it has ended when it was idle twice in a row, or is
   gone.
3. Nothing is told of whoever may no longer be in the project.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..core.access import Verb
from ..core.presence import Word
from ..core.rooms import RoomKind, RoomName
from ..ports import Kernels
from .background import Background
from .people_there import Person, Said
from .projects import Projects, relative

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
IDLE_LOOKS = 2

Show = Callable[[Person], Awaitable[None]]


@dataclass
class _Orphan:
    """What runs on."""

    person: Person
    key: str
    path: str
    idle_looks: int = 0


class StillRunning:
    """Tells on what runs, until it has ended."""

    def __init__(self, projects: Projects, show: Show) -> None:
        self._projects = projects
        self._show = show
        self._kernels: Kernels | None = None
        self._orphans: dict[tuple[int, str], _Orphan] = {}
        self._looking: asyncio.Task[None] | None = None
        self._background = Background()

    def watch(self, kernels: Kernels) -> None:
        """Begin to ask these kernels; without them nothing is told on."""
        self._kernels = kernels

    async def take_over(self, person: Person, word: Word) -> None:
        """Tell on what a tab said that is gone, if it still runs."""
        path = self._path(person.project, word)
        if path is None:
            return
        if path not in await self._busy():
            return
        said = msgspec.structs.replace(word.said, status="offline", mode=None)
        key = f"kernel/{word.said.document}"
        person.words[key] = Said(Word(said, word.path, order=0, is_live=False))
        self._orphans[id(person), key] = _Orphan(person, key, path)
        if self._looking is None:
            self._looking = self._background.begin(self._look())

    async def _busy(self) -> set[str]:
        try:
            return set() if self._kernels is None else await self._kernels.busy()
        except Exception:
            # Jupyter's own trouble; whoever looks at the kernel sees it.
            log.exception("The kernels could not be asked what they do")
            return set()

    def _path(self, project: str, word: Word) -> str | None:
        """Tell where a document lies below the folder that the server shows, as its kernels are known."""
        standing = self._projects.standings.known(project)
        if standing is None or word.path is None:
            return None
        return relative(self._projects.root, Path(standing.project.root) / word.path)

    async def _look(self) -> None:
        try:
            while self._orphans:
                await asyncio.sleep(LOOK_SECONDS)
                await self._look_once()
        finally:
            self._looking = None

    async def _look_once(self) -> None:
        busy = await self._busy()
        for at, orphan in list(self._orphans.items()):
            orphan.idle_looks = 0 if orphan.path in busy else orphan.idle_looks + 1
            has_ended = orphan.idle_looks >= IDLE_LOOKS or not self._may(orphan.person)
            if has_ended or orphan.key not in orphan.person.words:
                del self._orphans[at]
                orphan.person.words.pop(orphan.key, None)
                await self._show(orphan.person)

    def _may(self, person: Person) -> bool:
        room = RoomName(RoomKind.PROJECT, person.project)
        return self._projects.refusal(person.principal, Verb.STATE, room) is None

    async def close(self) -> None:
        """End what is under way."""
        await self._background.close()
