"""Annotations as GitHub's workflows read them: a line of output each, shown beside the code.

What is analysed may be hostile: nothing in a path or a message can end the line or begin another command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...core.issues import Issue, Severity
from .regions import Region

LEVELS: dict[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "notice",
    "info": "notice",
}
# As the runner takes them apart: first what escapes, then what would end a message, then a property.
_MESSAGE = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY = {**_MESSAGE, ord(":"): "%3A", ord(","): "%2C"}


def workflow_commands(issues: Iterable[Issue], regions: Mapping[str, Region]) -> Iterator[str]:
    """Write issues that are to be mended, a line each.

    Parameters
    ----------
    regions
        Where they are in their files, by id.
    """
    for issue in issues:
        if issue.status not in ("fixed", "dismissed"):
            yield _annotation(issue, regions.get(issue.id))


def _annotation(issue: Issue, region: Region | None) -> str:
    title = f"{issue.detector} {issue.rule}"
    properties = {"file": issue.path, **_place(region), "title": title}
    written = ",".join(f"{name}={_clean(value, _PROPERTY)}" for name, value in properties.items())
    words = f"{issue.path}: {_where(issue)}: {issue.message} ({issue.detector} {issue.rule})"
    return f"::{LEVELS[issue.severity]} {written}::{_clean(words, _MESSAGE)}"


def _place(region: Region | None) -> dict[str, str]:
    if region is None:
        return {}
    start, end = region
    lines = {"line": str(start.line), "endLine": str(end.line)}
    # Columns of several lines are refused.
    if start.line == end.line:
        lines |= {"col": str(start.column), "endColumn": str(end.column)}
    return lines


def _where(issue: Issue) -> str:
    cell = "" if issue.cell is None else f"cell {issue.cell.index + 1}, "
    return f"{cell}line {issue.line}"


def _clean(text: str, table: Mapping[int, str]) -> str:
    escaped = text.translate(table)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in escaped)
