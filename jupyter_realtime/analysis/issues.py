"""From findings to issues: placed where people wrote the code, with an identity that survives edits."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from ..core.fingerprint import Fingerprinter, enclosing_symbol
from ..core.issues import CellRef, Fix, Issue
from .findings import Finding
from .shadow.model import Place, Problem, ShadowFile
from .silence import is_silenced


def new_id() -> str:
    """Make the id of an issue, which is of one run; it is its fingerprint that stays."""
    return secrets.token_urlsafe(9)


class Issues:
    """Makes the issues of one run, those of findings still without an id.

    Each detector counts the occurrences of a line in a file by itself, so a detector that is added or
    left out changes nobody else's fingerprints.
    """

    def __init__(self) -> None:
        self._symbols: dict[str, Callable[[int], str]] = {}
        self._fingerprinters: dict[tuple[str, str], Fingerprinter] = {}

    def of_finding(self, detector: str, finding: Finding, file: ShadowFile) -> Issue | None:
        """Make an issue of what a detector found in a file; None where a comment silences it."""
        place, shift = _place(finding, file)
        text = file.text_at(place)
        first = file.text_at(Place(place.cell, 1))
        if is_silenced(detector, finding.rule, text, first):
            return None
        line = finding.line if finding.cell_index is None else _shadow_line(finding, file)
        end_line = (finding.end_line or finding.line) - shift
        return Issue(
            id="",
            fingerprint=self._fingerprint(
                detector, finding.rule, file, line, finding.identity or text
            ),
            detector=detector,
            rule=finding.rule,
            severity=finding.severity,
            message=finding.message,
            path=finding.path,
            line=place.line,
            column=finding.column,
            end_line=max(place.line, end_line),
            end_column=finding.end_column or max(finding.column + 1, len(text.rstrip()) + 1),
            cell=place.cell,
            url=finding.url,
            fix=_fix(finding, file),
            status="new",
        )

    def of_manifest(self, detector: str, finding: Finding) -> Issue:
        """Make an issue of a finding in a file that is no source: pyproject.toml, requirements.txt."""
        problem = Problem(
            finding.path, finding.rule, finding.severity, finding.message, Place(None, finding.line)
        )
        return msgspec.structs.replace(self.of_problem(detector, problem), url=finding.url)

    def of_problem(self, detector: str, problem: Problem) -> Issue:
        """Make an issue of something that is wrong with a file itself."""
        counter = self._fingerprinters.setdefault((detector, problem.path), Fingerprinter())
        return Issue(
            id=new_id(),
            fingerprint=counter.of(problem.rule, "", problem.message),
            detector=detector,
            rule=problem.rule,
            severity=problem.severity,
            message=problem.message,
            path=problem.path,
            line=problem.place.line,
            column=1,
            end_line=problem.place.line,
            end_column=2,
            cell=problem.place.cell,
            url=None,
            fix=None,
            status="new",
        )

    def _fingerprint(self, detector: str, rule: str, file: ShadowFile, line: int, text: str) -> str:
        if file.path not in self._symbols:
            code = Path(file.python).read_text(encoding="utf-8")
            self._symbols[file.path] = enclosing_symbol(code)
        counter = self._fingerprinters.setdefault((detector, file.path), Fingerprinter())
        return counter.of(rule, self._symbols[file.path](line), text)


def _place(finding: Finding, file: ShadowFile) -> tuple[Place, int]:
    """Find the place, and how many lines lie before its cell."""
    if finding.cell_index is None:
        place = file.place(finding.line)
        return place, finding.line - place.line
    ids = {cell.index: cell.id for cell in file.cells}
    cell = CellRef(index=finding.cell_index, id=ids.get(finding.cell_index))
    return Place(cell, finding.line), 0


def _shadow_line(finding: Finding, file: ShadowFile) -> int:
    first = {cell.index: cell.first_line for cell in file.cells}
    return first.get(finding.cell_index or 0, 1) + finding.line - 1


def _fix(finding: Finding, file: ShadowFile) -> Fix | None:
    # Lines of a module are those of its shadow; a notebook's fix would have to name its cell.
    if finding.fix is None or (file.cells and finding.cell_index is None):
        return None
    return Fix(title=finding.fix.title, safe=finding.fix.safe, edits=list(finding.fix.edits))
