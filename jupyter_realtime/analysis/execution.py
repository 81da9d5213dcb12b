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
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

import msgspec

from ..core.forecast import Forecast, UnitForecast
from ..core.issues import DetectorState, Issue, RunState, Timing
from ..ports import RunReporter
from . import processes
from .batches import cut, run_batch
from .cache import Cache
from .detector import (
    BatchDetector,
    EngineError,
    Exit,
    NotApplicable,
    ProjectDetector,
    Workplace,
)
from .findings import Finding
from .issues import Issues, new_id
from .lanes import Lanes, make_lane
from .plan import Plan, Task, by_path, make_plan
from .settings import Settings, read_settings
from .shadow.model import Problem, ShadowFile
from .shadow.tree import Shadow
from .workers import WorkerDied, Workers

FILES_A_WORKER_UNIT = 8
# So many edited files are looked at before anything else.
FEW_FILES = 4
PROJECT_SECONDS = 120.0
# What a program can't tell is predicted, in tenths.
PROJECT_PHASES = 10
# Who tells what is wrong with a file itself: with its code, or with its form.
CODE_PROBLEMS = frozenset({"syntax", "too-deep"})


@dataclass(frozen=True)
class Unit:
    """A piece of work that holds one slot."""

    forecast: UnitForecast
    run: Callable[[], Awaitable[None]]


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
        The project's own folder, kept from run to run.
    """

    slots: asyncio.Semaphore
    max_processes: int
    workers: Workers
    folder: Path
    cache: Path


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
        self._settings = Settings()
        self._cache = Cache(resources.cache)
        self._shadow = Shadow(resources.folder / "shadow", self._cache)
        self._costs = costs
        self._reporter = reporter
        self._resources = resources
        self._began = time.monotonic()
        self._forecast = Forecast(resources.max_processes, learned=False)
        self._scratch = resources.folder / "scratch"
        self._issues = Issues()
        self._files: dict[str, ShadowFile] = {}
        self._lanes: Lanes | None = None
        self._stopped = False

    # -- the whole ----------------------------------------------------------------------------------

    async def work(self) -> tuple[RunState, str | None]:
        """Do it all; returns how it ended."""
        plan = await self._prepare()
        queue = self._plan_units(plan.tasks)
        lanes = self._lanes = self._open_lanes(plan)
        await lanes.start()
        for name, reason in plan.missing.items():
            await lanes.complete(name, "failed", reason)
        await self._tell_problems(lanes, plan.names)
        for name, task in plan.tasks.items():
            await self._tell_known(lanes, name, task)
        await self._run_units(queue, plan.tasks)
        return lanes.outcome, None

    async def finish(self, state: RunState, error: str | None) -> None:
        """Complete what is open, and report the end."""
        self._cache.close()
        if self._lanes is None:
            await self._reporter.finished(state, error)
            return
        await self._lanes.stop()
        await self._lanes.complete_rest("cancelled" if state == "cancelled" else "failed", error)
        await self._reporter.finished(state, error)

    # -- laying out and planning --------------------------------------------------------------------

    async def _prepare(self) -> Plan:
        preparing = asyncio.ensure_future(asyncio.to_thread(self._lay_out))
        try:
            plan = await asyncio.shield(preparing)
        except asyncio.CancelledError:
            # A thread can't be cancelled: it stops at the next file, and we wait for that.
            self._stopped = True
            await preparing
            raise
        self._files = {file.path: file for file in self._shadow.files}
        return plan

    def _lay_out(self) -> Plan:
        self._scratch.mkdir(parents=True, mode=0o700)
        self._cache.open()
        self._settings = read_settings(self._root)
        for _ in self._shadow.build(self._root, self._paths, self._settings.excludes):
            if self._stopped:
                break
        return make_plan(
            self._root,
            self._asked,
            self._settings,
            self._shadow.files,
            self._cache,
            is_whole=self._is_whole,
        )

    def _open_lanes(self, plan: Plan) -> Lanes:
        states = [_lane_of(name, plan.tasks.get(name)) for name in plan.names]
        excluded = self._settings.exclude
        return Lanes(states, self._forecast, self._reporter, self._began, excluded)

    def _plan_units(self, tasks: Mapping[str, Task]) -> deque[Unit]:
        """Cut the work into units, in the order in which they are begun."""
        working = [task for task in tasks.values() if task.pending]
        self._forecast = Forecast(
            self._resources.max_processes,
            learned=all(task.cost_name in self._costs for task in working),
        )
        units = {name: list(self._units(name, task)) for name, task in tasks.items()}
        for name, task in tasks.items():
            task.left = len(units[name])
        return _in_order(tasks, units)

    async def _tell_problems(self, lanes: Lanes, names: Sequence[str]) -> None:
        told: dict[str, list[Issue]] = {}
        for problem in [*self._shadow.problems, *self._settings.problems] if names else []:
            teller = _teller(problem, names)
            told.setdefault(teller, []).append(self._issues.of_problem(teller, problem))
        for teller, issues in told.items():
            await lanes.found(teller, issues)

    async def _tell_known(self, lanes: Lanes, name: str, task: Task) -> None:
        """Tell what was found in files that nobody has changed since."""
        if not task.files:
            await lanes.complete(name, "not_applicable", "There is nothing for it to look at.")
            return
        await self._tell(name, task.known)
        if not task.is_of_project:
            lanes.advance(name, len(task.files) - len(task.pending))
        if not task.pending:
            await lanes.complete(name, "succeeded", None, unfinished=self._unfinished(task))

    def _units(self, name: str, task: Task) -> Iterator[Unit]:
        for files in self._portions(task):
            forecast = self._forecast.plan(name, task.unit_seconds(files, self._costs))
            yield Unit(forecast, partial(self._run_unit, name, task, files))

    def _portions(self, task: Task) -> list[list[ShadowFile]]:
        if task.is_of_project:
            return [task.pending] if task.pending else []
        detector = task.detector
        size = detector.batch_size if isinstance(detector, BatchDetector) else FILES_A_WORKER_UNIT
        return cut(task.pending, size)

    # -- units --------------------------------------------------------------------------------------

    async def _run_units(self, queue: deque[Unit], tasks: Mapping[str, Task]) -> None:
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

    async def _take(self, queue: deque[Unit], tasks: Mapping[str, Task]) -> None:
        while queue:
            async with self._resources.slots:
                if not queue:
                    return
                unit = queue.popleft()
                name = unit.forecast.detector
                task = tasks[name]
                self._open.begin(unit.forecast, predicted=task.is_of_project)
                try:
                    await unit.run()
                except EngineError as error:
                    task.error = str(error)
                except NotApplicable as reason:
                    task.not_applicable = str(reason)
                self._open.end(unit.forecast)
                task.left -= 1
            if task.left == 0:
                await self._complete(name, task)

    async def _complete(self, name: str, task: Task) -> None:
        if task.not_applicable is not None:
            await self._open.complete(name, "not_applicable", task.not_applicable)
            return
        failed = task.error is not None or len(task.broken) == len(task.files)
        reason = (task.error or "It failed on every file.") if failed else None
        if failed:
            await self._open.complete(name, "failed", reason)
            return
        spent = self._forecast.spent(name)
        timing = Timing(detector=task.cost_name, kilobytes=task.kilobytes, seconds=spent)
        await self._open.complete(name, "succeeded", None, timing, self._unfinished(task))

    def _unfinished(self, task: Task) -> list[str]:
        """Name the files that a detector could not look at, or not at all of it."""
        return sorted({*task.broken, *(problem.path for problem in self._shadow.problems)})

    async def _run_unit(self, name: str, task: Task, files: list[ShadowFile]) -> None:
        detector = task.detector
        if isinstance(detector, BatchDetector):
            await self._run_batch(name, detector, files, task)
        elif isinstance(detector, ProjectDetector):
            await self._run_project(name, detector, task)
        else:
            await self._run_worker(name, files, task)

    async def _run_batch(
        self, name: str, detector: BatchDetector, files: list[ShadowFile], task: Task
    ) -> None:
        async def on_files(done: list[ShadowFile], found: list[Finding]) -> None:
            await self._found(name, task, found, done)
            self._open.advance(name, len(done))

        async def on_broken(file: ShadowFile, reason: str) -> None:
            await self._quarantine(name, file, reason, task)

        await run_batch(detector, files, self._place, on_files, on_broken)

    async def _run_worker(self, name: str, files: list[ShadowFile], task: Task) -> None:
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
                    await self._found(name, task, found, [file])
                    self._open.advance(name, 1)
        except BaseException:
            # It may be in the middle of a file of this run.
            await worker.end()
            raise
        workers.give_back(worker)

    async def _run_project(self, name: str, detector: ProjectDetector, task: Task) -> None:
        place = self._place
        command = await asyncio.to_thread(detector.command, task.files, place)
        end = Exit(0, b"", b"")
        if command:
            end = await processes.run(
                command,
                place.scratch,
                timeout_seconds=PROJECT_SECONDS,
                extra=detector.environment(place),
            )
        await self._found(
            name, task, await asyncio.to_thread(detector.read, end, task.files, place)
        )

    async def _found(
        self, name: str, task: Task, findings: Sequence[Finding], done: Sequence[ShadowFile] = ()
    ) -> None:
        """Tell what was found, and keep it: for these files, or for the whole project."""
        await self._tell(name, await asyncio.to_thread(self._keep, name, task, findings, done))

    def _keep(
        self, name: str, task: Task, findings: Sequence[Finding], done: Sequence[ShadowFile]
    ) -> list[Issue]:
        made = (self._issue_of(name, finding) for finding in findings)
        issues = [issue for issue in made if issue is not None]
        results = {"": issues} if task.is_of_project else by_path(done, issues)
        self._cache.keep_results({task.keys[path]: found for path, found in results.items()})
        return issues

    def _issue_of(self, name: str, finding: Finding) -> Issue | None:
        file = self._files.get(finding.path)
        if file is None:
            return self._issues.of_manifest(name, finding)
        return self._issues.of_finding(name, finding, file)

    async def _tell(self, name: str, issues: Sequence[Issue]) -> None:
        rated = ((issue, self._settings.rate(name, issue)) for issue in issues)
        wanted = [
            msgspec.structs.replace(issue, id=new_id(), severity=severity)
            for issue, severity in rated
            if severity is not None
        ]
        if wanted:
            await self._open.found(name, wanted)

    async def _quarantine(self, name: str, file: ShadowFile, reason: str, task: Task) -> None:
        task.broken.append(file.path)
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
    def _is_whole(self) -> bool:
        return bool({"", "."} & set(self._paths))

    @property
    def _place(self) -> Workplace:
        return Workplace(
            root=self._root,
            shadow=self._shadow.folder,
            scratch=self._scratch,
            cache=self._resources.cache,
            broken=self._shadow.broken,
            is_whole=self._is_whole,
        )


def _lane_of(name: str, task: Task | None) -> DetectorState:
    if task is not None and task.is_of_project:
        return make_lane(name, PROJECT_PHASES, "phases")
    return make_lane(name, len(task.files) if task else 0, "files")


def _teller(problem: Problem, names: Sequence[str]) -> str:
    tellers = ["notebook", "correctness"]
    if problem.rule in CODE_PROBLEMS:
        tellers.reverse()
    return next((name for name in tellers if name in names), names[0])


def _in_order(tasks: Mapping[str, Task], units_of: Mapping[str, list[Unit]]) -> deque[Unit]:
    """First something quick, so that people see issues; then the longest; then all lanes in turn.

    Where only a few files were edited, they come before what looks at the whole project.
    """
    quick: list[Unit] = []
    long: list[Unit] = []
    rest: list[list[Unit]] = []
    for name, task in tasks.items():
        units = units_of[name]
        if task.is_of_project:
            long += units
        elif isinstance(task.detector, BatchDetector):
            quick += units[:1]
            rest.append(units[1:])
        else:
            rest.append(units)
    long.sort(key=lambda unit: -unit.forecast.seconds)
    in_turn = [unit for turn in zip_longest(*rest) for unit in turn if unit is not None]
    edited = {
        file.path for task in tasks.values() if not task.is_of_project for file in task.pending
    }
    if len(edited) <= FEW_FILES:
        return deque([*quick, *in_turn, *long])
    return deque([*quick, *long, *in_turn])
