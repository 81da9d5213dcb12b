"""What a run leaves for other programs: a SARIF file, a baseline, and annotations for GitHub."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .._version import __version__
from ..core.errors import BadRequest
from ..core.issues import Analysis, Issue
from ..core.raw_lines import lines_of_cells, raw_line
from ..core.sarif import sarif

_COMMANDS = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "notice",
    "info": "notice",
}


class KnownIssue(msgspec.Struct, frozen=True, order=True):
    """An issue of a baseline file: known by its fingerprint, wherever it has moved in its file."""

    path: str
    detector: str
    rule: str
    fingerprint: str


class BaselineFile(msgspec.Struct, frozen=True):
    """`{"version": 1, "issues": […]}`, sorted, so that it can be committed and compared."""

    version: int
    issues: list[KnownIssue]


def read_baseline(path: Path) -> frozenset[tuple[str, str]]:
    """Read fingerprint and path of all issues that were known.

    Raises
    ------
    BadRequest
        If the file is none of ours; says what to do.
    """
    try:
        known = msgspec.json.decode(path.read_bytes(), type=BaselineFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadRequest(
            f"{path} is no baseline ({error}). Make one with --write-baseline {path}."
        ) from None
    return frozenset((issue.fingerprint, issue.path) for issue in known.issues)


def write_baseline(path: Path, issues: Sequence[Issue]) -> None:
    """Write all issues as known from now on."""
    known = sorted({KnownIssue(i.path, i.detector, i.rule, i.fingerprint) for i in issues})
    body = msgspec.to_builtins(BaselineFile(1, known))
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def compared(issues: Sequence[Issue], known: frozenset[tuple[str, str]]) -> list[Issue]:
    """Say of each issue whether a baseline has it."""
    return [
        msgspec.structs.replace(
            i, since_baseline="known" if (i.fingerprint, i.path) in known else "new"
        )
        for i in issues
    ]


def write_sarif(path: Path, analysis: Analysis, issues: Sequence[Issue], root: Path) -> None:
    """Write SARIF; with `-` to standard output."""
    lines = _Lines(root)
    document = sarif(analysis, issues, version=__version__, raw_line=lines.raw_line)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")


def print_annotations(issues: Sequence[Issue], root: Path) -> None:
    """Print workflow commands, which GitHub shows beside the lines of a change."""
    lines = _Lines(root)
    for issue in issues:
        line = lines.raw_line(issue, issue.line)
        place = f"file={_property(issue.path)},line={line}"
        title = _property(f"{issue.detector} {issue.rule}")
        print(f"::{_COMMANDS[issue.severity]} {place},title={title}::{_data(issue.message)}")


class _Lines:
    """Lines of notebooks' files, each file read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, list[list[int]]] = {}

    def raw_line(self, issue: Issue, line: int) -> int:
        """Find the line of the file for a line of an issue's cell."""
        if issue.cell is not None and issue.path not in self._known:
            self._known[issue.path] = lines_of_cells(_read(self._root / issue.path))
        return raw_line(self._known, issue, line)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return ""


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
