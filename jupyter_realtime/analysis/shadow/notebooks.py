"""Notebooks: cells as pure Python, with nothing invented and nothing believed.

Any part may be missing or of a wrong type. A cell that can't be used is told and blanked, so that the
others are analysed, and counted, so that places stay right.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ...core.issues import CellRef
from .document import Document, decode_document
from .magics import neutralise
from .model import Cell, Place
from .reading import LeftOut
from .sources import MODULE_BYTES, unify_newlines
from .syntax import Fault, find_fault

NOTEBOOK_BYTES = 64_000_000
# Seconds that the cells of one notebook may take: nobody's own notebook takes one.
_SECONDS = 10.0
_PYTHONS = frozenset({"python", "ipython", "python2", "python3"})
# Kernels that say no language, by the beginning of their name.
_KERNELS = {"ir": "R", "julia": "Julia", "sos": "SoS"}


@dataclass(frozen=True)
class CellFault:
    """Something wrong with one cell."""

    rule: str
    message: str
    place: Place


@dataclass
class Notebook:
    """A notebook's cells, code cells by what is in them; the others only count."""

    is_code: list[bool] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    @property
    def kilobytes(self) -> float:
        """Of source."""
        return sum(len(cell.source) for cell in self.cells) / 1000

    def python(self) -> str:
        """All code, line by line as the cells say."""
        return "".join(f"{cell.code}\n" for cell in self.cells)

    def minimal(self) -> bytes:
        """What ruff needs to know: no ids, no outputs, and no text, but every cell."""
        codes = iter(self.cells)
        cells = [_code_cell(next(codes)) if is_code else _TEXT_CELL for is_code in self.is_code]
        return msgspec.json.encode({"cells": cells, **_MINIMAL})


_MINIMAL = {
    "metadata": {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    # The last version that asks for no ids.
    "nbformat_minor": 4,
}
_TEXT_CELL = {"cell_type": "markdown", "metadata": {}, "source": ""}


def _code_cell(cell: Cell) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": cell.code,
    }


def read_notebook(data: bytes) -> Notebook:
    """Read a notebook's bytes; raises `LeftOut` if nothing in it can be analysed."""
    document = decode_document(data)
    _insist_on_python(document.metadata)
    cells = _raw_cells(document)
    _insist_on_size(cells)
    notebook = Notebook()
    deadline = time.monotonic() + _SECONDS
    for index, raw in enumerate(cells):
        if time.monotonic() > deadline:
            raise LeftOut("too-large", "The code of this notebook takes too long to read.")
        _add(notebook, index, raw)
    return notebook


def _insist_on_size(cells: list[Any]) -> None:
    sources = (_source(cell) for cell in cells if _get(cell, "cell_type") == "code")
    size = sum(len(source) for source in sources if source is not None)
    if size > MODULE_BYTES:
        words = f"The code of this notebook has {size / 1e6:.1f} MB: too much to analyse."
        raise LeftOut("too-large", words)


def _insist_on_python(metadata: Any) -> None:
    language = _language(metadata)
    if language.lower() not in _PYTHONS:
        article = "an" if language[0] in "AEIORaeio" and language != "Ruby" else "a"
        words = f"This is {article} {language} notebook; only Python is analysed."
        raise LeftOut("language", words, severity="info")


def _language(metadata: Any) -> str:
    """Tell the language that a notebook says it is in; one that says nothing is taken for Python."""
    kernel, info = _get(metadata, "kernelspec"), _get(metadata, "language_info")
    for name in (_get(kernel, "language"), _get(info, "name"), _get(metadata, "language")):
        if isinstance(name, str) and name.strip():
            return _printable(" ".join(name.split()))[:40]
    name = _get(kernel, "name")
    stem = re.split(r"[^a-z]", name.lower())[0] if isinstance(name, str) else ""
    return _KERNELS.get(stem, "python")


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _raw_cells(document: Document) -> list[Any]:
    if isinstance(document.cells, list):
        return document.cells
    if isinstance(document.worksheets, list):
        sheets = (_get(sheet, "cells") for sheet in document.worksheets)
        return [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    raise LeftOut("notebook-format", "This is JSON, but not a notebook: it has no cells.")


def _add(notebook: Notebook, index: int, raw: Any) -> None:
    is_code = _get(raw, "cell_type") == "code"
    notebook.is_code.append(is_code)
    if not isinstance(raw, dict):
        _blame(notebook, index, None, "notebook-format", "This is not a cell.")
    if is_code:
        _add_code(notebook, index, raw)


def _add_code(notebook: Notebook, index: int, raw: dict[str, Any]) -> None:
    id_ = raw.get("id")
    id_ = _printable(id_) if isinstance(id_, str) else None
    source = _source(raw)
    if source is None:
        _blame(notebook, index, id_, "notebook-format", "The source of this cell is not text.")
    source = source or ""
    code, fault = _pure(source)
    if fault is not None:
        rule = "too-deep" if fault.too_deep else "syntax"
        _blame(notebook, index, id_, rule, fault.message, fault.line)
    notebook.cells.append(
        Cell(
            index=index,
            id=id_,
            source=source,
            code=code,
            first_line=_next_line(notebook),
            execution_count=_count(raw),
            failed=_failed(raw.get("outputs")),
            parses=fault is None,
        )
    )


def _pure(source: str) -> tuple[str, Fault | None]:
    """Make pure Python of a cell, blank if it can't be."""
    fault = find_fault(source)
    if fault is None:
        return source, None
    # What is too deep already would only cost time.
    code = source if fault.too_deep else neutralise(source)
    fault = find_fault(code)
    return ("\n" * source.count("\n") if fault else code), fault


def _next_line(notebook: Notebook) -> int:
    if not notebook.cells:
        return 1
    last = notebook.cells[-1]
    return last.first_line + last.code.count("\n") + 1


def _blame(
    notebook: Notebook, index: int, id_: str | None, rule: str, message: str, line: int = 1
) -> None:
    place = Place(CellRef(index=index, id=id_), line)
    notebook.faults.append(CellFault(rule, message, place))


def _source(raw: dict[str, Any]) -> str | None:
    """Read the text of a cell: a string or a list of them, called `input` in format 3."""
    source = raw.get("source")
    source = raw.get("input") if source is None else source
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        source = "".join(source)
    return unify_newlines(_printable(source)) if isinstance(source, str) else None


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _count(raw: dict[str, Any]) -> int | None:
    count = raw.get("execution_count")
    count = raw.get("prompt_number") if count is None else count
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _failed(outputs: Any) -> bool:
    kinds = [_get(output, "output_type") for output in outputs] if isinstance(outputs, list) else []
    return "error" in kinds or "pyerr" in kinds
