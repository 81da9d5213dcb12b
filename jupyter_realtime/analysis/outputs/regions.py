"""Where issues are in files, for programs that know lines and columns but no cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ...core.issues import Issue
from ..shadow.notebooks import NOTEBOOK_BYTES
from ..shadow.reading import LeftOut, read_regular
from .raw_notebook import RawNotebook, Spot


class Region(NamedTuple):
    """A piece of a file: lines and columns from 1, the end exclusive."""

    start: Spot
    end: Spot


def locate(root: Path, issues: Iterable[Issue]) -> dict[str, Region]:
    """Find where issues are, by their ids.

    What is gone, or can't be found in the file as it is now, is left out.

    Parameters
    ----------
    root
        The project's folder; only regular files in it are read.
    """
    there = sorted((i for i in issues if i.status != "fixed"), key=lambda issue: issue.path)
    found: dict[str, Region] = {}
    for path, group in groupby(there, key=lambda issue: issue.path):
        found |= _in_file(root, path, list(group))
    return found


def _in_file(root: Path, path: str, issues: Sequence[Issue]) -> dict[str, Region]:
    found = {issue.id: _plain(issue) for issue in issues if issue.cell is None}
    in_cells = [issue for issue in issues if issue.cell is not None]
    notebook = _read(root, path) if in_cells else None
    if notebook is not None:
        regions = ((issue.id, _in_notebook(notebook, issue)) for issue in in_cells)
        found |= {id_: region for id_, region in regions if region is not None}
    return found


def _plain(issue: Issue) -> Region:
    start = Spot(issue.line, issue.column)
    return Region(start, max(start, Spot(issue.end_line, issue.end_column)))


def _in_notebook(notebook: RawNotebook, issue: Issue) -> Region | None:
    if issue.cell is None:
        return None
    start = notebook.spot(issue.cell, issue.line, issue.column)
    end = notebook.spot(issue.cell, issue.end_line, issue.end_column)
    return None if start is None else Region(start, max(start, end or start))


def _read(root: Path, path: str) -> RawNotebook | None:
    try:
        file, inside = (root / path).resolve(), root.resolve()
        if not file.is_relative_to(inside):
            return None
        return RawNotebook(read_regular(file, NOTEBOOK_BYTES))
    except (LeftOut, OSError, RuntimeError, ValueError):
        # The file has changed since; the issue is told with its path and its cell.
        return None
