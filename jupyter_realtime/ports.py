"""The ports: what the behaviour in `service/` needs from the outside, with the guarantees it counts on.

An adapter that passes the contract suite of its port may replace any other. The guarantees stand here
and not on an adapter, because they are what callers may rely upon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .core.issues import DetectorState, Issue, RunState, Timing


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

    async def issues(self, detector: str, issues: Sequence[Issue]) -> None:
        """`detector` has found these (at most 500 a call)."""

    async def progress(
        self, progress: float, eta_seconds: float | None, lanes: Sequence[DetectorState]
    ) -> None:
        """How far the run is (0..1) and those lanes that have moved since the last call."""

    async def detector_complete(self, lane: DetectorState, timing: Timing | None) -> None:
        """One detector is done, failed, cancelled, or does not apply; `timing` feeds later ETAs."""

    async def finished(self, state: RunState, error: str | None) -> None:
        """The run is over: `succeeded`, `partial`, `failed` or `cancelled`."""
