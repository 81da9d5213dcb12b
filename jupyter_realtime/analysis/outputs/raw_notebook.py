"""Where the text of cells stands in the file of a notebook: for programs that see nothing but lines.

A cell's source is a JSON string, or a list of them; a line of code is one line of the file, or a piece of
one. What is said here is exact to the character, with escapes counted as they are written.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...core.issues import CellRef

_BOM = "\ufeff"
_SPACE = re.compile(r"[ \t\n\r]*")
# A character of a JSON string as it is written: two halves of one outside the basic plane are one.
_WRITTEN = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\"\\]"
)
_decode = json.JSONDecoder().raw_decode


class Spot(NamedTuple):
    """A place in a file: line and column from 1."""

    line: int
    column: int


class RawNotebook:
    """The file of a notebook, in which places in cells are looked up.

    Raises
    ------
    ValueError
        If it is no notebook.
    """

    def __init__(self, data: bytes) -> None:
        self._text = data.decode().removeprefix(_BOM)
        self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        try:
            self._cells = [(_id_of(cell), at) for cell, at in _cells(self._text)]
        except (RecursionError, LookupError) as error:
            raise ValueError("This is no notebook.") from error
        self._lines: dict[int, list[list[int]]] = {}

    def spot(self, cell: CellRef, line: int, column: int) -> Spot | None:
        """Find a place of a cell; None if it is not there (any more)."""
        index = self._index(cell)
        lines = [] if index is None else self._lines_of(index)
        if not 1 <= line <= len(lines):
            return None
        offsets = lines[line - 1]
        return self._spot(offsets[min(column, len(offsets)) - 1])

    def _index(self, cell: CellRef) -> int | None:
        """Find a cell by its id, if it has one: the file may have changed."""
        ids = [known for known, _ in self._cells]
        if cell.id is None or cell.id in ids[cell.index : cell.index + 1]:
            return cell.index if cell.index < len(ids) else None
        return ids.index(cell.id) if cell.id in ids else None

    def _lines_of(self, index: int) -> list[list[int]]:
        if index not in self._lines:
            self._lines[index] = _lines(self._text, self._cells[index][1])
        return self._lines[index]

    def _spot(self, offset: int) -> Spot:
        line = bisect_right(self._starts, offset)
        return Spot(line, offset - self._starts[line - 1] + 1)


def _cells(text: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Find the cells of format 4, or those in the worksheets of format 3, and where they begin."""
    document = dict(_members(text, _skip(text, 0)))
    if "cells" in document:
        yield from _items(text, document["cells"])
        return
    for _, sheet in _items(text, document["worksheets"]):
        yield from _items(text, dict(_members(text, sheet))["cells"])


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Go through an object: each key, and where its value begins."""
    at = _enter(text, at, "{")
    while text[at] != "}":
        key, end = _decode(text, at)
        at = _skip(text, _enter(text, end, ":"))
        yield key, at
        at = _next(text, _decode(text, at)[1])


def _items(text: str, at: int) -> Iterator[tuple[Any, int]]:
    """Go through a list: each value, and where it begins."""
    at = _enter(text, at, "[")
    while text[at] != "]":
        value, end = _decode(text, at)
        yield value, at
        at = _next(text, end)


def _enter(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"There is no {mark} at character {at}.")
    return _skip(text, at + 1)


def _next(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _lines(text: str, cell: int) -> list[list[int]]:
    """Tell where each character of each line of a cell stands; the last of a line is where it ends."""
    strings = _strings(text, cell)
    end = strings[0] + 1 if strings else cell
    lines: list[list[int]] = [[]]
    before = ""
    for start in strings:
        for letter, at, after in _letters(text, start):
            if (before, letter) != ("\r", "\n"):
                lines[-1].append(at)
                if letter in "\r\n":
                    lines.append([])
            before, end = letter, after
    lines[-1].append(end)
    return lines


def _strings(text: str, cell: int) -> list[int]:
    """Find the strings that a cell's source is written in; it is called `input` in format 3."""
    members = dict(_members(text, cell))
    at = members.get("source", members.get("input", cell))
    if text[at] == "[":
        return [item for value, item in _items(text, at) if isinstance(value, str)]
    return [at] if text[at] == '"' else []


def _letters(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Go through a string: each character, where it stands, and where it ends."""
    at = start + 1
    while match := _WRITTEN.match(text, at):
        written = match[0]
        yield (_decode(f'"{written}"')[0] if written[0] == "\\" else written), at, match.end()
        at = match.end()


def _id_of(cell: Any) -> str | None:
    id_ = cell.get("id") if isinstance(cell, dict) else None
    return id_ if isinstance(id_, str) else None
