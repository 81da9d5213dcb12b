"""A handle on a run, as people hold it: `Run` blocks, `AsyncRun` is awaited.

What can be read is the same in both, at any time, from any thread, while the run goes on behind.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.issues import Issue
from .address import Server
from .follower import Follower
from .records import Record, record
from .run_record import RunRecord

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]

_COLUMNS = (
    "severity", "detector", "rule", "message", "path", "cell", "line", "column",
    "end_line", "end_column", "status", "since_baseline", "url", "fingerprint", "id",
)  # fmt: skip


class ReadableRun:
    """How a run stands and what it found."""

    def __init__(self, run_record: RunRecord) -> None:
        self.record = run_record

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record.analysis.id

    @property
    def analysis(self) -> Record:
        """The run as REST gives it: state, progress, counts, detectors …"""
        return record(self.record.analysis)

    @property
    def state(self) -> str:
        """`queued`, `running`, `cancelling`, `cancelled`, `succeeded`, `partial` or `failed`."""
        return self.record.analysis.state

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return self.record.analysis.progress

    @property
    def eta_seconds(self) -> float | None:
        """Seconds to go, or None while that would be a guess."""
        return self.record.analysis.eta_seconds

    @property
    def error(self) -> str | None:
        """Why the run failed."""
        return self.record.analysis.error

    @property
    def counts(self) -> Record:
        """How many issues of each severity."""
        return record(self.record.analysis.counts)

    @property
    def detectors(self) -> list[Record]:
        """The lanes: each detector's state, done, total, unit, issues, error."""
        return [record(lane) for lane in self.record.analysis.detectors]

    @property
    def issues(self) -> list[Record]:
        """What was found so far, in the order found."""
        return [record(issue) for issue in self.record.issues]

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        return self.record.done.done()

    def to_frame(self) -> pandas.DataFrame:
        """Give the issues as a pandas DataFrame, a row each; `cell` is the cell's index.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError(
                "to_frame() needs pandas (pip install pandas); `issues` is the same as a list."
            ) from None
        rows = [_row(issue) for issue in self.record.issues]
        # A whole number, or nothing: in pandas' plain columns, nothing would turn all into fractions.
        return pandas.DataFrame(rows, columns=_COLUMNS).astype({"cell": "Int64"})

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have it told that something is new, on the thread on which it came; it must not block."""
        self.record.on_change(listener)

    def __repr__(self) -> str:
        found = self.record.analysis.counts.total
        return (
            f"<{type(self).__name__} {self.id}: {self.state}, {self.progress:.0%}, {found} issues>"
        )


class Run(ReadableRun):
    """A run, for code without an event loop; `server` is None where a process of ours does it."""

    def __init__(
        self, run_record: RunRecord, cancel: Callable[[], None], server: Server | None = None
    ) -> None:
        super().__init__(run_record)
        self.server = server
        self._cancel = cancel
        self._pid = os.getpid()

    def wait(self, timeout: float | None = None) -> Run:
        """Wait for the end of the run, and return it.

        Parameters
        ----------
        timeout
            Seconds after which to give up waiting; the run goes on.

        Raises
        ------
        TimeoutError
            If it is not over by then.
        """
        self._check_process()
        done = self.record.done
        if not concurrent.futures.wait([done], timeout).done:
            raise TimeoutError(_too_slow(self.id, timeout))
        done.result()
        return self

    def cancel(self) -> None:
        """Ask for the end of the run; `wait` returns when it has ended."""
        self._check_process()
        if not self.is_finished:
            self._cancel()

    def _check_process(self) -> None:
        if os.getpid() != self._pid:
            raise RuntimeError(
                "This run is followed by the process that started it, not by one forked from it."
            )


class AsyncRun(ReadableRun):
    """A run, for code with an event loop."""

    def __init__(self, run_record: RunRecord, follower: Follower) -> None:
        super().__init__(run_record)
        self._follower = follower

    async def wait(self, timeout: float | None = None) -> AsyncRun:
        """Wait for the end of the run, and return it; see `Run.wait`."""
        done = asyncio.wrap_future(self.record.done)
        # Looked at in any case: after a timeout nobody else would retrieve an error.
        done.add_done_callback(lambda over: over.cancelled() or over.exception())
        finished, _ = await asyncio.wait([done], timeout=timeout)
        if not finished:
            raise TimeoutError(_too_slow(self.id, timeout))
        await done
        return self

    async def cancel(self) -> None:
        """Ask for the end of the run; `wait` returns when it has ended."""
        await self._follower.cancel()


def _too_slow(run: str, timeout: float | None) -> str:
    return f"The run {run} is not over after {timeout or 0:g} s; it goes on."


def _row(issue: Issue) -> dict[str, Any]:
    fields = {name: getattr(issue, name) for name in _COLUMNS if name != "cell"}
    return fields | {"cell": None if issue.cell is None else issue.cell.index}
