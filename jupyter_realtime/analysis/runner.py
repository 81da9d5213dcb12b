"""The runner: runs detectors over a project, several runs side by side.

Rules
-----
1. `finished` is reported exactly once, after every lane is completed.
2. When `run` returns, no process, file or task of the run is left.
3. A detector that breaks fails its own lane; the others finish.
4. A cancel ends every process group at once; what was found stays.
5. Runs at the same time share the processes fairly: before each unit of work a run waits for a slot, in
   the order in which they asked, so a large run can't starve a small one.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import RealtimeError
from ..core.issues import RunState
from ..ports import RunReporter
from .cache import project_cache
from .execution import Execution, Resources
from .rules.explainer import Explainer
from .scratch import make_scratch, remove
from .workers import Workers

MAX_PROCESSES = 2


@dataclass(frozen=True)
class RunRequest:
    """What to run.

    Parameters
    ----------
    root
        The project's folder.
    paths
        Below it, with `/`; empty for all of it.
    detectors
        By name; None for all.
    costs
        Seconds a kilobyte by detector, from earlier runs.
    """

    root: Path
    paths: list[str]
    detectors: list[str] | None
    costs: Mapping[str, float]


class Runner:
    """Runs detectors; close it to end its warm workers and remove its files.

    Parameters
    ----------
    max_processes
        How many may work at once, over all runs.
    scratch
        Where private folders are made; the system's folder for temporary files by default.
    cache
        Where results are kept by content; with None they are forgotten when the runner is closed.
    """

    def __init__(
        self,
        max_processes: int = MAX_PROCESSES,
        scratch: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        self._max_processes = max_processes
        self._parent = scratch
        self._cache = cache
        self._slots = asyncio.Semaphore(max_processes)
        self._explainer = Explainer()
        self._folder: Path | None = None
        self._workers: Workers | None = None

    async def run(self, request: RunRequest, reporter: RunReporter, cancel: asyncio.Event) -> None:
        """Run detectors to the end, and report it.

        Raises
        ------
        RealtimeError
            If the reporter can't keep what it is told; the run is ended then.
        """
        folder = self._ready() / f"run-{secrets.token_hex(6)}"
        execution = Execution(
            request.root,
            request.paths or [""],
            request.detectors,
            request.costs,
            reporter,
            self._resources(request.root, folder),
        )
        state: RunState = "failed"
        error: str | None = "The analysis was interrupted."
        try:
            state, error = await _until_done_or_cancelled(execution, cancel)
        except RealtimeError:
            raise
        except Exception as broken:
            # Ours to mend, but the run must end and say so.
            error = f"The analysis failed: {type(broken).__name__}: {broken}"
        finally:
            await _finish(execution, state, error, folder)

    async def explain(self, detector: str, rule: str) -> str | None:
        """Give the text about a detector's rule; None where there is none."""
        return await self._explainer.explain(detector, rule, self._ready())

    async def close(self) -> None:
        """End the warm workers and remove all files."""
        if self._workers is not None:
            await self._workers.close()
            self._workers = None
        if self._folder is not None:
            await asyncio.to_thread(remove, self._folder)
            self._folder = None

    def _ready(self) -> Path:
        if self._folder is None:
            self._folder = make_scratch(self._parent)
            home = self._folder / "workers"
            home.mkdir(mode=0o700)
            self._workers = Workers(home)
        return self._folder

    def _resources(self, root: Path, folder: Path) -> Resources:
        base = self._ready()
        if self._workers is None:
            raise RuntimeError("The runner is closed.")
        return Resources(
            slots=self._slots,
            max_processes=self._max_processes,
            workers=self._workers,
            folder=folder,
            cache=project_cache(self._cache or base / "cache", root),
        )


async def _until_done_or_cancelled(
    execution: Execution, cancel: asyncio.Event
) -> tuple[RunState, str | None]:
    work = asyncio.ensure_future(execution.work())
    asked = asyncio.ensure_future(cancel.wait())
    try:
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return await work
        return "cancelled", None
    finally:
        for task in (work, asked):
            task.cancel()
        await asyncio.gather(work, asked, return_exceptions=True)


async def _finish(execution: Execution, state: RunState, error: str | None, folder: Path) -> None:
    """Tell the end, and remove the files, also when this task is being cancelled."""
    telling = asyncio.ensure_future(execution.finish(state, error))
    removing = asyncio.ensure_future(asyncio.to_thread(remove, folder))
    both = asyncio.gather(telling, removing, return_exceptions=True)
    try:
        await asyncio.shield(both)
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await both
    told = telling.exception()
    if told is not None:
        raise told
