"""A listener for runs that notes everything, and the ways in which tests run the runner."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from jupyter_realtime.analysis.runner import Runner, RunRequest
from jupyter_realtime.core.issues import DetectorState, Issue, RunState, Timing

WITHIN_SECONDS = 120


class Recording:
    """The port `RunReporter`, kept in memory."""

    def __init__(self) -> None:
        self.found: list[Issue] = []
        self.lanes: dict[str, DetectorState] = {}
        self.completed: list[str] = []
        self.shown: list[tuple[float, float | None]] = []
        self.ends: list[tuple[RunState, str | None]] = []
        self.begun = asyncio.Event()
        self.has_found = asyncio.Event()

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        self.lanes = {lane.name: lane for lane in detectors}
        self.begun.set()

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        assert 0 < len(issues) <= 500 and not self.ends
        self.found += issues
        self.has_found.set()

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        self.shown.append((progress, eta_seconds))
        for lane in lanes:
            assert lane.done <= lane.total
            self.lanes[lane.name] = lane

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        self.lanes[lane.name] = lane
        self.completed.append(lane.name)

    async def finished(self, state: RunState, error: str | None) -> None:
        self.ends.append((state, error))

    def assert_whole(self, state: RunState) -> None:
        """The run ended once, after every lane was completed once, and progress never fell."""
        assert [end[0] for end in self.ends] == [state], self.ends
        assert sorted(self.completed) == sorted(self.lanes)
        values = [progress for progress, _ in self.shown]
        assert values == sorted(values)
        assert all(eta is None or eta >= 0 for _, eta in self.shown)


@asynccontextmanager
async def a_runner(scratch: Path) -> AsyncIterator[Runner]:
    """A runner with its files in `scratch`, which must be empty afterwards."""
    runner = Runner(scratch=scratch)
    try:
        yield runner
    finally:
        await runner.close()
    assert os.listdir(scratch) == []  # noqa: PTH208  # pathlib is refused in async code
    assert engines() == []


async def run(
    runner: Runner,
    root: Path,
    recording: Recording | None = None,
    *,
    detectors: list[str] | None = None,
    cancel: asyncio.Event | None = None,
) -> Recording:
    """Run to the end."""
    recording = recording or Recording()
    request = RunRequest(root=root, paths=[], detectors=detectors, costs={})
    work = runner.run(request, recording, cancel or asyncio.Event())
    await asyncio.wait_for(work, WITHIN_SECONDS)
    return recording


def engines() -> list[str]:
    """What runs below this process; warm workers are named, so that tests can allow them."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            command = " ".join(process.cmdline())
        except (psutil.ZombieProcess, psutil.NoSuchProcess):
            continue
        # Python's own, which counts what the processes of a pool share.
        if "resource_tracker" not in command:
            found.append("worker" if "analysis.worker" in command else command)
    return found
