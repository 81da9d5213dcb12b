"""Looking at runs: one, the latest, what they found, and the boards that show them."""

from __future__ import annotations

from ..core.access import Verb
from ..core.actors import Principal
from ..core.errors import NotFound
from ..core.events import DetectorProgress
from ..core.issues import Analysis, Issue
from ..core.messages import StateEntry
from ..core.rooms import RoomKind, RoomName, analysis_room
from ..core.times import rfc3339
from ..ports import Run, Store
from .active_runs import ActiveRuns
from .projects import Projects

# Runs that a project's board shows: those under way, and the latest that have ended.
BOARD_RUNS = 20


class RunHistory:
    """What can be read about runs, by whom."""

    def __init__(self, store: Store, projects: Projects, active: ActiveRuns) -> None:
        self._store = store
        self._projects = projects
        self._active = active

    async def find(self, principal: Principal, verb: Verb, run: str) -> Run:
        """Find a run of which a principal may do something.

        Raises
        ------
        Forbidden, NotFound
        """
        await self._projects.check(principal, verb, RoomName.parse(analysis_room(run)))
        kept = await self._store.analyses.get(run)
        if kept is None:
            raise NotFound(f"There is no analysis {run[:64]!r}.")
        return self._active.freshest(kept)

    async def recent(
        self, principal: Principal, project: str | None, before: tuple[int, str] | None, limit: int
    ) -> tuple[list[Analysis], tuple[int, str] | None]:
        """List runs, the newest first, and where the next page begins."""
        if project is not None:
            await self._projects.check_project(principal, Verb.READ, project)
            wanted = [project]
        else:
            wanted = [p.id for p in await self._projects.list(principal) if p.off is None]
        runs = await self._store.analyses.recent(wanted, before, limit)
        following = (runs[-1].created_ms, runs[-1].analysis.id) if len(runs) == limit else None
        return [self._active.freshest(run).analysis for run in runs], following

    async def issues(
        self, principal: Principal, run: str, after: int, limit: int
    ) -> tuple[list[Issue], int | None]:
        """List a run's issues in the order found, and where the next page begins."""
        await self.find(principal, Verb.READ, run)
        found = await self._store.analyses.issues(run, after, limit)
        following = found[-1][0] if len(found) == limit else None
        return [issue for _, issue in found], following

    async def board(self, room: RoomName) -> list[StateEntry]:
        """Rebuild what hangs on a run's board, or on a project's."""
        if room.kind is RoomKind.ANALYSIS:
            run = await self._store.analyses.get(room.id)
            return _states(self._active.freshest(run)) if run else []
        if room.kind is RoomKind.PROJECT:
            runs = await self._store.analyses.recent([room.id], None, BOARD_RUNS)
            return [_states(self._active.freshest(run))[-1] for run in reversed(runs)]
        return []


def _states(kept: Run) -> list[StateEntry]:
    run = kept.analysis
    at = run.finished or run.started or rfc3339(kept.created_ms / 1000)

    def entry(event: str, key: str, data: object) -> StateEntry:
        return StateEntry(event=event, key=key, time=at, actor=kept.actor, data=data)

    lanes = [
        entry(
            "analysis:detector:progress", f"{run.id}/{lane.name}", DetectorProgress.of(run.id, lane)
        )
        for lane in run.detectors
    ]
    return [*lanes, entry("analysis:progress", run.id, run)]
