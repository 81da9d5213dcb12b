"""Documents as they lie on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...core.anchors import Cell
from ...core.notebooks import cells_of
from ..projects import file_of

# Of a notebook with its outputs; nobody comments on more.
MAX_FILE_BYTES = 256 * 1024 * 1024
# Of its code: in more no thread is looked for, so that each is found or not within seconds.
MAX_CHARACTERS = 1_000_000


def read_cells(root: Path, path: str) -> list[Cell] | None:
    """Read the cells of a document of the project at `root`.

    None where it can't be understood, is not there, or lies elsewhere by now.
    """
    file = file_of(root, path)
    if file is None:
        return None
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return None
        cells = cells_of(path, file.read_bytes())
    except OSError:
        return None
    return None if cells is None or is_too_long(cells) else cells


def is_too_long(cells: Sequence[Cell]) -> bool:
    """Whether a document has more code than threads are looked for in."""
    return sum(len(cell.source) for cell in cells) > MAX_CHARACTERS
