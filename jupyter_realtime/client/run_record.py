"""A run as far as it is known here: what events, reports and snapshots add up to.

Rules
-----
1. Issues stay in the order found, and each is there once, whatever is repeated.
2. News may come out of order (a board is newer than a log that is still being replayed): what is behind
   what we know changes nothing, so progress never falls.
3. A run is over for us when its log says so, because then all its issues have come; a board may know
   that earlier.
"""

from __future__ import annotations

import concurrent.futures
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from ..core.errors import RealtimeError
from ..core.issues import FINISHED_STATES, Analysis, Counts, DetectorState, Issue

log = logging.getLogger(__name__)

_ORDER = {"queued": 0, "running": 1, "cancelling": 2}


class RunRecord:
    """What is known of a run: filled by one thread, read by any.

    Attributes
    ----------
    analysis
        How it stands.
    done
        Is done when nothing more will come; has the error if the rest can't be had.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.done: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._issues: list[Issue] = []
        self._ids: set[str] = set()
        self._listeners: list[Callable[[], None]] = []

    @property
    def issues(self) -> list[Issue]:
        """What was found so far, in the order found."""
        return self._issues.copy()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have it told that something is new, on whichever thread it came."""
        self._listeners.append(listener)

    def found(self, issues: Iterable[Issue]) -> None:
        """Add what is new among these."""
        for issue in issues:
            if issue.id not in self._ids:
                self._ids.add(issue.id)
                self._issues.append(issue)

    def replace_issues(self, issues: Sequence[Issue]) -> None:
        """Keep only these, as they are now; the counts follow."""
        self._issues = list(issues)
        self._ids = {issue.id for issue in issues}
        self.change(counts=Counts.of(()).plus_open(issues))

    def stands(self, analysis: Analysis) -> None:
        """Take over how the run stands, unless that is old news."""
        if not _is_behind(analysis, self.analysis):
            self.analysis = analysis

    def lane(self, lane: DetectorState) -> None:
        """Take over how one detector stands, unless that is old news."""
        lanes = [_later_lane(known, lane) for known in self.analysis.detectors]
        self.change(detectors=lanes)

    def change(self, **fields: Any) -> None:
        """Set some fields of the analysis."""
        self.analysis = msgspec.structs.replace(self.analysis, **fields)

    def finish(self, error: RealtimeError | None = None) -> None:
        """Say that nothing more will come."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)

    def tell(self) -> None:
        """Call those who want to know that something is new."""
        for listener in self._listeners:
            _call(listener)


def _call(listener: Callable[[], None]) -> None:
    try:
        listener()
    except Exception:
        log.exception("A listener of a run has failed")


def _is_behind(news: Analysis, known: Analysis) -> bool:
    if known.state in FINISHED_STATES:
        return news.state not in FINISHED_STATES
    if news.state in FINISHED_STATES:
        return False
    return (_ORDER[news.state], news.progress) < (_ORDER[known.state], known.progress)


def _later_lane(known: DetectorState, news: DetectorState) -> DetectorState:
    if known.name != news.name or known.state not in _ORDER:
        return known
    if news.state not in _ORDER:
        return news
    return max(known, news, key=lambda lane: (_ORDER[lane.state], lane.done))


def new_analysis(run: str, paths: Sequence[str], *, room: str = "", project: str = "") -> Analysis:
    """Say how a run stands that has only just been asked for."""
    return Analysis(
        id=run,
        room=room,
        project=project,
        paths=list(paths),
        state="queued",
        progress=0.0,
        eta_seconds=None,
        started=None,
        finished=None,
        counts=Counts.of(()),
        detectors=[],
        error=None,
    )
