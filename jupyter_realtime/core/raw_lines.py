"""Where a cell's lines stand in the file of its notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .issues import Issue


def raw_line(known: Mapping[str, list[list[int]]], issue: Issue, line: int) -> int:
    """Find the line of the file for a line of an issue, by what is known of its notebook's cells."""
    if issue.cell is None:
        return line
    cells = known.get(issue.path, [])
    lines = cells[issue.cell.index] if issue.cell.index < len(cells) else []
    return lines[min(line, len(lines)) - 1] if lines else 1


def lines_of_cells(text: str) -> list[list[int]]:
    """Give, for each cell, the line of the file for each line of its source; all count from 1.

    What the file says is looked for in its text from the top, so it is right for every way in which
    programs lay out JSON. A cell that can't be found has no lines.
    """
    try:
        document: Any = json.loads(text)
        cells = document["cells"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    found: list[list[int]] = []
    at = 0
    for cell in cells if isinstance(cells, list) else ():
        lines, at = _lines_of(text, cell, at)
        found.append(lines)
    return found


def _lines_of(text: str, cell: Any, at: int) -> tuple[list[int], int]:
    source = cell.get("source") if isinstance(cell, dict) else None
    pieces = source if isinstance(source, list) else [source] if isinstance(source, str) else []
    begin = text.find('"source"', at)
    if begin < 0 or not all(isinstance(piece, str) for piece in pieces):
        return [], at
    lines: list[int] = []
    for piece in pieces:
        begin, end = _find(text, piece, begin)
        if begin < 0:
            return [], at
        line = text.count("\n", 0, begin) + 1
        lines += [line] * max(1, piece.count("\n") + (not piece.endswith("\n")))
        begin = end
    return lines, begin


def _find(text: str, piece: str, at: int) -> tuple[int, int]:
    for written in (json.dumps(piece, ensure_ascii=False), json.dumps(piece)):
        begin = text.find(written, at)
        if begin >= 0:
            return begin, begin + len(written)
    return -1, at
