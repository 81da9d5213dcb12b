"""What an outside runner reports, as it comes over REST: the calls of `ports.RunReporter` as data."""

from __future__ import annotations

import msgspec

from ..core.issues import DetectorState, Issue, RunState, Timing
from ..ports import RunReporter

MAX_ISSUES_A_REPORT = 500


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """The run has begun, with these lanes."""

    detectors: list[DetectorState]


class Issues(msgspec.Struct, frozen=True, kw_only=True, tag="issues"):
    """A detector has found these."""

    detector: str
    issues: list[Issue]


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """How far the run is, and the lanes that have moved."""

    progress: float
    eta_seconds: float | None
    lanes: list[DetectorState]


class DetectorComplete(msgspec.Struct, frozen=True, kw_only=True, tag="detector_complete"):
    """One detector is done."""

    lane: DetectorState
    timing: Timing | None


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """The run is over."""

    state: RunState
    error: str | None


Report = Started | Issues | Progress | DetectorComplete | Finished


async def apply(report: Report, reporter: RunReporter) -> None:
    """Make the call that a report stands for."""
    if isinstance(report, Started):
        await reporter.started(report.detectors)
    elif isinstance(report, Issues):
        await reporter.issues(report.detector, report.issues)
    elif isinstance(report, Progress):
        await reporter.progress(report.progress, report.eta_seconds, report.lanes)
    elif isinstance(report, DetectorComplete):
        await reporter.detector_complete(report.lane, report.timing)
    else:
        await reporter.finished(report.state, report.error)
