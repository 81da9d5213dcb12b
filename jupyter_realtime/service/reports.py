"""Takes what an outside runner reports, as it comes over REST."""

from __future__ import annotations

from ..core.reports import DetectorComplete, Issues, Progress, Report, Started
from ..ports import RunReporter


async def apply(report: Report, reporter: RunReporter) -> None:
    """Make the call that a report stands for."""
    if isinstance(report, Started):
        await reporter.started(report.detectors)
    elif isinstance(report, Issues):
        await reporter.issues(report.detector, report.issues)
    elif isinstance(report, Progress):
        await reporter.progress(report.progress, report.eta_seconds, report.lanes)
    elif isinstance(report, DetectorComplete):
        await reporter.detector_complete(
            report.lane, report.timing, report.unfinished, report.excluded
        )
    else:
        await reporter.finished(report.state, report.error)
