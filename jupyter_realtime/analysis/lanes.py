"""The lanes of one run: how far each detector is, and what is told about it to whom and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from ..core.forecast import Forecast, UnitForecast
from ..core.issues import DetectorRunState, DetectorState, Issue, RunState, Timing
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
    forecast
        Knows what each unit of work is predicted to take.
    began
        When the run began, by the monotonic clock.
    excluded
        Patterns of files that nobody was to look at.
    """

    def __init__(
        self,
        lanes: Sequence[DetectorState],
        forecast: Forecast,
        reporter: RunReporter,
        began: float,
        excluded: Sequence[str],
    ) -> None:
        self._lanes = {lane.name: lane for lane in lanes}
        self._forecast = forecast
        self._reporter = reporter
        self._moved: set[str] = set()
        self._excluded = excluded
        self._began = began
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

    def begin(self, unit: UnitForecast, *, predicted: bool = False) -> None:
        """A detector has begun a unit of work."""
        name = unit.detector
        self._forecast.begin(unit, self._now)
        if self._lanes[name].state == "queued":
            self._set(name, state="running")
            if predicted:
                self._predicting.add(name)

    def end(self, unit: UnitForecast) -> None:
        """A detector is done with a unit of work."""
        self._forecast.end(unit, self._now)

    def advance(self, name: str, files: int) -> None:
        """A detector is done with some more files."""
        lane = self._lanes[name]
        self._set(name, done=min(lane.total, lane.done + files))

    async def found(self, name: str, issues: Sequence[Issue]) -> None:
        """A detector has found something."""
        for at in range(0, len(issues), MAX_ISSUES_A_REPORT):
            batch = issues[at : at + MAX_ISSUES_A_REPORT]
            self._set(name, issues=self._lanes[name].issues + len(batch))
            await self._report(self._reporter.issues(name, batch))

    async def complete(
        self,
        name: str,
        state: DetectorRunState,
        error: str | None,
        timing: Timing | None = None,
        unfinished: Sequence[str] = (),
    ) -> None:
        """A detector is done; a lane is completed once."""
        lane = self._lanes[name]
        if lane.state not in ("queued", "running"):
            return
        self._predicting.discard(name)
        done = lane.total if state == "succeeded" else lane.done
        self._set(name, state=state, error=error, done=done)
        done_lane = self._lanes[name]
        await self._report(
            self._reporter.detector_complete(done_lane, timing, unfinished, self._excluded)
        )

    async def complete_rest(self, state: DetectorRunState, error: str | None) -> None:
        """Complete all lanes that are still open."""
        for name in self._lanes:
            await self.complete(name, state, error)

    @property
    def outcome(self) -> RunState:
        """How a run ended that was not cancelled."""
        states = [lane.state for lane in self._lanes.values()]
        return "partial" if "failed" in states else "succeeded"

    @property
    def _now(self) -> float:
        return time.monotonic() - self._began

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
            share = self._forecast.share(name, self._now)
            lane = self._lanes[name]
            if (done := int(share * lane.total)) > lane.done:
                self._set(name, done=done)

    async def _show(self) -> None:
        moved = [self._lanes[name] for name in self._moved]
        self._moved.clear()
        now = self._now
        fraction, eta = self._forecast.fraction(now), self._forecast.eta_seconds(now)
        await self._report(self._reporter.progress(fraction, eta, moved))

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
