"""Where the runner reports to in this process: a record of the run, and whoever looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..client.reports import add
from ..client.run_record import RunRecord
from ..core.issues import DetectorState, Issue, RunState, Timing
from ..core.reports import DetectorComplete, Finished, Issues, Progress, Report, Started


class Sink(Protocol):
    """Somebody who is told each report, when the record knows of it already; it must not block."""

    def tell(self, report: Report, run: RunRecord) -> None:
        """Take a report."""
        ...


class Recorder:
    """The port `RunReporter` of a run in a terminal."""

    def __init__(self, run: RunRecord, sinks: Sequence[Sink]) -> None:
        self.run = run
        self._sinks = sinks

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        """The run has begun, with these lanes."""
        self._tell(Started(detectors=list(detectors)))

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        """`detector` has found these."""
        self._tell(Issues(detector=detector, issues=list(issues)))

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        """How far the run is, and the lanes that have moved."""
        self._tell(Progress(progress=progress, eta_seconds=eta_seconds, lanes=list(lanes)))

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        """One detector is done."""
        self._tell(
            DetectorComplete(
                lane=lane, timing=timing, unfinished=list(unfinished), excluded=list(excluded)
            )
        )

    async def finished(self, state: RunState, error: str | None) -> None:
        """The run is over."""
        self._tell(Finished(state=state, error=error))

    def _tell(self, report: Report) -> None:
        add(report, self.run)
        for sink in self._sinks:
            sink.tell(report, self.run)
