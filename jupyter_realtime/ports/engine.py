"""What runs detectors, and whom it tells."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..core.issues import Analysis, DetectorDescription, DetectorState, Issue, RunState, Timing


class RunReporter(Protocol):
    """Where the runner tells what happens in one run: in this process, or over the client's REST.

    Guarantees
    ----------
    - Calls for one run are made one after another; each returns when the report is durable
      (`progress` alone may return earlier, and may be conflated).
    - A call may raise `core.errors.RealtimeError`. A retryable one has already been retried: the
      runner then stops the run and leaves nothing behind.
    """

    async def started(self, detectors: Sequence[DetectorState]) -> None:
        """The run has begun, with these lanes."""
        ...

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        """`detector` has found these (at most 500 a call)."""
        ...

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        """How far the run is (0..1) and those lanes that have moved since the last call."""
        ...

    async def detector_complete(
        self,
        lane: DetectorState,
        timing: Timing | None,
        unfinished: Sequence[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        """One detector is done, failed, cancelled, or does not apply.

        `timing` feeds later ETAs. `unfinished` are the files that it could not look at, `excluded` the
        patterns of those that it was not to: nothing is called fixed there.
        """
        ...

    async def finished(self, state: RunState, error: str | None) -> None:
        """The run is over: `succeeded`, `partial`, `failed` or `cancelled`."""
        ...


class AnalysisEngine(Protocol):
    """What runs detectors.

    Guarantees
    ----------
    - `run` calls `reporter.finished` exactly once, whatever happens.
    - When it returns, no process, file or task of the run is left; after `cancel` is set that takes
      at most half a second.
    - It never imports or executes the code that it looks at.
    """

    def describe(self) -> list[DetectorDescription]:
        """List the detectors, those that can't run here too."""
        ...

    async def run(
        self,
        root: Path,
        paths: Sequence[str],
        detectors: Sequence[str] | None,
        costs: Mapping[str, float],
        reporter: RunReporter,
        cancel: asyncio.Event,
    ) -> None:
        """Run detectors (None: all that apply) over paths below `root`."""
        ...

    def sarif(
        self,
        root: Path,
        analysis: Analysis,
        issues: Sequence[Issue],
        reasons: Mapping[tuple[str, str], str],
    ) -> dict[str, Any]:
        """Write a run as a SARIF 2.1.0 log; it reads files, so call it on a thread.

        `reasons` says why issues were dismissed, by fingerprint and path.
        """
        ...

    async def explain(self, detector: str, rule: str) -> str | None:
        """Say in a few sentences what a rule means; None where nobody knows, or it is no rule."""
        ...

    async def close(self) -> None:
        """End what waits for work."""
        ...
