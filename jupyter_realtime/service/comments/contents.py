"""Documents as they lie on the disk."""

from __future__ import annotations

from pathlib import Path

from ...core.anchors import Cell
from ...core.notebooks import cells_of

# Of a notebook with its outputs; nobody comments on more.
MAX_FILE_BYTES = 256 * 1024 * 1024


def read_cells(file: Path) -> list[Cell] | None:
    """Read the cells of a document; None where it can't be understood, or is not there."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return None
        return cells_of(file.name, file.read_bytes())
    except OSError:
        return None
