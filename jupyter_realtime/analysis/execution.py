"""One run: from the shadow tree, over units of work, to completed lanes.

Theory of operation
-------------------
First the shadow tree is laid out. Then each detector becomes *units*: a batch for a native program, a
handful of files for a worker, the whole project for a program that needs to see it. As many tasks as there
are processes take units from the run's queue. It begins with the unit that finds something soonest, then
the one that takes longest, so that neither the first issue nor the end is late.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from ..core.issues import DetectorState, Issue, RunState
from ..core.progress import ProgressMeter
from ..ports import RunReporter
from . import processes
from .batches import cut, run_batch
from .detector import (
    BatchDetector,
    Detector,
    EngineError,
    ProjectDetector,
    WorkerDetector,
    Workplace,
)
from .findings import Finding
from .issues import Issues
from .lanes import Lanes, make_lane
from .registry import discover
from .settings import Settings, read_settings
from .shadow.model import Problem, ShadowFile
from .shadow.tree import Shadow
from .workers import WorkerDied, Workers

FILES_A_WORKER_UNIT = 8
PROJECT_SECONDS = 120.0
# What a program can't tell is predicted, in tenths.
PROJECT_PHASES = 10
# Who tells what is wrong with a file itself.
TELLERS = ("notebook", "correctness")


Unit = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Resources:
    """What a run may use.

    Parameters
    ----------
    slots
        Shared with other runs: one is held during each unit.
    folder
        The run's own, removed at its end.
    cache
        The project's own, kept while the runner lives.
    """

    slots: asyncio.Semaphore
    max_processes: int
    workers: Workers
    folder: Path
    cache: Path


@dataclass
class _Task:
    """A detector in this run."""

    detector: Detector
    files: list[ShadowFile]
    units: list[Unit]
    left: int = 0
    broken: int = 0
    error: str | None = None

    @property
    def kilobytes(self) -> float:
        return sum(file.kilobytes for file in self.files)


class Execution:
    """Does the work of one run, and reports it."""

    def __init__(
        self,
        root: Path,
        paths: Sequence[str],
        detectors: Sequence[str] | None,
        costs: Mapping[str, float],
        reporter: RunReporter,
        resources: Resources,
    ) -> None:
        self._root = root
        self._paths = paths
        self._asked = detectors
        self._names: list[str] = []
        self._settings = Settings()
        self._costs = costs
        self._reporter = reporter
        self._resources = resources
        self._shadow = Shadow(resources.folder / "shadow")
        self._scratch = resources.folder / "scratch"
        self._issues = Issues()
        self._files: dict[str, ShadowFile] = {}
        self._lanes: Lanes | None = None
        self._stopped = False

    # -- the whole ----------------------------------------------------------------------------------

    async def work(self) -> tuple[RunState, str | None]:
        """Do it all; returns how it ended."""
        await self._lay_out()
        tasks, missing = self._plan()
        lanes = self._lanes = self._open_lanes(tasks, missing)
        await lanes.start()
        for name, reason in missing.items():
            await lanes.complete(name, "failed", reason)
        await self._tell_problems(lanes, list(tasks) + list(missing))
        await self._complete_idle(lanes, tasks)
        await self._run_units(tasks)
        return lanes.outcome, None

    async def finish(self, state: RunState, error: str | None) -> None:
        """Complete what is open, and report the end."""
        if self._lanes is None:
            await self._reporter.finished(state, error)
            return
        await self._lanes.stop()
        await self._lanes.complete_rest("cancelled" if state == "cancelled" else "failed", error)
        await self._reporter.finished(state, error)

    # -- laying out and planning --------------------------------------------------------------------

    async def _lay_out(self) -> None:
        self._scratch.mkdir(parents=True, mode=0o700)
        self._resources.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        building = asyncio.ensure_future(asyncio.to_thread(self._build))
        try:
            await asyncio.shield(building)
        except asyncio.CancelledError:
            # A thread can't be cancelled: it stops at the next file, and we wait for that.
            self._stopped = True
            await building
            raise
        self._files = {file.path: file for file in self._shadow.files}

    def _build(self) -> None:
        self._settings = read_settings(self._root)
        for _ in self._shadow.build(self._root, self._paths, self._settings.excludes):
            if self._stopped:
                break

    def _plan(self) -> tuple[dict[str, _Task], dict[str, str]]:
        tasks: dict[str, _Task] = {}
        missing: dict[str, str] = {}
        self._names = list(self._asked or self._settings.detectors or discover())
        for name in self._names:
            found = discover().get(name, f"There is no detector {name!r}.")
            if isinstance(found, str):
                missing[name] = found
            elif not found.is_available():
                missing[name] = f"{found.engine} is not installed here: {found.install}"
            else:
                detector = found(self._settings.options(found))
                files = [file for file in self._shadow.files if detector.applies_to(file)]
                tasks[name] = _Task(detector, files, [])
                tasks[name].units = self._units(name, tasks[name])
                tasks[name].left = len(tasks[name].units)
        return tasks, missing

    def _units(self, name: str, task: _Task) -> list[Unit]:
        detector, files = task.detector, task.files
        if isinstance(detector, BatchDetector):
            batches = cut(files, detector.batch_size)
            return [partial(self._run_batch, name, detector, batch, task) for batch in batches]
        if isinstance(detector, WorkerDetector):
            batches = cut(files, FILES_A_WORKER_UNIT)
            return [partial(self._run_worker, name, batch, task) for batch in batches]
        if isinstance(detector, ProjectDetector) and files:
            return [partial(self._run_project, name, detector, task)]
        return []

    def _open_lanes(self, tasks: Mapping[str, _Task], missing: Mapping[str, str]) -> Lanes:
        learned = all(name in self._costs for name in tasks)
        costs = {
            name: self._costs.get(name, task.detector.default_cost) for name, task in tasks.items()
        }
        kilobytes = {name: task.kilobytes for name, task in tasks.items()}
        meter = ProgressMeter(
            {**kilobytes, **dict.fromkeys(missing, 0.0)},
            {**costs, **dict.fromkeys(missing, 0.0)},
            learned=learned,
        )
        lanes = [_lane_of(name, tasks.get(name)) for name in self._names]
        return Lanes(lanes, meter, self._reporter)

    async def _tell_problems(self, lanes: Lanes, names: Sequence[str]) -> None:
        problems = [*self._shadow.problems, *self._settings.problems]
        if problems and names:
            teller = next((name for name in TELLERS if name in names), names[0])
            await lanes.found(teller, [self._issues.of_problem(teller, p) for p in problems])

    async def _complete_idle(self, lanes: Lanes, tasks: Mapping[str, _Task]) -> None:
        for name, task in tasks.items():
            if not task.units:
                await lanes.complete(name, "not_applicable", "There is nothing for it to look at.")

    # -- units --------------------------------------------------------------------------------------

    async def _run_units(self, tasks: Mapping[str, _Task]) -> None:
        queue = _in_order(tasks)
        takers = [
            asyncio.ensure_future(self._take(queue, tasks))
            for _ in range(self._resources.max_processes)
        ]
        try:
            await asyncio.gather(*takers)
        finally:
            for taker in takers:
                taker.cancel()
            await asyncio.gather(*takers, return_exceptions=True)

    async def _take(
        self,
        queue: deque[tuple[str, Unit]],
        tasks: Mapping[str, _Task],
    ) -> None:
        while queue:
            async with self._resources.slots:
                if not queue:
                    return
                name, unit = queue.popleft()
                task = tasks[name]
                self._open.begin(name, predicted=isinstance(task.detector, ProjectDetector))
                try:
                    await unit()
                except EngineError as error:
                    task.error = str(error)
                task.left -= 1
            if task.left == 0:
                await self._complete(name, task)

    async def _complete(self, name: str, task: _Task) -> None:
        failed = task.error is not None or task.broken == len(task.files)
        reason = (task.error or "It failed on every file.") if failed else None
        await self._open.complete(name, "failed" if failed else "succeeded", reason, task.kilobytes)

    async def _run_batch(
        self, name: str, detector: BatchDetector, files: list[ShadowFile], task: _Task
    ) -> None:
        async def on_files(done: list[ShadowFile], found: list[Finding]) -> None:
            await self._found(name, found)
            self._open.advance(name, len(done))

        async def on_broken(file: ShadowFile, reason: str) -> None:
            await self._quarantine(name, file, reason, task)

        await run_batch(detector, files, self._place, on_files, on_broken)

    async def _run_worker(self, name: str, files: list[ShadowFile], task: _Task) -> None:
        workers = self._resources.workers
        worker = await workers.borrow()
        try:
            for file in files:
                try:
                    found = await worker.check(name, task.detector.options, file)
                except WorkerDied as error:
                    await worker.end()
                    worker = await workers.borrow()
                    await self._quarantine(name, file, str(error), task)
                except EngineError as error:
                    await self._quarantine(name, file, str(error), task)
                else:
                    await self._found(name, found)
                    self._open.advance(name, 1)
        except BaseException:
            # It may be in the middle of a file of this run.
            await worker.end()
            raise
        workers.give_back(worker)

    async def _run_project(self, name: str, detector: ProjectDetector, task: _Task) -> None:
        place = self._place
        command = await asyncio.to_thread(detector.command, task.files, place)
        end = await processes.run(
            command,
            place.scratch,
            timeout_seconds=PROJECT_SECONDS,
            extra=detector.environment(place),
        )
        await self._found(name, await asyncio.to_thread(detector.read, end, task.files, place))

    async def _found(self, name: str, findings: Sequence[Finding]) -> None:
        if findings:
            issues = await asyncio.to_thread(self._issues_of, name, findings)
            if issues:
                await self._open.found(name, issues)

    def _issues_of(self, name: str, findings: Sequence[Finding]) -> list[Issue]:
        issues = (self._issue_of(name, finding) for finding in findings)
        return [issue for issue in issues if issue is not None]

    def _issue_of(self, name: str, finding: Finding) -> Issue | None:
        severity = self._settings.rate(name, finding)
        if severity is None:
            return None
        return self._issues.of_finding(
            name, replace(finding, severity=severity), self._files[finding.path]
        )

    async def _quarantine(self, name: str, file: ShadowFile, reason: str, task: _Task) -> None:
        task.broken += 1
        problem = Problem(
            path=file.path,
            rule="tool-error",
            severity="low",
            message=f"{task.detector.engine} could not look at this file: {reason}",
        )
        await self._open.found(name, [self._issues.of_problem(name, problem)])
        self._open.advance(name, 1)

    @property
    def _open(self) -> Lanes:
        if self._lanes is None:
            raise RuntimeError("The run has not started.")
        return self._lanes

    @property
    def _place(self) -> Workplace:
        return Workplace(
            root=self._root,
            shadow=self._shadow.folder,
            scratch=self._scratch,
            cache=self._resources.cache,
            broken=self._shadow.broken,
        )


def _lane_of(name: str, task: _Task | None) -> DetectorState:
    if task is not None and isinstance(task.detector, ProjectDetector):
        return make_lane(name, PROJECT_PHASES, "phases")
    return make_lane(name, len(task.files) if task else 0, "files")


def _in_order(tasks: Mapping[str, _Task]) -> deque[tuple[str, Unit]]:
    """First something quick, so that people see issues; then the longest; then all lanes in turn."""
    quick: list[tuple[str, Unit]] = []
    long: list[tuple[str, Unit]] = []
    rest: list[list[tuple[str, Unit]]] = []
    for name, task in tasks.items():
        units = [(name, unit) for unit in task.units]
        if isinstance(task.detector, ProjectDetector):
            long += units
        elif isinstance(task.detector, BatchDetector):
            quick += units[:1]
            rest.append(units[1:])
        else:
            rest.append(units)
    in_turn = [unit for turn in zip_longest(*rest) for unit in turn if unit is not None]
    return deque([*quick, *long, *in_turn])
