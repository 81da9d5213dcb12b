"""Analyses: started here or reported from outside, followed, cancelled, and never left hanging.

Rules
-----
1. A run is kept before it is answered, and its end is told exactly once.
2. Whoever runs it holds a lease. When the lease is over (the server was killed, an outside runner has
   gone) any server of the store fails the run and says so; it can be started again.
3. Cancelling is shown at once and obeyed within half a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..core.access import Verb
from ..core.actors import Principal
from ..core.errors import BadRequest, Conflict, Forbidden, NotFound, RealtimeError
from ..core.events import CancelRequested
from ..core.issues import Analysis, Counts, DetectorDescription
from ..core.reports import Report
from ..core.rooms import analysis_room
from ..ports import AnalysisEngine, Project, Run, Store
from .active_runs import ActiveRun, ActiveRuns
from .projects import Projects, own_file, relative
from .publishing import draft
from .reports import apply
from .rooms import Rooms
from .run_history import RunHistory
from .run_recorder import RunRecorder, now_ms
from .triage import Triage

log = logging.getLogger(__name__)

MAX_PATHS = 1000
SUPERSEDED = "A newer run took its place."


class Analyses:
    """Starts, follows and ends runs."""

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        projects: Projects,
        active: ActiveRuns,
        history: RunHistory,
        engine: AnalysisEngine,
        triage: Triage,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._projects = projects
        self._active = active
        self._history = history
        self._engine = engine
        self._triage = triage

    def detectors(self) -> list[DetectorDescription]:
        """List the detectors, those that can't run here too."""
        return self._engine.describe()

    async def explain(self, detector: str, rule: str) -> str:
        """Say in a few sentences what a rule means.

        Raises
        ------
        NotFound
            If nobody knows.
        """
        text = await self._engine.explain(detector, rule)
        if text is None:
            raise NotFound(f"Nothing more is known of the rule {rule[:80]!r}.")
        return text

    # -- starting -----------------------------------------------------------------------------------

    async def start(
        self,
        principal: Principal,
        paths: Sequence[str],
        detectors: Sequence[str] | None,
        project: str | None,
        *,
        outside: bool,
        baseline: str | None = None,
        quiet: bool = False,
    ) -> Analysis:
        """Start a run, or register one that is run elsewhere; quiet: its end is no news."""
        owner, files = await self._locate(paths, project)
        # Before it is said whether there is such a file: that is for those who may look at it.
        await self._projects.check_project(principal, Verb.RUN, owner.id)
        below = await asyncio.to_thread(_below, Path(owner.root), paths, files)
        self._check_detectors(detectors)
        await self._triage.check_baseline(owner.id, baseline)
        run = _queued(principal, owner, below, outside=outside, baseline=baseline, quiet=quiet)
        active = await self._keep(run, detectors, is_new=True)
        if not outside:
            self._supersede(active)
            work = self._run(active, Path(owner.root), below, detectors)
            active.task = asyncio.get_running_loop().create_task(work)
        return run.analysis

    async def _locate(
        self, paths: Sequence[str], project: str | None
    ) -> tuple[Project, list[Path]]:
        if not 1 <= len(paths) <= MAX_PATHS:
            raise BadRequest(f"Name 1 to {MAX_PATHS} paths to analyse.")
        if project is not None:
            owner = (await self._projects.get(project)).project
            root = Path(owner.root)
            return owner, [await asyncio.to_thread(own_file, root, path) for path in paths]
        located = [await self._projects.of_path(path) for path in paths]
        owner = located[0][0]
        if any(other.id != owner.id for other, _ in located):
            raise BadRequest("These paths belong to several projects; analyse one at a time.")
        return owner, [file for _, file in located]

    def _check_detectors(self, names: Sequence[str] | None) -> None:
        known = {detector.name for detector in self._engine.describe()}
        unknown = [name for name in names or () if name not in known]
        if unknown:
            choice = ", ".join(sorted(known))
            raise BadRequest(f"There is no detector {unknown[0][:64]!r}; there are {choice}.")

    def _supersede(self, newest: ActiveRun) -> None:
        """End runs of the same person over the same files: only the newest result is of any use."""
        for active in self._active.all():
            if active is newest:
                # Those behind it began later, and will end this one.
                return
            if active.is_like(newest):
                active.recorder.cancel_reason = SUPERSEDED
                active.cancel.set()

    async def _keep(
        self, run: Run, detectors: Sequence[str] | None = None, *, is_new: bool = False
    ) -> ActiveRun:
        owner = (await self._projects.get(run.analysis.project)).project
        memory = await self._triage.memory(run, Path(owner.root))
        recorder = RunRecorder(self._store, self._rooms, run, memory=memory)
        if is_new:
            await recorder.created()
        return await self._active.add(recorder, detectors, outside=run.outside)

    async def _run(
        self, active: ActiveRun, root: Path, paths: list[str], detectors: Sequence[str] | None
    ) -> None:
        recorder = active.recorder
        try:
            costs = await self._store.analyses.costs(recorder.analysis.project)
            await self._engine.run(root, paths, detectors, costs, recorder, active.cancel)
        except RealtimeError as error:
            # The store is down: the lease will run out, and whoever comes then fails the run.
            log.warning("The analysis %s could not be kept: %s", recorder.analysis.id, error)
        except Exception:
            log.exception("The analysis %s failed", recorder.analysis.id)
            with contextlib.suppress(RealtimeError):
                await recorder.finished("failed", "The analysis failed; the server's log says how.")
        finally:
            self._active.remove(recorder.analysis.id)

    # -- ending -------------------------------------------------------------------------------------

    async def cancel(self, principal: Principal, run: str) -> Analysis:
        """Ask for the end of a run; whoever keeps it hears it from the log.

        Asking again is fine, and tells nothing again.
        """
        kept = await self._history.find(principal, Verb.RUN, run)
        if kept.analysis.is_finished:
            raise Conflict("This analysis is over.")
        active = self._active.get(run)
        is_told = kept.analysis.state == "cancelling" or (active and active.is_cancel_told)
        if not is_told:
            await self._tell_cancel(kept.analysis, active, principal)
        return msgspec.structs.replace(kept.analysis, state="cancelling")

    async def _tell_cancel(
        self, analysis: Analysis, active: ActiveRun | None, principal: Principal
    ) -> None:
        wanted = CancelRequested(analysis=analysis.id)
        event = draft(analysis.room, "analysis:cancel-requested", wanted, principal.actor)
        if active is None:
            await self._store.log.append(event)
            return
        # Before the log has answered, for somebody who asks meanwhile.
        active.is_cancel_told = True
        try:
            await self._store.log.append(event)
        except BaseException:
            active.is_cancel_told = False
            raise
        finally:
            # A store that is down must not keep a run alive that can be ended right here.
            active.cancel.set()

    async def report(
        self, principal: Principal, run: str, reports: Sequence[Report], key: str
    ) -> Analysis:
        """Take what an outside runner reports, once each, in order."""
        kept = await self._history.find(principal, Verb.RUN, run)
        if not kept.outside or kept.actor.name != principal.name:
            raise Forbidden("Only whoever registered a run from outside can report on it.")
        if kept.analysis.is_finished:
            return kept.analysis
        active = self._active.get(run) or await self._keep(kept)
        async with active.reporting:
            return await self._apply(active, reports, key)

    async def _apply(self, active: ActiveRun, reports: Sequence[Report], key: str) -> Analysis:
        recorder = active.recorder
        if not recorder.analysis.is_finished:
            for number, report in enumerate(reports):
                recorder.report_key = f"{key}/{number}"
                await apply(report, recorder)
            await recorder.heartbeat()
        if recorder.analysis.is_finished:
            self._active.remove(recorder.analysis.id)
        return recorder.analysis

    def review(self, project: str) -> None:
        """End what runs here in a project that was turned off."""
        standing = self._projects.standings.known(project)
        if standing is None or standing.off is None:
            return
        for active in self._active.all():
            if active.recorder.analysis.project == project:
                active.cancel.set()

    async def close(self) -> None:
        """End the runs of this server, and say so in them."""
        tasks = []
        for active in self._active.all():
            active.cancel.set()
            if active.task is not None:
                tasks.append(active.task)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._engine.close()


def _below(root: Path, paths: Sequence[str], files: Sequence[Path]) -> list[str]:
    """Write files below a root as the wire does; refuses those that aren't there."""
    missing = [str(path) for path, file in zip(paths, files, strict=True) if not file.exists()]
    if missing:
        raise NotFound(f"There is no {missing[0]!r} to analyse.")
    return [relative(root, file) for file in files]


def _queued(
    principal: Principal,
    project: Project,
    paths: list[str],
    *,
    outside: bool,
    baseline: str | None,
    quiet: bool,
) -> Run:
    run_id = secrets.token_urlsafe(9)
    analysis = Analysis(
        id=run_id,
        room=analysis_room(run_id),
        project=project.id,
        paths=paths,
        state="queued",
        progress=0.0,
        eta_seconds=None,
        started=None,
        finished=None,
        counts=Counts.of(()),
        detectors=[],
        error=None,
        baseline=baseline,
    )
    return Run(
        analysis=analysis,
        actor=principal.actor,
        outside=outside,
        created_ms=now_ms(),
        lease_until_ms=0,
        quiet=quiet,
    )
