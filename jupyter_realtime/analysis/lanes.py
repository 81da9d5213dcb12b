"""The lanes of one run: how far each detector is, and what is told about it to whom and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from ..core.issues import DetectorRunState, DetectorState, Issue, RunState, Timing
from ..core.progress import ProgressMeter
from ..ports import RunReporter

# Progress is shown at most this often; what comes between is conflated.
PROGRESS_SECONDS = 0.1
# So that a lease is renewed, and an estimate counts down, while an engine thinks.
PULSE_SECONDS = 0.5
MAX_ISSUES_A_REPORT = 500


class Lanes:
    """Keeps the lanes of one run and reports them, one report at a time.

    Parameters
    ----------
    meter
        Knows how much each detector's share weighs.
    """

    def __init__(
        self, lanes: Sequence[DetectorState], meter: ProgressMeter, reporter: RunReporter
    ) -> None:
        self._lanes = {lane.name: lane for lane in lanes}
        self._meter = meter
        self._reporter = reporter
        self._moved: set[str] = set()
        self._began = time.monotonic()
        self._began_lane: dict[str, float] = {}
        self._predicting: set[str] = set()
        self._one_at_a_time = asyncio.Lock()
        self._pulse: asyncio.Task[None] | None = None

    def __getitem__(self, name: str) -> DetectorState:
        return self._lanes[name]

    async def start(self) -> None:
        """Report the start, and show progress from now on."""
        await self._reporter.started(list(self._lanes.values()))
        self._pulse = asyncio.get_running_loop().create_task(self._beat())

    async def stop(self) -> None:
        """Show no more progress."""
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.gather(self._pulse, return_exceptions=True)

    def begin(self, name: str, *, predicted: bool = False) -> None:
        """A detector has begun."""
        if self._lanes[name].state == "queued":
            self._began_lane[name] = time.monotonic()
            self._set(name, state="running")
            if predicted:
                self._predicting.add(name)

    def advance(self, name: str, files: int) -> None:
        """A detector is done with some more files."""
        lane = self._lanes[name]
        done = min(lane.total, lane.done + files)
        self._set(name, done=done)
        self._meter.advance(name, done / lane.total if lane.total else 1.0)

    async def found(self, name: str, issues: Sequence[Issue]) -> None:
        """A detector has found something."""
        for at in range(0, len(issues), MAX_ISSUES_A_REPORT):
            batch = issues[at : at + MAX_ISSUES_A_REPORT]
            self._set(name, issues=self._lanes[name].issues + len(batch))
            await self._report(self._reporter.issues(name, batch))

    async def complete(
        self, name: str, state: DetectorRunState, error: str | None, kilobytes: float = 0.0
    ) -> None:
        """A detector is done; a lane is completed once."""
        lane = self._lanes[name]
        if lane.state not in ("queued", "running"):
            return
        self._predicting.discard(name)
        done = lane.total if state == "succeeded" else lane.done
        self._set(name, state=state, error=error, done=done)
        self._meter.advance(name, 1.0)
        timing = self._timing(name, kilobytes) if state == "succeeded" else None
        await self._report(self._reporter.detector_complete(self._lanes[name], timing))

    async def complete_rest(self, state: DetectorRunState, error: str | None) -> None:
        """Complete all lanes that are still open."""
        for name in self._lanes:
            await self.complete(name, state, error)

    @property
    def outcome(self) -> RunState:
        """How a run ended that was not cancelled."""
        states = [lane.state for lane in self._lanes.values()]
        return "partial" if "failed" in states else "succeeded"

    def _timing(self, name: str, kilobytes: float) -> Timing | None:
        began = self._began_lane.get(name)
        if began is None or kilobytes <= 0:
            return None
        seconds = time.monotonic() - began
        return Timing(detector=name, kilobytes=kilobytes, seconds=seconds)

    def _set(self, name: str, **changes: object) -> None:
        self._lanes[name] = msgspec.structs.replace(self._lanes[name], **changes)
        self._moved.add(name)

    async def _beat(self) -> None:
        last_pulse = 0.0
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            self._predict()
            now = time.monotonic()
            if self._moved or now - last_pulse >= PULSE_SECONDS:
                last_pulse = now
                await self._show()

    def _predict(self) -> None:
        for name in self._predicting:
            elapsed = time.monotonic() - self._began_lane[name]
            share = self._meter.predicted_share(name, elapsed)
            self._meter.advance(name, share)
            lane = self._lanes[name]
            if (done := int(share * lane.total)) > lane.done:
                self._set(name, done=done)

    async def _show(self) -> None:
        moved = [self._lanes[name] for name in self._moved]
        self._moved.clear()
        eta = self._meter.eta_seconds(time.monotonic() - self._began)
        await self._report(self._reporter.progress(self._meter.fraction, eta, moved))

    async def _report(self, report: Coroutine[Any, Any, None]) -> None:
        """Make a report whole: a cancel may come during it, but must not tear it."""
        telling = asyncio.ensure_future(self._in_turn(report))
        try:
            await asyncio.shield(telling)
        except asyncio.CancelledError:
            await telling
            raise

    async def _in_turn(self, report: Coroutine[Any, Any, None]) -> None:
        async with self._one_at_a_time:
            await report


def make_lane(name: str, total: int, unit: str) -> DetectorState:
    """Make a lane that waits for its turn."""
    return DetectorState(
        name=name, state="queued", done=0, total=total, unit=unit, issues=0, error=None
    )
