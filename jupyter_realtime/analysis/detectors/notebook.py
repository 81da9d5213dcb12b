"""`notebook`: what is wrong with the notebook itself, whatever its code says.

Looks at the real file, because the shadow has neither ids nor outputs. Broken JSON, conflict marks and
cells that don't parse are problems of the file; the runner tells them through this detector.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..detector import Options, WorkerDetector
from ..findings import Finding
from ..shadow.model import ShadowFile
from ..shadow.notebooks import NOTEBOOK_BYTES
from ..shadow.reading import read_regular
from .notebook_shape import is_surely_valid

# A notebook that is invalid everywhere is told so often and no more.
MAX_SCHEMA_ERRORS = 20
MAX_WORDS = 300


class NotebookOptions(Options, frozen=True):
    """`max-output-kilobytes`: how much the outputs of one cell may have."""

    max_output_kilobytes: int = 1000


class NotebookFile(WorkerDetector):
    """Invalid structure, ids that are given twice, saved errors, and outputs that make a file huge."""

    name = "notebook"
    title = "Notebook"
    description = "The file itself: its structure, duplicate cell ids, saved errors, huge outputs."
    engine = "nbformat"
    modules = ("nbformat",)
    distributions = ("nbformat",)
    revision = 2
    options_type = NotebookOptions
    default_cost = 0.003

    def applies_to(self, file: ShadowFile) -> bool:
        """Notebooks only."""
        return file.notebook is not None

    def check(self, file: ShadowFile) -> Iterable[Finding]:
        """Look at the file."""
        document = json.loads(read_regular(file.original, NOTEBOOK_BYTES))
        cells = document.get("cells")
        cells = cells if isinstance(cells, list) else []
        yield from _schema_errors(file, document)
        yield from _duplicate_ids(file, cells)
        for index, cell in enumerate(cells):
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                yield from self._outputs(file, index, cell)

    def _outputs(self, file: ShadowFile, index: int, cell: dict[str, Any]) -> Iterator[Finding]:
        outputs = cell.get("outputs")
        outputs = outputs if isinstance(outputs, list) else []
        errors = [o for o in outputs if isinstance(o, dict) and o.get("output_type") == "error"]
        if errors and not _is_to_raise(cell):
            name = str(errors[0].get("ename") or "an error")[:80]
            yield _finding(
                file, index, "error-output", "low",
                f"The notebook was saved with {name} in this cell's output: it did not run through.",
            )  # fmt: skip
        kilobytes = _size(outputs) // 1000
        if kilobytes > self.options.max_output_kilobytes:
            yield _finding(
                file, index, "large-output", "medium",
                f"The outputs of this cell have {kilobytes:,} kB: everybody who opens, compares or "
                "commits the notebook carries them. Clear them, or save a smaller picture.",
            )  # fmt: skip


def _is_to_raise(cell: dict[str, Any]) -> bool:
    """Whether the cell shows an error on purpose: nbconvert and nbclient know it by this tag."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and "raises-exception" in tags


def _schema_errors(file: ShadowFile, document: Any) -> Iterator[Finding]:
    if not isinstance(document, dict) or document.get("nbformat") != 4:
        return  # Older formats have other shapes; they are read, and never called wrong for that.
    if is_surely_valid(document):
        return
    told: set[int] = set()
    for error in _validated(document):
        index = _cell_index(error)
        words = _words(error)
        # What is wrong with a cell makes several rules of the schema complain.
        if index in told or len(told) >= MAX_SCHEMA_ERRORS:
            continue
        told.add(index)
        yield _finding(
            file, index, "invalid", "medium", f"Not valid by the notebook format: {words}"
        )


def _validated(document: Any) -> Iterator[Any]:
    from nbformat.validator import iter_validate

    try:
        yield from iter_validate(document)  # type: ignore[no-untyped-call]  # nbformat's
    except (AttributeError, KeyError, TypeError):
        # To say what is wrong it reads a cell's type, which may be anything.
        yield "a cell is nothing like one"


def _cell_index(error: Any) -> int:
    path = list(getattr(error, "absolute_path", ()) or getattr(error, "path", ()) or ())
    is_in_cell = len(path) > 1 and path[0] == "cells" and isinstance(path[1], int)
    return path[1] if is_in_cell else 0


def _words(error: Any) -> str:
    text = " ".join(str(getattr(error, "message", error)).split())
    return text if len(text) <= MAX_WORDS else f"{text[:MAX_WORDS]}…"


def _duplicate_ids(file: ShadowFile, cells: list[Any]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, cell in enumerate(cells):
        id_ = cell.get("id") if isinstance(cell, dict) else None
        if not isinstance(id_, str):
            continue
        if id_ in first:
            yield _finding(
                file, index, "duplicate-id", "medium",
                f"This cell has the same id as cell {first[id_] + 1}: comments, links and merges can't "
                "tell them apart. Copy its text into a new cell.",
            )  # fmt: skip
        first.setdefault(id_, index)


def _size(outputs: list[Any]) -> int:
    """Add up the texts in outputs, in characters: what they take in the file, near enough."""
    size = 0
    stack: list[Any] = [outputs]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            size += len(item)
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return size


def _finding(file: ShadowFile, index: int, rule: str, severity: Any, message: str) -> Finding:
    return Finding(
        path=file.path, rule=rule, severity=severity, message=message, line=1, cell_index=index
    )
