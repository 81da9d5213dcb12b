"""What a run leaves for other programs: a SARIF file, a baseline, and annotations for GitHub."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..analysis.outputs.github import workflow_commands
from ..analysis.outputs.regions import locate
from ..analysis.outputs.sarif import sarif
from ..core.errors import BadRequest
from ..core.issues import Analysis, Issue


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
    _write(path, json.dumps(body, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{path} can't be written: {error.strerror}.") from None


def compared(issues: Sequence[Issue], known: frozenset[tuple[str, str]]) -> list[Issue]:
    """Say of each issue whether a baseline has it."""
    return [
        msgspec.structs.replace(
            i, since_baseline="known" if (i.fingerprint, i.path) in known else "new"
        )
        for i in issues
    ]


def write_sarif(
    path: Path, analysis: Analysis, issues: Sequence[Issue], root: Path, *, has_history: bool
) -> None:
    """Write SARIF; with `-` to standard output."""
    body = sarif(analysis, issues, root, has_history=has_history)
    text = json.dumps(body, indent=1, ensure_ascii=False) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
    else:
        _write(path, text)


def print_annotations(issues: Sequence[Issue], root: Path) -> None:
    """Print workflow commands, which GitHub shows beside the lines of a change."""
    for command in workflow_commands(issues, locate(root, issues)):
        print(command)
