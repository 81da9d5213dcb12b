"""What a document says, as comments see it: a notebook's cells, or a file as one cell without an id."""

from __future__ import annotations

import msgspec

from .anchors import Cell


class _Cell(msgspec.Struct):
    source: str | list[str] = ""
    id: str | None = None


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


_decode = msgspec.json.Decoder(_Notebook).decode


def cells_of(name: str, content: bytes) -> list[Cell] | None:
    """Find the cells in what a file of this name holds; None where it can't be understood.

    Of a notebook nothing but ids and sources is built, however large its outputs are.
    """
    if not name.endswith(".ipynb"):
        return [Cell(None, content.decode("utf-8", "replace"))]
    try:
        notebook = _decode(content)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return [Cell(one.id, _text(one.source)) for one in notebook.cells]


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
