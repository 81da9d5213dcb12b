"""The sample's manifest, read; its head says what each field means."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import msgspec

from jupyter_realtime.core.issues import SEVERITIES, Issue, Severity

SAMPLE = Path(__file__).parents[2] / "notebooks"


class Planted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the sample."""

    path: str
    line: int
    text: str
    why: str
    cell: int | None = None

    @property
    def place(self) -> str:
        """The place as a test's name."""
        cell = "" if self.cell is None else f"[{self.cell}]"
        return f"{self.path.removeprefix('notebooks/')}{cell}:{self.line}"

    def actual_line(self) -> str:
        """Read the line that stands there."""
        text = (SAMPLE / self.path).read_text(encoding="utf-8")
        if self.cell is not None:
            text = "".join(json.loads(text)["cells"][self.cell]["source"])
        return text.splitlines()[self.line - 1]

    def is_at(self, issue: Issue) -> bool:
        """Whether an issue points to this line."""
        cell = None if issue.cell is None else issue.cell.index
        return (issue.path, cell, issue.line) == (self.path, self.cell, self.line)


class Defect(Planted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a detector must find."""

    detector: str
    severity: Severity
    rule: str | None = None

    def is_found_by(self, issue: Issue) -> bool:
        """Whether an issue is about this defect; how severe it is doesn't matter here."""
        if issue.detector != self.detector or not self.is_at(issue):
            return False
        return self.rule is None or issue.rule == self.rule

    def is_severe_enough(self, issue: Issue) -> bool:
        """Whether an issue is at least as severe as the defect."""
        return SEVERITIES.index(issue.severity) <= SEVERITIES.index(self.severity)


class Clean(Planted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What looks wrong and is right."""

    detectors: list[str] | None = None

    def is_violated_by(self, issue: Issue) -> bool:
        """Whether an issue is a false alarm about this line."""
        return self.is_at(issue) and (self.detectors is None or issue.detector in self.detectors)


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that was planted."""

    defect: list[Defect]
    clean: list[Clean]


@cache
def manifest() -> Manifest:
    """Read the sample's manifest."""
    return msgspec.toml.decode((SAMPLE / "manifest.toml").read_bytes(), type=Manifest)
