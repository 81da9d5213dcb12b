"""What a file turns into in the shadow tree: a function of its bytes, so it is kept by their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from .model import Cell, Place, Problem
from .notebooks import NOTEBOOK_BYTES, Notebook, read_notebook
from .reading import read_regular
from .sources import MODULE_BYTES, read_module

# Raised whenever the same bytes turn into something else than before.
REVISION = 1


class Copy(msgspec.Struct, frozen=True):
    """A file as engines see it.

    Parameters
    ----------
    python
        The text of the `.py`.
    minimal
        The notebook for ruff; None for a module.
    is_broken
        Whether it does not parse.
    """

    python: str
    minimal: bytes | None
    cells: tuple[Cell, ...]
    kilobytes: float
    problems: list[Problem]
    is_broken: bool


class Copies(Protocol):
    """Keeps copies from run to run."""

    def find(self, key: str) -> Copy | None:
        """Find what was kept."""

    def keep(self, key: str, copy: Copy) -> None:
        """Keep one."""


def copy_of(source: Path, path: str, kept: Copies | None) -> tuple[Copy, str]:
    """Copy a file, or take the copy that was made of the same bytes.

    Returns
    -------
    copy, digest
        The digest is of the file's bytes.

    Raises
    ------
    LeftOut
        If it can't be analysed.
    """
    is_notebook = source.suffix == ".ipynb"
    data = read_regular(source, NOTEBOOK_BYTES if is_notebook else MODULE_BYTES)
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    make = _of_notebook if is_notebook else _of_module
    if kept is None:
        return make(path, data), digest
    return _through(kept, f"{REVISION} {digest} {path}", lambda: make(path, data)), digest


def _through(kept: Copies, key: str, make: Callable[[], Copy]) -> Copy:
    found = kept.find(key)
    if found is None:
        found = make()
        kept.keep(key, found)
    return found


def _of_module(path: str, data: bytes) -> Copy:
    module = read_module(data)
    problems = []
    if module.fault is not None:
        place = Place(None, module.fault.line)
        problems = [Problem(path, "syntax", "high", module.fault.message, place)]
    return Copy(module.text, None, (), module.kilobytes, problems, is_broken=bool(problems))


def _of_notebook(path: str, data: bytes) -> Copy:
    notebook: Notebook = read_notebook(data)
    return Copy(
        python=notebook.python(),
        minimal=notebook.minimal(),
        cells=tuple(notebook.cells),
        kilobytes=notebook.kilobytes,
        problems=[
            Problem(path, fault.rule, "high", fault.message, fault.place)
            for fault in notebook.faults
        ],
        is_broken=False,
    )
