"""The live display: a bar for the run, a lane for each detector, what was found so far.

It is drawn on standard error, so that standard output is the result and nothing else.
"""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..client.run_record import RunRecord
from ..core.issues import DetectorState
from ..core.reports import Report
from . import words

FRAMES_PER_SECOND = 8
BAR_COLUMNS = 24
STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}
_MARKS = {
    "queued": Text("·", "dim"),
    "running": Text("▸", "cyan"),
    "succeeded": Text("✓", "green"),
    "failed": Text("✗", "red"),
    "cancelled": Text("–", "dim"),
    "not_applicable": Text("–", "dim"),
}


class Display:
    """Draws a run while it goes on, and goes away when it is over."""

    def __init__(self, console: Console, title: str) -> None:
        self._title = title
        self._run: RunRecord | None = None
        self._cancelling = False
        self._began = self._moved = time.monotonic()
        self._live = Live(
            get_renderable=self._draw,
            console=console,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
        )

    def __enter__(self) -> Display:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def tell(self, report: Report, run: RunRecord) -> None:
        """Take a report."""
        self._run = run
        self._moved = time.monotonic()

    def cancelling(self) -> None:
        """Show at once that somebody wants it to end."""
        self._cancelling = True
        self._live.refresh()

    def _draw(self) -> RenderableType:
        if self._run is None:
            return self._head(0.0, "Preparing…")
        analysis = self._run.analysis
        stalled = time.monotonic() - self._moved
        status = "Cancelling…" if self._cancelling else words.eta(analysis.eta_seconds, stalled)
        table = Table.grid(padding=(0, 1))
        for lane in analysis.detectors:
            table.add_row(*_lane(lane))
        return Group(self._head(analysis.progress, status), table, _found(self._run))

    def _head(self, progress: float, status: str) -> RenderableType:
        head = Table.grid(padding=(0, 1))
        elapsed = words.duration(time.monotonic() - self._began)
        head.add_row(
            Text(self._title, "bold", overflow="ellipsis", no_wrap=True),
            ProgressBar(1.0, progress, width=BAR_COLUMNS),
            Text(f"{progress:4.0%}"),
            Text(status or elapsed, "dim"),
        )
        return head


def _lane(lane: DetectorState) -> list[RenderableType]:
    share = lane.done / lane.total if lane.total else 0.0
    if lane.state == "succeeded":
        share = 1.0
    style = "dim" if lane.state in ("queued", "cancelled", "not_applicable") else ""
    bar = ProgressBar(1.0, share, width=BAR_COLUMNS) if not lane.error else Text("")
    said = words.clean(lane.error) if lane.error else words.lane(lane)
    found = words.count(lane.issues, "issue") if lane.issues else ""
    return [
        _MARKS[lane.state],
        Text(lane.name, style, no_wrap=True),
        bar,
        Text(said, "red" if lane.state == "failed" else "dim", overflow="ellipsis", no_wrap=True),
        Text(found, style),
    ]


def _found(run: RunRecord) -> Text:
    parts = [
        Text(f"{number:,} {severity}", STYLES[severity])
        for severity, number in words.severities(run.analysis.counts)
    ]
    return Text("   ").join(parts) if parts else Text("Nothing found so far", "dim")
