"""A runner's reports, added to a `RunRecord`."""

from __future__ import annotations

import time

from ..core.issues import FINISHED_STATES, DetectorState
from ..core.reports import DetectorComplete, Issues, Progress, Report, Started
from ..core.times import rfc3339
from .run_record import RunRecord


def add(report: Report, run: RunRecord) -> None:
    """Let a record know what a runner reports."""
    if isinstance(report, Started):
        run.change(state="running", started=rfc3339(time.time()), detectors=report.detectors)
    elif isinstance(report, Issues):
        run.found(report.issues)
        run.change(counts=run.analysis.counts.plus_open(report.issues))
    elif isinstance(report, Progress):
        _progress(report, run)
    elif isinstance(report, DetectorComplete):
        run.lane(report.lane)
    else:
        run.change(
            state=report.state,
            error=report.error,
            finished=rfc3339(time.time()),
            eta_seconds=None,
            progress=1.0 if report.state in ("succeeded", "partial") else run.analysis.progress,
        )
        run.finish()
    run.tell()


def _progress(report: Progress, run: RunRecord) -> None:
    for lane in report.lanes:
        run.lane(lane)
    run.change(
        progress=max(run.analysis.progress, min(1.0, report.progress)),
        eta_seconds=report.eta_seconds,
    )


def is_over(lane: DetectorState) -> bool:
    """Whether nothing more will come in a lane."""
    return lane.state in FINISHED_STATES or lane.state == "not_applicable"
