"""What detectors find and how a run of them stands: the shapes that everyone speaks (fixed)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")

IssueStatus = Literal["new", "ongoing", "fixed", "dismissed", "regressed"]
SinceBaseline = Literal["new", "known"] | None
RunState = Literal["queued", "running", "cancelling", "cancelled", "succeeded", "partial", "failed"]
DetectorRunState = Literal[
    "queued", "running", "succeeded", "failed", "cancelled", "not_applicable"
]
FINISHED_STATES: frozenset[str] = frozenset({"cancelled", "succeeded", "partial", "failed"})


class CellRef(msgspec.Struct, frozen=True, kw_only=True):
    """The cell of a notebook: `index` counts all cells from 0; old notebooks have no `id`."""

    index: int
    id: str | None


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Replace the text between two places; lines and columns as in the issue that it mends."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A mend that an engine proposes: nothing is changed until a person applies it.

    `safe` is false where the engine says that behaviour may change.
    """

    title: str
    safe: bool
    edits: list[Edit]


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a detector found.

    `line` and `column` count from 1; in a notebook, `line` counts within the cell. `end_column` is
    exclusive. `fingerprint` is what the issue is known by from run to run (see `core.fingerprint`).
    `path` is relative to the project's root, with `/`. `since_baseline` says whether the baseline that the
    run is compared with has it; it is null without one.
    """

    id: str
    fingerprint: str
    detector: str
    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: CellRef | None
    url: str | None
    fix: Fix | None
    status: IssueStatus
    since_baseline: SinceBaseline = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many issues of each severity."""

    critical: int
    high: int
    medium: int
    low: int
    info: int

    @classmethod
    def of(cls, severities: Iterable[Severity]) -> Counts:
        """Count severities."""
        tally = dict.fromkeys(SEVERITIES, 0)
        for severity in severities:
            tally[severity] += 1
        return cls(**tally)

    def plus(self, severities: Iterable[Severity]) -> Counts:
        """Count on from here."""
        more = Counts.of(severities)
        return Counts(**{s: getattr(self, s) + getattr(more, s) for s in SEVERITIES})

    def plus_open(self, issues: Iterable[Issue]) -> Counts:
        """Count on with those issues that somebody has to do something about."""
        return self.plus(i.severity for i in issues if i.status not in ("dismissed", "fixed"))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, s) for s in SEVERITIES)


class DetectorState(msgspec.Struct, frozen=True, kw_only=True):
    """One detector's lane in a run.

    `done` of `total` in `unit`: `files` where progress is exact, `phases` where the engine sees the
    whole project at once and progress is predicted. `error` says what went wrong and how to mend it,
    or why the detector does not apply.
    """

    name: str
    state: DetectorRunState
    done: int
    total: int
    unit: str
    issues: int
    error: str | None


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """A run of detectors over some paths of a project.

    `progress` goes from 0 to 1 and never falls; `eta_seconds` is null while it would be a guess and
    never negative; `started` and `finished` are RFC 3339 or null. `error` says why a run failed. `counts`
    has what is open: neither dismissed nor fixed. `baseline` is what it is compared with.
    """

    id: str
    room: str
    project: str
    paths: list[str]
    state: RunState
    progress: float
    eta_seconds: float | None
    started: str | None
    finished: str | None
    counts: Counts
    detectors: list[DetectorState]
    error: str | None
    baseline: str | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        return self.state in FINISHED_STATES


class DetectorDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector is, and whether it can run here; `install` is the command that would help."""

    name: str
    title: str
    description: str
    engine: str
    scope: Literal["file", "project"]
    available: bool
    install: str | None


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector's work cost this time: the past durations that the next ETA comes from."""

    detector: str
    kilobytes: float
    seconds: float
