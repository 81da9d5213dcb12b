"""How a run is told where no one watches it live: as lines of JSON for a program, or of plain words."""

from __future__ import annotations

import sys
from typing import TextIO

from ..client.run_record import RunRecord
from ..core.codec import encode
from ..core.reports import DetectorComplete, Report, Started
from . import words


class JsonLines:
    """Writes each report as a line to standard output, for the process that started us."""

    def tell(self, report: Report, run: RunRecord) -> None:
        """Take a report."""
        sys.stdout.buffer.write(encode(report) + b"\n")
        sys.stdout.buffer.flush()


class PlainLines:
    """Says in a line each what begins and what is done."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def tell(self, report: Report, run: RunRecord) -> None:
        """Take a report."""
        if isinstance(report, Started):
            self._say(f"Running {words.count(len(report.detectors), 'detector')}.")
        elif isinstance(report, DetectorComplete):
            lane = report.lane
            found = "" if lane.state != "succeeded" else f", {words.count(lane.issues, 'issue')}"
            reason = f": {words.clean(lane.error)}" if lane.error else ""
            self._say(f"{lane.name}: {words.lane(lane)}{found}{reason}")

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)
