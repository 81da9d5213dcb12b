"""Detectors of one's own: functions in a notebook or a script, run where they were written.

Theory of operation
-------------------
A server never executes what a person wrote. So a run with such functions is registered there as one from
outside: this process reads the files, calls the functions in a thread of its own, and reports; the server
keeps, shows and cancels the run like any other. A function that raises fails its own lane, with the place
where it happened, and the others go on.
"""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..core.errors import BadRequest
from ..core.fingerprint import Fingerprinter, enclosing_symbol
from ..core.issues import CellRef, DetectorState, Issue, RunState, Severity
from ..core.reports import DetectorComplete, Finished, Issues, Progress, Report, Started
from .reports import add
from .run_record import RunRecord
from .sources import Finding, SourceFile, find_files, read_source
from .stream import Announced

Check = Callable[[SourceFile], Iterable[Finding]]
FINISH_SECONDS = 30.0


@dataclass(frozen=True)
class OwnDetector:
    """A function that looks at a file, and how it is shown."""

    name: str
    severity: Severity
    check: Check

    def __call__(self, file: SourceFile) -> Iterable[Finding]:
        """Look at a file, as the function does."""
        return self.check(file)


def own_detector(name: str | None, severity: Severity) -> Callable[[Check], OwnDetector]:
    """Make a decorator that turns a function into a detector."""

    def decorate(check: Check) -> OwnDetector:
        return OwnDetector(name or check.__name__.replace("_", "-"), severity, check)

    return decorate


def sort_out(detectors: Sequence[object] | None) -> list[OwnDetector]:
    """Pick the functions from what a person wants to run; none means that the server runs it.

    Raises
    ------
    BadRequest
        If there are names beside them.
    """
    own = [detector for detector in detectors or () if isinstance(detector, OwnDetector)]
    if own and len(own) != len(detectors or ()):
        raise BadRequest(
            "Detectors of your own run here, the others on the server: start two runs."
        )
    return own


class OwnRun:
    """One run of somebody's own detectors, reported to a server."""

    def __init__(self, announced: Announced, detectors: Sequence[OwnDetector]) -> None:
        self._announced = announced
        self._detectors = detectors
        self._record = RunRecord(announced.analysis)
        self._lanes = {d.name: _lane(d.name) for d in detectors}

    async def work(self, paths: Iterable[Path], cancel: asyncio.Event) -> None:
        """Do it all; ends when somebody cancels it on the server."""
        try:
            root = self._announced.project.resolve()
            files = await asyncio.to_thread(lambda: list(find_files(p.resolve() for p in paths)))
            self._start(len(files))
            for done, file in enumerate(files):
                if cancel.is_set():
                    break
                await self._look_at(root, file)
                self._tell(
                    Progress(
                        progress=(done + 1) / len(files), eta_seconds=None, lanes=self._all_lanes
                    )
                )
            self._finish(is_cancelled=cancel.is_set())
            await self._announced.stream.finish(FINISH_SECONDS)
        finally:
            await self._announced.rest.close()

    def _start(self, count: int) -> None:
        for name, lane in self._lanes.items():
            self._lanes[name] = msgspec.structs.replace(lane, state="running", total=count)
        self._tell(Started(detectors=self._all_lanes))

    async def _look_at(self, root: Path, path: Path) -> None:
        try:
            file = await asyncio.to_thread(read_source, root, path)
        except (OSError, ValueError, KeyError, TypeError):
            return self._advance()  # The server's own detectors say what is wrong with a file.
        for detector in self._detectors:
            if self._lanes[detector.name].state == "running":
                await self._check(detector, file)
        return self._advance()

    async def _check(self, detector: OwnDetector, file: SourceFile) -> None:
        try:
            issues = await asyncio.to_thread(lambda: list(_issues(detector, file)))
        except Exception as error:
            # Whatever a person's function raises is theirs to see.
            self._set(detector.name, state="failed", error=_reason(error, file))
            self._tell(DetectorComplete(lane=self._lanes[detector.name], timing=None))
            return
        if issues:
            self._set(detector.name, issues=self._lanes[detector.name].issues + len(issues))
            self._tell(Issues(detector=detector.name, issues=issues))

    def _advance(self) -> None:
        for name, lane in self._lanes.items():
            if lane.state == "running":
                self._set(name, done=lane.done + 1)

    def _finish(self, *, is_cancelled: bool) -> None:
        for name, lane in self._lanes.items():
            if lane.state == "running":
                self._set(name, state="cancelled" if is_cancelled else "succeeded")
                self._tell(DetectorComplete(lane=self._lanes[name], timing=None))
        failed = any(lane.state == "failed" for lane in self._lanes.values())
        ended: RunState = "cancelled" if is_cancelled else "partial" if failed else "succeeded"
        self._tell(Finished(state=ended, error=None))

    def _set(self, name: str, **changes: object) -> None:
        self._lanes[name] = msgspec.structs.replace(self._lanes[name], **changes)

    @property
    def _all_lanes(self) -> list[DetectorState]:
        return list(self._lanes.values())

    def _tell(self, report: Report) -> None:
        add(report, self._record)
        self._announced.stream.tell(report, self._record)


def _lane(name: str) -> DetectorState:
    return DetectorState(
        name=name, state="queued", done=0, total=0, unit="files", issues=0, error=None
    )


def _issues(detector: OwnDetector, file: SourceFile) -> Iterator[Issue]:
    counter = Fingerprinter()
    cells = {cell.index: cell for cell in file.cells}
    for found in detector.check(file):
        if not isinstance(found, Finding):
            raise TypeError(f"A detector yields Finding, not {type(found).__name__}.")
        source = file.source_of(found.cell)
        lines = source.split("\n")
        text = lines[found.line - 1] if 0 < found.line <= len(lines) else ""
        rule = found.rule or detector.name
        ref = None
        if found.cell is not None and found.cell in cells:
            ref = CellRef(index=found.cell, id=cells[found.cell].id)
        yield Issue(
            id=secrets.token_urlsafe(9),
            fingerprint=counter.of(rule, enclosing_symbol(source)(found.line), text),
            detector=detector.name,
            rule=rule,
            severity=found.severity or detector.severity,
            message=found.message,
            path=file.path,
            line=found.line,
            column=found.column,
            end_line=found.end_line or found.line,
            end_column=found.end_column or max(found.column + 1, len(text.rstrip()) + 1),
            cell=ref,
            url=found.url,
            fix=None,
            status="new",
        )


def _reason(error: Exception, file: SourceFile) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" (line {frames[-1].lineno} of {frames[-1].name})" if frames else ""
    return f"{type(error).__name__}: {error}{where}, while it looked at {file.path}."
