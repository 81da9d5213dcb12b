"""A run as SARIF 2.1.0, the format in which code hosts and editors take findings.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". One `run` for each
detector; our fingerprint is in `partialFingerprints`; a place in a notebook is a line of the file itself,
with the cell in `properties`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from .issues import Analysis, Issue, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "jupyterRealtime/v1"
_LEVELS: dict[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
_BASELINE_STATES = {"new": "new", "regressed": "new", "ongoing": "unchanged", "dismissed": "unchanged",
                    "fixed": "absent"}  # fmt: skip

# The line of the raw file in which a line of an issue's cell stands.
RawLine = Callable[[Issue, int], int]


def sarif(
    analysis: Analysis,
    issues: Iterable[Issue],
    *,
    version: str,
    raw_line: RawLine = lambda _issue, line: line,
    reasons: Mapping[tuple[str, str], str] | None = None,
) -> dict[str, Any]:
    """Write a run and what it found.

    Parameters
    ----------
    version
        Of jupyter_realtime.
    raw_line
        Finds lines of cells in the notebook's file.
    reasons
        Why issues were dismissed, by fingerprint and path.
    """
    by_detector: dict[str, list[Issue]] = {lane.name: [] for lane in analysis.detectors}
    for issue in issues:
        by_detector.setdefault(issue.detector, []).append(issue)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            _run(name, found, version, raw_line, reasons or {})
            for name, found in by_detector.items()
        ],
    }


def _run(
    detector: str,
    issues: Sequence[Issue],
    version: str,
    raw_line: RawLine,
    reasons: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    rules = sorted({issue.rule for issue in issues})
    urls = {issue.rule: issue.url for issue in issues if issue.url}
    return {
        "tool": {
            "driver": {
                "name": f"jupyter_realtime/{detector}",
                "version": version,
                "rules": [_rule(rule, urls.get(rule)) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROJECT": {"description": {"text": "The project's folder."}}},
        "results": [_result(issue, rules.index(issue.rule), raw_line, reasons) for issue in issues],
    }


def _rule(rule: str, url: str | None) -> dict[str, Any]:
    return {"id": rule, **({"helpUri": url} if url else {})}


def _result(
    issue: Issue, rule_index: int, raw_line: RawLine, reasons: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": issue.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[issue.severity],
        "message": {"text": issue.message},
        "locations": [{"physicalLocation": _location(issue, raw_line)}],
        "partialFingerprints": {FINGERPRINT: issue.fingerprint},
        "baselineState": _BASELINE_STATES[issue.status],
        "properties": {"severity": issue.severity, "status": issue.status},
    }
    if issue.cell is not None:
        cell = {"index": issue.cell.index, "id": issue.cell.id}
        result["properties"]["cell"] = {**cell, "line": issue.line, "column": issue.column}
    if issue.status == "dismissed":
        why = reasons.get((issue.fingerprint, issue.path))
        result["suppressions"] = [{"kind": "external", **({"justification": why} if why else {})}]
    return result


def _location(issue: Issue, raw_line: RawLine) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": raw_line(issue, issue.line)}
    if issue.cell is None:
        # In a notebook's file columns are those of JSON, which nobody looks for.
        region["startColumn"] = issue.column
        if issue.end_line > issue.line or issue.end_column > issue.column:
            region |= {"endLine": issue.end_line, "endColumn": issue.end_column}
    return {
        "artifactLocation": {"uri": quote(issue.path), "uriBaseId": "PROJECT"},
        "region": region,
    }
