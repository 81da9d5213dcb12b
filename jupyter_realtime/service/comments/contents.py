"""What a document says, as anchors see it: a notebook's cells, or a file as one cell without an id."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ...core.anchors import Cell

# Of a notebook with its outputs; nobody comments on more.
MAX_FILE_BYTES = 256 * 1024 * 1024


class _Cell(msgspec.Struct):
    source: str | list[str] = ""
    id: str | None = None


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


_decode_notebook = msgspec.json.Decoder(_Notebook).decode


def read_cells(file: Path) -> list[Cell] | None:
    """Read the cells of a document; None where it can't be understood, or is not there."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return None
        return cells_of(file.name, file.read_bytes())
    except OSError:
        return None


def cells_of(name: str, content: bytes) -> list[Cell] | None:
    """Find the cells in what a file of this name holds; None where it can't be understood."""
    if not name.endswith(".ipynb"):
        return [Cell(None, content.decode("utf-8", "replace"))]
    try:
        notebook = _decode_notebook(content)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return [Cell(one.id, _text(one.source)) for one in notebook.cells]


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
