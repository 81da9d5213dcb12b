"""A listener for runs that notes when it was told what."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_realtime.analysis.runner import Runner, RunRequest
from jupyter_realtime.core.issues import DetectorState, Issue, RunState, Timing


@dataclass(frozen=True)
class Moment:
    """What was shown at a moment of a run, all in seconds and shares of one."""

    seconds: float
    progress: float
    eta_seconds: float | None


class Watch:
    """The port `RunReporter`, with a clock that starts when the run is asked for."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.issues_found = 0
        self.first_issue_seconds: float | None = None
        self.moments: list[Moment] = []
        # When each detector was done, and which of them look at files one by one.
        self.done_seconds: dict[str, float] = {}
        self.by_file: set[str] = set()
        self.failed: dict[str, str | None] = {}
        self.costs: dict[str, float] = {}
        self.state: RunState | None = None
        self.seconds = 0.0

    @property
    def _now(self) -> float:
        return time.perf_counter() - self._began

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        """Note who looks at files one by one."""
        self.by_file = {lane.name for lane in detectors if lane.unit == "files"}

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        """Note the first."""
        self.issues_found += len(issues)
        self.first_issue_seconds = self.first_issue_seconds or self._now

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        """Note what a person sees."""
        self.moments.append(Moment(self._now, progress, eta_seconds))

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        """Note when, and what it has cost."""
        self.done_seconds[lane.name] = self._now
        if lane.state == "failed":
            self.failed[lane.name] = lane.error
        if timing is not None and timing.kilobytes:
            self.costs[timing.detector] = timing.seconds / timing.kilobytes

    async def finished(self, state: RunState, error: str | None) -> None:
        """Note the end."""
        self.state = state

    @property
    def by_file_seconds(self) -> float:
        """When the last of those that look at files one by one was done."""
        return max(self.done_seconds[name] for name in self.by_file)


async def watch(
    runner: Runner, root: Path, costs: Mapping[str, float], cancel: asyncio.Event | None = None
) -> Watch:
    """Run all detectors over a project."""
    watching = Watch()
    request = RunRequest(root=root, paths=[], detectors=None, costs=costs)
    await runner.run(request, watching, cancel or asyncio.Event())
    watching.seconds = watching._now
    if watching.failed:
        raise SystemExit(f"Detectors have failed: {watching.failed}")
    return watching
