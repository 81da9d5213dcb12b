"""What a runner reports about a run: the calls of `ports.RunReporter` as data.

An outside runner posts a list of them to `analyses/<id>/reports`; the command line's own runner writes
them as lines of JSON.
"""

from __future__ import annotations

import msgspec

from .issues import DetectorState, Issue, RunState, Timing


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
    """One detector is done.

    `unfinished` are the files that it could not look at, and `excluded` the patterns of those that it was
    not to: nothing is called fixed there.
    """

    lane: DetectorState
    timing: Timing | None
    unfinished: list[str] = []
    excluded: list[str] = []


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """The run is over."""

    state: RunState
    error: str | None


Report = Started | Issues | Progress | DetectorComplete | Finished
