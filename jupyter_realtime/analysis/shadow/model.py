"""What the shadow tree holds: files that engines can read, and the way back to what people wrote."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...core.issues import CellRef, Severity

_WORD = re.compile(r"\w+")
# Measured over the detectors: a kilobyte of a notebook takes as long as three of a module, because its
# lines are denser; and opening a file as long as one or two.
NOTEBOOK_WEIGHT, NOTEBOOK_KILOBYTES, MODULE_KILOBYTES = 3.0, 2.0, 1.0


@dataclass(frozen=True)
class Cell:
    """A code cell of a notebook.

    Parameters
    ----------
    index
        Counts all cells of the notebook from 0, those with text too.
    source
        As a person wrote it.
    code
        The same number of lines, but pure Python: magics are neutralised, and a cell that does not
        parse is blank.
    first_line
        Where `code` begins in the shadow `.py`, counted from 1.
    failed
        Whether its last run ended in an error that is among its outputs.
    parses
        False for a cell that was blanked; `source` says what was in it.
    """

    index: int
    id: str | None
    source: str
    code: str
    first_line: int
    execution_count: int | None
    failed: bool
    parses: bool


@dataclass(frozen=True)
class Place:
    """A place as people see it: the cell, or None in a module, and the line there from 1."""

    cell: CellRef | None
    line: int


@dataclass(frozen=True, kw_only=True)
class ShadowFile:
    """One file of the project as engines see it.

    Parameters
    ----------
    path
        Relative to the project's root, with `/`.
    python
        The line-preserving `.py` in the shadow tree.
    notebook
        The minimal `.ipynb` in the shadow tree, or None for a module. Its cells are all cells of the
        original, in order, so that ruff's `cell` is the original's index + 1.
    kilobytes
        Of source.
    original
        The real file, which was regular and inside the project when it was read.
    digest
        Of its bytes.
    """

    path: str
    original: Path
    digest: str
    python: Path
    notebook: Path | None
    kilobytes: float
    cells: tuple[Cell, ...] = ()

    @property
    def weighed_kilobytes(self) -> float:
        """How much it is to look at, in kilobytes of a module."""
        if self.notebook is not None:
            return NOTEBOOK_WEIGHT * self.kilobytes + NOTEBOOK_KILOBYTES
        return self.kilobytes + MODULE_KILOBYTES

    @cached_property
    def _first_lines(self) -> list[int]:
        return [cell.first_line for cell in self.cells]

    @cached_property
    def _lines(self) -> list[str]:
        return self.python.read_text(encoding="utf-8").split("\n")

    @cached_property
    def words_out_of_sight(self) -> frozenset[str]:
        """Words in lines that engines don't get as they are: magics, and cells that don't parse."""
        words: set[str] = set()
        for cell in self.cells:
            lines = zip(cell.source.split("\n"), cell.code.split("\n"), strict=False)
            words.update(*(_WORD.findall(source) for source, code in lines if source != code))
        return frozenset(words)

    def place(self, line: int) -> Place:
        """Find where a line of the shadow `.py` comes from."""
        if not self.cells:
            return Place(None, line)
        cell = self.cells[max(0, bisect_right(self._first_lines, line) - 1)]
        return Place(CellRef(index=cell.index, id=cell.id), max(1, line - cell.first_line + 1))

    def text_at(self, place: Place) -> str:
        """Read the line that a place points to, empty if there is none."""
        if place.cell is None:
            lines = self._lines
        else:
            [source] = [c.source for c in self.cells if c.index == place.cell.index] or [""]
            lines = source.split("\n")
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file itself, which every detector would stumble over: told once."""

    path: str
    rule: str
    severity: Severity
    message: str
    place: Place = Place(None, 1)
