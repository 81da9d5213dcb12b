"""Whoever started an analysis is told how it ended, and what it has found that is new and grave.

Rules
-----
1. It is told to whoever started the run, themselves or by a program of theirs; not to visitors, who have
   no inbox.
2. A run that was cancelled ends without a word, but what it has found until then is told: no later run
   will call it new. So is what a quiet run has found, as on every save; its end is told only where it
   failed.
3. It is one thing for its reader: what is grave says how the run ended, too, and the end is told apart only
   by those ways by which its starter wants to hear of ends and not of issues.
4. Nothing is forgotten and nothing is told twice, whenever a server dies.

Theory of operation
-------------------
A run that has ended stands in the store as untold until it is noted there as told, behind the commit that
told it. Who dies in between leaves it untold, and whoever looks next (this server when it starts again, or
another one of the store) tells it once more: the notices' causes make that the same, once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ..core.actors import Actor
from ..core.errors import RealtimeError
from ..core.issues import Issue
from ..core.log import StoredEvent
from ..core.notifications import Notice
from ..core.run_notices import ALARMING, end_notice, is_alarming, issues_notice, with_end
from ..ports import Project, Run, Store
from .background import woken
from .notifier import Notifier
from .projects import Projects, relative

log = logging.getLogger(__name__)

ENDS = frozenset({"analysis:complete", "analysis:error", "analysis:cancelled"})
RUNS_A_LOOK = 50
ISSUES_A_PAGE = 1000
# For what another server has left untold.
LOOK_SECONDS = 30.0


Ended = Callable[[Run, Project], Awaitable[None]]


class RunNews:
    """Tells people how their analyses ended."""

    def __init__(self, store: Store, projects: Projects, notifier: Notifier) -> None:
        self._store = store
        self._projects = projects
        self._notifier = notifier
        self._ended = asyncio.Event()
        self._listeners: list[Ended] = []
        self._watching: asyncio.Task[None] | None = None

    def on_ended(self, listener: Ended) -> None:
        """Have it told of each run that has ended, until it was told once without an error."""
        self._listeners.append(listener)

    def committed(self, events: Sequence[StoredEvent]) -> None:
        """Notice that a run has ended."""
        if any(event.event in ENDS for event in events):
            self._ended.set()

    def open(self) -> None:
        """Begin, with what was left untold before."""
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """End."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            self._ended.clear()
            try:
                await self.tell()
            except RealtimeError as error:
                log.warning("How analyses ended could not be told; it is tried again: %s", error)
            if not await woken(self._ended, LOOK_SECONDS):
                continue

    async def tell(self) -> None:
        """Tell of all runs that have ended and were not told of.

        Raises
        ------
        Unavailable
            If the store can't be read or written; what is left is told next time.
        """
        below = {one.id: one for one in await self._store.projects.within(str(self._projects.root))}
        while runs := await self._store.analyses.untold(list(below), RUNS_A_LOOK):
            for run in runs:
                await self._tell(run, below[run.analysis.project])
                await self._tell_listeners(run, below[run.analysis.project])
            await self._store.analyses.note_told([run.analysis.id for run in runs])

    async def _tell(self, run: Run, project: Project) -> None:
        if not _has_an_inbox(run.actor):
            return
        folder = relative(self._projects.root, Path(project.root))
        grave = await self._alarming(run)
        found = issues_notice(run.analysis, grave, run.actor, project.name, folder)
        end = end_notice(run.analysis, run.actor, project.name, folder, quiet=run.quiet)
        if found is not None and end is not None:
            await self._notify(with_end(found, end), run.actor, beside=end)
        elif (only := found or end) is not None:
            await self._notify(only, run.actor)

    async def _tell_listeners(self, run: Run, project: Project) -> None:
        for listener in self._listeners:
            try:
                await listener(run, project)
            except RealtimeError as error:
                if error.retryable:
                    raise
                log.warning("What run %s has found has no consequences: %s", run.analysis.id, error)

    async def _notify(self, notice: Notice, starter: Actor, beside: Notice | None = None) -> None:
        try:
            await self._notifier.notify(notice, {starter.name}, beside)
        except RealtimeError as error:
            if error.retryable:
                raise
            # One run that can't be told must not keep back all others.
            log.warning("The end of %s can't be told: %s", notice.group, error)

    async def _alarming(self, run: Run) -> list[Issue]:
        """Find what is new and grave, in the order found."""
        if not any(getattr(run.analysis.counts, severity) for severity in ALARMING):
            return []
        found: list[Issue] = []
        after = 0
        while page := await self._store.analyses.issues(run.analysis.id, after, ISSUES_A_PAGE):
            found += [issue for _, issue in page if is_alarming(issue)]
            after = page[-1][0]
        return found


def _has_an_inbox(actor: Actor) -> bool:
    return bool(actor.name) and actor.kind != "system" and actor.via != "server"
