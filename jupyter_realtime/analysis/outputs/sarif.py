"""SARIF 2.1.0: what a run has found, for code scanning services and viewers.

Rules
-----
1. One SARIF run a detector, with the version of its engine; a detector that has failed says so in its
   invocation, and a result is never taken for "nothing found".
2. Our fingerprint is in `partialFingerprints`, so a result is the same one after its cell was moved.
3. A notebook is a file with lines: regions are those of the `.ipynb`, and the cell is in `properties`.
4. `baselineState` compares with the run's baseline, or else with earlier runs; without both there is none.
   What was dismissed is suppressed, with the reason.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..._version import __version__
from ...core.issues import Analysis, DetectorState, Fix, Issue, Severity
from ..detector import Detector
from ..registry import discover
from .regions import Region, locate

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "jupyterRealtime/v1"
ROOT = "%SRCROOT%"

_LEVELS: dict[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
_BY_BASELINE = {"new": "new", "known": "unchanged"}
_BY_STATUS = {
    "new": "new",
    "regressed": "new",
    "ongoing": "unchanged",
    "dismissed": "unchanged",
    "fixed": "absent",
}


def sarif(
    analysis: Analysis,
    issues: Sequence[Issue],
    root: Path,
    *,
    reasons: Mapping[tuple[str, str], str] | None = None,
    has_history: bool = False,
) -> dict[str, Any]:
    """Write a run as a SARIF log.

    Parameters
    ----------
    root
        The project's folder.
    reasons
        Why issues were dismissed, by fingerprint and path.
    has_history
        Whether statuses come from earlier runs.
    """
    writer = _Writer(analysis, locate(root, issues), reasons or {}, has_history=has_history)
    runs = []
    for lane in analysis.detectors:
        found = [issue for issue in issues if issue.detector == lane.name]
        runs.append(writer.run(lane, found))
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


class _Writer:
    def __init__(
        self,
        analysis: Analysis,
        regions: Mapping[str, Region],
        reasons: Mapping[tuple[str, str], str],
        *,
        has_history: bool,
    ) -> None:
        self._analysis = analysis
        self._regions = regions
        self._reasons = reasons
        self._has_history = has_history

    def run(self, lane: DetectorState, issues: Sequence[Issue]) -> dict[str, Any]:
        """Write what one detector has found."""
        rules = list(dict.fromkeys(issue.rule for issue in issues))
        written: dict[str, Any] = {
            "tool": _tool(lane.name, issues),
            # What stands before the slash keeps detectors apart where results are kept from run to run.
            "automationDetails": {"id": f"jupyter_realtime/{lane.name}/{self._analysis.id}"},
            "invocations": [self._invocation(lane)],
            "columnKind": "unicodeCodePoints",
            "properties": {"analysis": self._analysis.id, "baseline": self._analysis.baseline},
        }
        # Without results nothing was looked at; an empty list would say that nothing is wrong.
        if issues or lane.state == "succeeded":
            written["results"] = [self._result(issue, rules.index(issue.rule)) for issue in issues]
        return written

    def _invocation(self, lane: DetectorState) -> dict[str, Any]:
        times = {"startTimeUtc": self._analysis.started, "endTimeUtc": self._analysis.finished}
        told = {key: time for key, time in times.items() if time is not None}
        is_good = lane.state in ("succeeded", "not_applicable")
        invocation: dict[str, Any] = {"executionSuccessful": is_good, **told}
        if lane.error is not None:
            level = "note" if is_good else "error"
            notification = {"level": level, "message": {"text": lane.error}}
            invocation["toolExecutionNotifications"] = [notification]
        return invocation

    def _result(self, issue: Issue, rule: int) -> dict[str, Any]:
        result = {
            "ruleId": issue.rule,
            "ruleIndex": rule,
            "level": _LEVELS[issue.severity],
            "message": {"text": issue.message},
            "locations": [{"physicalLocation": self._place(issue)}],
            "partialFingerprints": {FINGERPRINT: issue.fingerprint},
            "suppressions": self._suppressions(issue),
            "properties": _properties(issue),
        }
        if (state := self._baseline_state(issue)) is not None:
            result["baselineState"] = state
        # An edit of a cell is none of the file around it.
        if issue.fix is not None and issue.cell is None:
            result["fixes"] = [_fix(issue.fix, issue.path)]
        return result

    def _place(self, issue: Issue) -> dict[str, Any]:
        place: dict[str, Any] = {"artifactLocation": _artifact(issue.path)}
        if (region := self._regions.get(issue.id)) is not None:
            place["region"] = _region(*region.start, *region.end)
        return place

    def _suppressions(self, issue: Issue) -> list[dict[str, str]]:
        if issue.status != "dismissed":
            return []
        reason = self._reasons.get((issue.fingerprint, issue.path))
        told = {} if reason is None else {"justification": reason}
        return [{"kind": "external", "status": "accepted", **told}]

    def _baseline_state(self, issue: Issue) -> str | None:
        if issue.status == "fixed" or (self._has_history and self._analysis.baseline is None):
            return _BY_STATUS[issue.status]
        return None if issue.since_baseline is None else _BY_BASELINE[issue.since_baseline]


def _tool(name: str, issues: Iterable[Issue]) -> dict[str, Any]:
    found = discover().get(name)
    detector = None if found is None or isinstance(found, str) else found
    driver: dict[str, Any] = {
        "name": f"jupyter_realtime/{name}",
        "version": __version__,
        "rules": _rules(detector, issues),
    }
    if detector is None:
        return {"driver": driver}
    driver |= {
        "fullName": detector.title,
        "shortDescription": {"text": detector.description},
    }
    return {"driver": driver, "extensions": _engines(detector)}


def _engines(detector: type[Detector]) -> list[dict[str, str]]:
    engines = []
    for distribution in detector.distributions:
        # The run may have been reported by another machine, which had the engine.
        with contextlib.suppress(metadata.PackageNotFoundError):
            engines.append({"name": distribution, "version": metadata.version(distribution)})
    return engines


def _rules(detector: type[Detector] | None, issues: Iterable[Issue]) -> list[dict[str, Any]]:
    urls: dict[str, str | None] = {}
    for issue in issues:
        urls[issue.rule] = urls.get(issue.rule) or issue.url
    return [_rule(rule, url, detector) for rule, url in urls.items()]


def _rule(rule: str, url: str | None, detector: type[Detector] | None) -> dict[str, Any]:
    words = rule if detector is None else f"{detector.title}: {rule}"
    help_ = words if url is None else f"{words}. See {url}"
    texts = {"shortDescription": {"text": words}, "help": {"text": help_}}
    return {"id": rule, **texts, **({} if url is None else {"helpUri": url})}


def _properties(issue: Issue) -> dict[str, Any]:
    properties: dict[str, Any] = {"severity": issue.severity, "status": issue.status}
    if issue.cell is not None:
        cell = {"index": issue.cell.index, "id": issue.cell.id}
        properties["cell"] = {**cell, "line": issue.line, "column": issue.column}
    return properties


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path), "uriBaseId": ROOT}


def _region(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _fix(fix: Fix, path: str) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(edit.line, edit.column, edit.end_line, edit.end_column),
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(path), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}
