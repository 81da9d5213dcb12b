"""The result in words: the issues grouped by file, and one sentence about all of it."""

from __future__ import annotations

import itertools

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..client.run_record import RunRecord
from ..core.issues import Analysis, Issue
from . import words
from .display import STYLES

INDENT = "  "


def print_findings(console: Console, run: RunRecord, seconds: float) -> None:
    """Print what a run has found."""
    ordered = sorted((i for i in run.issues if i.status != "dismissed"), key=_place)
    # One width for all files, so that the eye finds its columns.
    columns = max((len(_where(issue)) for issue in ordered), default=0)
    for path, issues in itertools.groupby(ordered, key=lambda issue: issue.path):
        _print_file(console, path, list(issues), columns)
    for lane in run.analysis.detectors:
        if lane.state == "failed":
            _say(console, Text(f"{lane.name} failed: {words.clean(lane.error or '')}", "red"))
    dismissed = len(run.issues) - len(ordered)
    if dismissed:
        _say(console, Text(f"{words.count(dismissed, 'issue')} dismissed, not shown.", "dim"))
    _say(console, _summary(run.analysis, seconds))


def _place(issue: Issue) -> tuple[str, int, int, int]:
    cell = -1 if issue.cell is None else issue.cell.index
    return issue.path, cell, issue.line, issue.column


def _print_file(console: Console, path: str, issues: list[Issue], columns: int) -> None:
    _say(console, Text(words.clean(path), "bold"))
    if console.is_terminal:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, min_width=columns + len(INDENT))
        table.add_column(no_wrap=True, min_width=len("critical"))
        table.add_column(overflow="fold")
        table.add_column(no_wrap=True, style="dim")
        for issue in issues:
            table.add_row(*_cells(issue))
        console.print(table)
    else:
        for issue in issues:
            _say(console, Text("  ").join(_cells(issue)))
    console.print()


def _cells(issue: Issue) -> list[Text]:
    return [
        Text(INDENT + _where(issue)),
        Text(issue.severity, STYLES[issue.severity]),
        Text(words.clean(issue.message)),
        Text(words.clean(f"{issue.detector} {issue.rule}")),
    ]


def _where(issue: Issue) -> str:
    # People count from one; `index` counts from zero.
    cell = "" if issue.cell is None else f"cell {issue.cell.index + 1}, "
    return f"{cell}line {issue.line}"


def _summary(analysis: Analysis, seconds: float) -> Text:
    counts = analysis.counts
    took = words.duration(seconds)
    parts = [f"{number:,} {severity}" for severity, number in words.severities(counts)]
    found = words.count(counts.total, "issue") + (f" ({', '.join(parts)})" if parts else "")
    if analysis.state == "failed":
        return Text(f"The analysis failed: {words.clean(analysis.error or '')}", "red")
    if analysis.state == "cancelled":
        return Text(f"Cancelled after {took}; {found} until then.", "yellow")
    if analysis.state == "partial":
        return Text(f"{found} in {took}. Not every detector could finish.", "yellow")
    return Text(f"{found} in {took}.", "green" if not counts.total else "bold")


def _say(console: Console, text: Text) -> None:
    # A line in a file or a pipe is never broken: other programs read it.
    console.print(text, soft_wrap=not console.is_terminal)
