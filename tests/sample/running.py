"""Runs the real runner to its end, and keeps what it reports."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_realtime.analysis.runner import Runner, RunRequest
from jupyter_realtime.core.issues import DetectorState, Issue, RunState, Timing

WITHIN_SECONDS = 120


@dataclass
class Outcome:
    """What a run reported; it is the run's `RunReporter`."""

    found: list[Issue] = field(default_factory=list)
    lanes: dict[str, DetectorState] = field(default_factory=dict)
    state: RunState | None = None
    error: str | None = None

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        self.lanes.update({lane.name: lane for lane in detectors})

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        self.found.extend(issues)

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        self.lanes.update({lane.name: lane for lane in lanes})

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        self.lanes[lane.name] = lane

    async def finished(self, state: RunState, error: str | None) -> None:
        self.state, self.error = state, error


def analyze(root: Path, detectors: list[str] | None = None) -> Outcome:
    """Analyse a folder, on a thread whose event loop is nobody else's."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _analyze(root, detectors)).result()


async def _analyze(root: Path, detectors: list[str] | None) -> Outcome:
    outcome = Outcome()
    runner = Runner()
    request = RunRequest(root=root, paths=[], detectors=detectors, costs={})
    try:
        await asyncio.wait_for(runner.run(request, outcome, asyncio.Event()), WITHIN_SECONDS)
    finally:
        await runner.close()
    return outcome


def words(issue: Issue) -> str:
    """Write an issue so that a failing test can be read."""
    cell = "" if issue.cell is None else f"[{issue.cell.index}]"
    place = f"{issue.path}{cell}:{issue.line}"
    return f"{place} {issue.detector} {issue.rule} {issue.severity}: {issue.message}"
