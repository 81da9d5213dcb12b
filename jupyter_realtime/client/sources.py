"""What a detector of one's own gets to see: notebooks and modules as a person wrote them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..core.issues import Severity

SUFFIXES = frozenset({".py", ".ipynb"})
MAX_FILE_BYTES = 64_000_000
_SKIPPED = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages"})


@dataclass(frozen=True)
class Finding:
    """One thing that a detector of one's own found.

    Parameters
    ----------
    line
        From 1; in a notebook, within the cell.
    cell
        The cell's index, counted from 0 over all cells; None in a module.
    rule
        What kind of thing it is; None: named like the detector.
    severity
        None: the detector's.
    column, end_column
        From 1; the end is exclusive. Without an end, to the end of the line.
    """

    line: int
    message: str
    cell: int | None = None
    rule: str | None = None
    severity: Severity | None = None
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None
    url: str | None = None


@dataclass(frozen=True)
class SourceCell:
    """A cell of a notebook; `index` counts all cells from 0."""

    index: int
    id: str | None
    kind: Literal["code", "markdown", "raw"]
    source: str


@dataclass(frozen=True)
class SourceFile:
    """A notebook or a module.

    Parameters
    ----------
    path
        Relative to the project's root, with `/`.
    text
        Of a module; of a notebook, empty.
    cells
        Of a notebook, those with text too; of a module, none.
    """

    path: str
    text: str
    cells: tuple[SourceCell, ...]

    @property
    def is_notebook(self) -> bool:
        """Whether it has cells."""
        return self.path.endswith(".ipynb")

    def code(self) -> Iterator[tuple[int | None, str]]:
        """Give each piece of code with the index of its cell, which is None in a module."""
        if not self.is_notebook:
            yield None, self.text
        yield from ((cell.index, cell.source) for cell in self.cells if cell.kind == "code")

    def lines(self) -> Iterator[tuple[int | None, int, str]]:
        """Give each line of code as cell, line (from 1) and text."""
        for cell, source in self.code():
            for number, text in enumerate(source.split("\n"), 1):
                yield cell, number, text

    def source_of(self, cell: int | None) -> str:
        """Give the source of a cell, or of the module."""
        return next((source for index, source in self.code() if index == cell), "")


def read_source(root: Path, file: Path) -> SourceFile:
    """Read a file.

    Raises
    ------
    OSError, ValueError
        If it can't be read, or is not what its name says.
    """
    path = file.relative_to(root).as_posix()
    if file.stat().st_size > MAX_FILE_BYTES:
        raise ValueError(f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB.")
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return SourceFile(path, text, ())
    cells = json.loads(text)["cells"]
    return SourceFile(path, "", tuple(_cell(index, cell) for index, cell in enumerate(cells)))


def _cell(index: int, raw: dict[str, Any]) -> SourceCell:
    source = raw["source"]
    id_ = raw.get("id")
    return SourceCell(
        index=index,
        id=id_ if isinstance(id_, str) else None,
        kind=raw["cell_type"],
        source=source if isinstance(source, str) else "".join(source),
    )


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Find the regular notebooks and modules at or below some paths, in a stable order."""
    for path in sorted(set(paths)):
        if path.is_dir():
            yield from _below(path)
        elif path.suffix in SUFFIXES and path.is_file():
            yield path


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_wanted(Path(here, name)))
        files = (Path(here, name) for name in sorted(names))
        yield from (file for file in files if file.suffix in SUFFIXES and file.is_file())


def _is_wanted(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in _SKIPPED
    return not hidden and not (folder / "pyvenv.cfg").exists()
