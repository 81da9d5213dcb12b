"""A notebook's file, decoded with outputs looked at but never copied.

msgspec steps over outputs without making objects of them, so that a notebook of 50 MB costs what its code
costs. It is stricter than the programs that write notebooks (`NaN` in an output): what it refuses is read
again by `json`, whose words about broken JSON also come with a line.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from .reading import LeftOut

_BOM = b"\xef\xbb\xbf"
_CONFLICT = re.compile(rb"^<{7}(?: |\r?$)", re.MULTILINE)


class Document(msgspec.Struct):
    """The parts of the file that matter; of format 4, and worksheets of format 3."""

    cells: Any = None
    worksheets: Any = None
    metadata: Any = None


class _RawCell(msgspec.Struct):
    """A cell of format 3 or 4 with anything in its fields."""

    cell_type: Any = None
    id: Any = None
    source: Any = None
    input: Any = None
    execution_count: Any = None
    prompt_number: Any = None
    outputs: msgspec.Raw = msgspec.Raw(b"[]")


class _RawSheet(msgspec.Struct):
    cells: list[msgspec.Raw] = []


class _RawDocument(msgspec.Struct):
    cells: msgspec.Raw = msgspec.Raw(b"null")
    worksheets: msgspec.Raw = msgspec.Raw(b"null")
    metadata: Any = None


class _Output(msgspec.Struct):
    output_type: Any = None


def decode_document(data: bytes) -> Document:
    """Decode the file; raises `LeftOut` with words about what is broken in it."""
    data = data.removeprefix(_BOM)
    try:
        raw = msgspec.json.decode(data, type=_RawDocument)
        return Document(
            cells=_decode_cells(raw.cells),
            worksheets=_decode_sheets(raw.worksheets),
            metadata=raw.metadata,
        )
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _decode_slowly(data)


def _decode_cells(raw: msgspec.Raw) -> list[Any] | None:
    items = msgspec.json.decode(raw, type=list[msgspec.Raw] | None)
    return None if items is None else [_decode_cell(item) for item in items]


def _decode_cell(raw: msgspec.Raw) -> dict[str, Any]:
    cell = msgspec.json.decode(raw, type=_RawCell)
    outputs = msgspec.json.decode(cell.outputs, type=list[_Output])
    plain = msgspec.structs.asdict(cell)
    return {**plain, "outputs": [{"output_type": output.output_type} for output in outputs]}


def _decode_sheets(raw: msgspec.Raw) -> list[Any] | None:
    sheets = msgspec.json.decode(raw, type=list[_RawSheet] | None)
    if sheets is None:
        return None
    return [{"cells": [_decode_cell(cell) for cell in sheet.cells]} for sheet in sheets]


def _decode_slowly(data: bytes) -> Document:
    try:
        plain = json.loads(data.decode())
    except json.JSONDecodeError as error:
        raise _broken(data, f"{error.msg} in line {error.lineno}", error.lineno) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken(data, f"line {line} is not UTF-8 text", line) from error
    except (ValueError, RecursionError) as error:
        raise _broken(data, "it can't be decoded", 1) from error
    if not isinstance(plain, dict):
        raise LeftOut("notebook-format", "This is JSON, but not a notebook: it has no cells.")
    return Document(plain.get("cells"), plain.get("worksheets"), plain.get("metadata"))


def _broken(data: bytes, reason: str, line: int) -> LeftOut:
    if conflict := _CONFLICT.search(data):
        line = data.count(b"\n", 0, conflict.start()) + 1
        words = (
            f"This notebook has the marks of a merge conflict (<<<<<<< in line {line}):"
            " choose one of the two sides."
        )
        return LeftOut("conflict-markers", words, severity="high", line=line)
    words = f"This notebook is not valid JSON: {reason}."
    return LeftOut("invalid-json", words, severity="high", line=line)
