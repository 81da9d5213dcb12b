"""What a run reports, turned into its row, its events and its states.

Rules
-----
1. Each report is one commit: the run's new standing, the issues, and the events about them. A report
   that was answered is on disk; one that was not has left nothing.
2. `analysis:started` and the end go to the run's room and to the project's; the rest to the run's.
3. States are pinned after the commit; between commits progress is shown, and written with the next
   heartbeat.
4. Progress never falls. A run ends once; whatever comes later is refused.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import msgspec

from ..core.errors import Conflict, RealtimeError
from ..core.events import AnalysisIssues, DetectorProgress
from ..core.issues import (
    FINISHED_STATES,
    Analysis,
    DetectorState,
    Issue,
    RunState,
    Timing,
)
from ..core.log import Draft
from ..core.rooms import RoomName, project_room
from ..core.times import rfc3339
from ..core.triage import IssueKey, Memory
from ..ports import Run, Store
from .publishing import draft
from .rooms import Rooms

# Whoever runs an analysis promises to report again within this time, or the run is given up as dead.
LEASE_SECONDS = 6.0
# An outside runner may sit behind a slow network.
OUTSIDE_LEASE_SECONDS = 30.0
# A store that can't be written is asked again after 0.25, 0.5, 1, 2 and 4 seconds.
FIRST_RETRY_SECONDS = 0.25
LAST_RETRY_SECONDS = 4.0
# Of one detector in one event; the rest is in the list of the run's issues.
MAX_FIXED_TOLD = 500

_END_EVENTS: dict[RunState, str] = {
    "succeeded": "analysis:complete",
    "partial": "analysis:complete",
    "failed": "analysis:error",
    "cancelled": "analysis:cancelled",
}


def new_issue_id() -> str:
    """Make an id for an issue that is told once more."""
    return secrets.token_urlsafe(9)


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


class RunRecorder:
    """The port `RunReporter` on a store and rooms: keeps one run.

    Parameters
    ----------
    memory
        What is known of the project's issues.
    """

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        run: Run,
        *,
        memory: Memory,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._memory = memory
        self._lease_ms = int((OUTSIDE_LEASE_SECONDS if run.outside else LEASE_SECONDS) * 1000)
        self.actor = run.actor
        self._kept = run
        self.analysis: Analysis = run.analysis
        # Why it is cancelled, where nobody asked for that.
        self.cancel_reason: str | None = None
        # The key of the report that is being kept, for a runner that may repeat one.
        self.report_key: str | None = None
        # The runner reports while people cancel: one change at a time, or one undoes the other.
        self._one_at_a_time = asyncio.Lock()

    @property
    def run(self) -> Run:
        """The run as it stands now."""
        return replace(self._kept, analysis=self.analysis, actor=self.actor)

    async def created(self) -> None:
        """Keep the new run, queued, before it is answered."""
        async with self._one_at_a_time:
            await self._keep(self.analysis)

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        """The run has begun, with these lanes."""
        async with self._one_at_a_time:
            begun = msgspec.structs.replace(
                self.analysis,
                state=self._unless_cancelling("running"),
                started=self.analysis.started or rfc3339(time.time()),
                detectors=list(detectors),
            )
            await self._keep(begun, drafts=self._in_both("analysis:started", begun))
            await self._show(self.analysis.detectors)

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        """`detector` has found these."""
        async with self._one_at_a_time:
            if not issues:
                return
            found = [self._memory.judge(issue) for issue in issues]
            counted = msgspec.structs.replace(
                self.analysis, counts=self.analysis.counts.plus_open(found)
            )
            batch = AnalysisIssues(analysis=self.analysis.id, detector=detector, issues=found)
            event = draft(self.analysis.room, "analysis:issues", batch, self.actor)
            moved = self._memory.take_moved()
            await self._keep(counted, issues=found, moved=moved, drafts=[event])
            await self._show([])

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        """How far the run is; shown at once, kept with the next report that is."""
        async with self._one_at_a_time:
            self._refuse_if_over()
            self.analysis = msgspec.structs.replace(
                self._with_lanes(lanes),
                progress=min(1.0, max(self.analysis.progress, progress)),
                eta_seconds=None if eta_seconds is None else max(0.0, eta_seconds),
            )
            await self._show(lanes)

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        """One detector is done, failed, cancelled, or does not apply."""
        async with self._one_at_a_time:
            data = DetectorProgress.of(self.analysis.id, lane)
            drafts = [draft(self.analysis.room, "analysis:detector:complete", data, self.actor)]
            fixed: list[Issue] = []
            if lane.state == "succeeded":
                fixed = await self._fixed(lane.name, unfinished, excluded)
            if fixed:
                batch = AnalysisIssues(
                    analysis=self.analysis.id, detector=lane.name, issues=fixed[:MAX_FIXED_TOLD]
                )
                drafts.insert(0, draft(self.analysis.room, "analysis:issues", batch, self.actor))
            await self._keep(self._with_lanes([lane]), issues=fixed, timing=timing, drafts=drafts)
            await self._show([lane])

    async def _fixed(
        self, detector: str, unfinished: Sequence[str], excluded: Sequence[str]
    ) -> list[Issue]:
        """What a detector that has finished would have found again, and did not."""
        keys = self._memory.fixed(detector, self.analysis.paths, unfinished, excluded)
        if not keys:
            return []
        known = await self._store.triage.last_seen(self.analysis.project, keys)
        return [self._memory.gone(issue, new_issue_id()) for issue in known]

    async def finished(self, state: RunState, error: str | None) -> None:
        """The run is over."""
        async with self._one_at_a_time:
            if state not in FINISHED_STATES:
                raise Conflict(f"A run can't end as {state!r}.")
            over = msgspec.structs.replace(
                self.analysis,
                state=state,
                error=error or (self.cancel_reason if state == "cancelled" else None),
                eta_seconds=None,
                finished=rfc3339(time.time()),
                progress=1.0 if state in ("succeeded", "partial") else self.analysis.progress,
                detectors=[_ended(lane) for lane in self.analysis.detectors],
            )
            await self._keep(over, drafts=self._in_both(_END_EVENTS[state], over))
            await self._show(over.detectors)

    async def cancelling(self) -> None:
        """Somebody asked for the end."""
        async with self._one_at_a_time:
            self._refuse_if_over()
            cancelling = msgspec.structs.replace(self.analysis, state="cancelling")
            # No report: under the key of one it would count as kept already, or swallow it.
            await self._keep(cancelling, is_report=False)
            await self._show([])

    async def heartbeat(self) -> None:
        """Renew the promise to report again, and keep the progress: other servers show it from there."""
        async with self._one_at_a_time:
            if not self.analysis.is_finished:
                await self._store.analyses.save(self._with_lease(self.analysis))

    # -- how ----------------------------------------------------------------------------------------

    async def _keep(
        self,
        snapshot: Analysis,
        *,
        issues: Sequence[Issue] = (),
        moved: Sequence[IssueKey] = (),
        timing: Timing | None = None,
        drafts: Sequence[Draft] = (),
        is_report: bool = True,
    ) -> None:
        self._refuse_if_over()
        report_key = self.report_key if is_report else None
        run = self._with_lease(snapshot)
        is_new = await self._patiently(
            lambda: self._store.analyses.save(
                run,
                issues=issues,
                moved=moved,
                timing=timing,
                drafts=drafts,
                report_key=report_key,
            )
        )
        if is_new:
            self.analysis = snapshot

    def _with_lease(self, snapshot: Analysis) -> Run:
        return replace(self._kept, analysis=snapshot, lease_until_ms=now_ms() + self._lease_ms)

    async def _patiently(self, save: Callable[[], Awaitable[bool]]) -> bool:
        """Try again for a while: a run need not die of a disk that was full for a moment."""
        wait_seconds = FIRST_RETRY_SECONDS
        while True:
            try:
                return await save()
            except RealtimeError as error:
                if not error.retryable or wait_seconds > LAST_RETRY_SECONDS:
                    raise
            await asyncio.sleep(wait_seconds)
            wait_seconds *= 2

    async def _show(self, lanes: Sequence[DetectorState]) -> None:
        run = self.analysis
        room = RoomName.parse(run.room)
        for lane in lanes:
            data = DetectorProgress.of(run.id, lane)
            await self._rooms.pin(
                room, "analysis:detector:progress", f"{run.id}/{lane.name}", data, self.actor, None
            )
        for where in (room, RoomName.parse(project_room(run.project))):
            await self._rooms.pin(where, "analysis:progress", run.id, run, self.actor, None)

    def _in_both(self, event: str, data: Analysis) -> list[Draft]:
        places = (self.analysis.room, project_room(self.analysis.project))
        return [draft(place, event, data, self.actor) for place in places]

    def _with_lanes(self, lanes: Sequence[DetectorState]) -> Analysis:
        moved = {lane.name: lane for lane in lanes}
        return msgspec.structs.replace(
            self.analysis,
            detectors=[moved.get(lane.name, lane) for lane in self.analysis.detectors],
        )

    def _unless_cancelling(self, state: RunState) -> RunState:
        return "cancelling" if self.analysis.state == "cancelling" else state

    def _refuse_if_over(self) -> None:
        if self.analysis.is_finished:
            raise Conflict("This analysis is over; start a new one.")


def _ended(lane: DetectorState) -> DetectorState:
    if lane.state in ("queued", "running"):
        return msgspec.structs.replace(lane, state="cancelled")
    return lane
