"""What our own runs take, and how true what they show meanwhile is."""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_realtime.analysis.cache import user_cache
from jupyter_realtime.analysis.runner import Runner

from ..build import BUILT
from .watch import Moment, Watch, watch

# A fault that nobody else has, so that its line is new.
FAULT = "\n\ndef made_worse_{0}(x):\n    return x is 'made worse {0}'\n"
PROGRESS_TOLERANCE = 0.05


@dataclass(frozen=True)
class Ours:
    """Seconds, and shares of one.

    Parameters
    ----------
    first_ever
        With no cache of any kind: kingfisher compiles its rules, mypy reads the standard library.
    cold
        A new process, and no results.
    edited_own, edited_all
        One module edited: until all that look at files one by one are done, and all.
    rewritten
        Every file edited, in a process that has run before: the runs whose progress is looked at.
    progress_true
        At how many of the moments that were shown progress was within 5 % of the true share of time.
    progress_error_p95, eta_error
        The 95th percentile of that difference; the mean of the ETA's, as a share of the run.
    """

    files: int
    issues: int
    first_ever: float
    cold: float
    first_issue: float
    unchanged: float
    edited_own: float
    edited_all: float
    rewritten: float
    progress_true: float
    progress_error_p95: float
    eta_error: float
    slowest_cancel: float


def measure(root: Path, files: Sequence[Path], turns: int, cancels: int) -> Ours:
    """Measure all of it; of several turns the quickest counts, of progress all moments."""
    return asyncio.run(_measure(root, files, turns, cancels))


async def _measure(root: Path, files: Sequence[Path], turns: int, cancels: int) -> Ours:
    # kingfisher keeps its rules only where nobody else can write: not below the system's folder.
    BUILT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILT) as empty, _own_caches(Path(empty)):
        first = await _once(root)
    with tempfile.TemporaryDirectory(dir=BUILT) as empty, _own_caches(Path(empty)):
        await _once(root)
        colds = [await _cold(root) for _ in range(turns)]
        runner = Runner(cache=user_cache())
        try:
            before = await watch(runner, root, {})
            again = [await watch(runner, root, before.costs) for _ in range(turns)]
            edits = [await _edited(runner, root, files, n) for n in range(turns)]
            warm = await _rewritten(runner, root, files, 2 * turns)
            slowest = await _cancelled(runner, root, files, cancels, warm[-1])
        finally:
            await runner.close()
    errors = sorted(
        abs(moment.progress - moment.seconds / run.seconds) for run, moment in _all(warm)
    )
    etas = [
        abs(moment.eta_seconds - (run.seconds - moment.seconds)) / run.seconds
        for run, moment in _all(warm)
        if moment.eta_seconds is not None
    ]
    return Ours(
        files=len(files),
        issues=before.issues_found,
        first_ever=first.seconds,
        cold=min(run.seconds for run in colds),
        first_issue=min(run.first_issue_seconds or run.seconds for run in colds),
        unchanged=min(run.seconds for run in again),
        edited_own=min(run.by_file_seconds for run in edits),
        edited_all=min(run.seconds for run in edits),
        rewritten=statistics.median(run.seconds for run in warm),
        progress_true=sum(error <= PROGRESS_TOLERANCE for error in errors) / len(errors),
        progress_error_p95=errors[int(0.95 * len(errors))],
        eta_error=statistics.mean(etas),
        slowest_cancel=slowest,
    )


@contextmanager
def _own_caches(folder: Path) -> Iterator[None]:
    """Keep results and what engines compile in a folder of its own."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("XDG_CACHE_HOME")
        if before is not None:
            os.environ["XDG_CACHE_HOME"] = before


async def _once(root: Path, cache: Path | None = None) -> Watch:
    runner = Runner(cache=cache or user_cache())
    try:
        return await watch(runner, root, {})
    finally:
        await runner.close()


async def _cold(root: Path) -> Watch:
    with tempfile.TemporaryDirectory(dir=BUILT) as results:
        return await _once(root, Path(results))


async def _edited(runner: Runner, root: Path, files: Sequence[Path], number: int) -> Watch:
    module = next(path for path in files if path.name == "utils.py")
    with module.open("a") as file:
        file.write(FAULT.format(number))
    return await watch(runner, root, {})


async def _rewritten(runner: Runner, root: Path, files: Sequence[Path], times: int) -> list[Watch]:
    """Edit every file, and run; the costs are those of the runs before, as a server has them."""
    _touch(files, "first")
    run, runs = await watch(runner, root, {}), []
    costs: Mapping[str, float] = run.costs
    for number in range(times):
        _touch(files, f"again {number}")
        run = await watch(runner, root, costs)
        costs = _learned(costs, run.costs)
        runs.append(run)
    return runs


def _learned(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Take over what a run has cost; as in the store, what was known counts half."""
    return {name: (before.get(name, cost) / 2 + cost) / 1.5 for name, cost in now.items()}


def _touch(files: Sequence[Path], words: str) -> None:
    """Change every file by a comment, as somebody who checks out another branch does."""
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            path.write_text(f"{text}\n# {words}\n", encoding="utf-8")
        else:
            book = json.loads(text)
            book["cells"][-1]["source"] = [f"# {words}"]
            path.write_text(json.dumps(book), encoding="utf-8")


async def _cancelled(
    runner: Runner, root: Path, files: Sequence[Path], times: int, whole: Watch
) -> float:
    """Cancel at random moments; returns what the slowest has taken."""
    chance, slowest = random.Random(1), 0.0
    for number in range(times):
        _touch(files, f"cancelled {number}")
        cancel = asyncio.Event()
        running = asyncio.create_task(watch(runner, root, {}, cancel))
        await asyncio.wait({running}, timeout=chance.uniform(0, 0.8 * whole.seconds))
        asked = time.perf_counter()
        cancel.set()
        await running
        slowest = max(slowest, time.perf_counter() - asked)
    return slowest


def _all(runs: Sequence[Watch]) -> Iterator[tuple[Watch, Moment]]:
    return ((run, moment) for run in runs for moment in run.moments)
