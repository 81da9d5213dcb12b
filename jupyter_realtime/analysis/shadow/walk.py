"""Which files of a project are analysed: regular notebooks and modules that lie inside it.

A link is followed if it stays inside the project, and each folder is entered once, so that links can't
make a circle. Nothing is opened here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from .model import Problem

FILES_LIMIT = 20_000
SUFFIXES = frozenset({".py", ".ipynb"})
_SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "__pycache__",
        "build",
        "dist",
        "env",
        "node_modules",
        "site-packages",
        "venv",
    }
)
_SKIPPED_PREFIX = ".jupyter_realtime"


def find_sources(root: Path, paths: Sequence[str]) -> Iterator[Path | Problem]:
    """Find the `.py` and `.ipynb` files below paths of a project, in a stable order.

    Parameters
    ----------
    root
        The project's folder.
    paths
        Folders and files relative to it, with `/`; empty or `.` is the whole project.
    """
    found = 0
    for item in _Walk(root).below(paths):
        if isinstance(item, Path):
            found += 1
        if found > FILES_LIMIT:
            words = f"More than {FILES_LIMIT:,} files: only the first of them are analysed."
            yield Problem(relative(item, root), "too-many-files", "medium", words)
            return
        yield item


def relative(path: Path | Problem, root: Path) -> str:
    """Name a file as the project does, in text that any encoder can take."""
    if isinstance(path, Problem):
        return path.path
    return _printable(path.relative_to(root).as_posix())


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


class _Walk:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._real_root = root.resolve()
        self._files: set[Path] = set()
        self._folders: set[Path] = set()

    def below(self, paths: Sequence[str]) -> Iterator[Path | Problem]:
        for path in sorted(set(paths)):
            yield from self._asked(path)

    def _asked(self, name: str) -> Iterator[Path | Problem]:
        """What a person asked for is never passed over without a word."""
        if "\0" in name or not self._is_inside(self._root / name):
            words = "This path leads out of the project, so it is not analysed."
            yield Problem(_printable(name), "outside", "medium", words)
            return
        path = Path(os.path.normpath(self._root / name))
        if path.is_dir():
            yield from self._folder(path)
        elif not os.path.lexists(path):
            yield self._problem(path, "unreadable", "There is no such file.")
        elif path.suffix not in SUFFIXES:
            words = "This is neither a notebook (.ipynb) nor a Python module (.py)."
            yield Problem(relative(path, self._root), "not-python", "info", words)
        else:
            yield from self._file(path)

    def _folder(self, folder: Path) -> Iterator[Path | Problem]:
        real = folder.resolve()
        if real in self._folders:
            return
        self._folders.add(real)
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries if _may_matter(entry))
        except OSError as error:
            yield self._problem(
                folder, "unreadable", f"This folder can't be read: {error.strerror}."
            )
            return
        for name in names:
            yield from self._entry(folder / name)

    def _entry(self, path: Path) -> Iterator[Path | Problem]:
        if path.is_symlink() and not (self._is_inside(path) and path.exists()):
            return
        if path.is_dir():
            if not (path / "pyvenv.cfg").exists():
                yield from self._folder(path)
        elif path.suffix in SUFFIXES:
            yield from self._file(path)

    def _file(self, path: Path) -> Iterator[Path | Problem]:
        if path in self._files:
            return
        self._files.add(path)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            yield self._problem(path, "unreadable", f"This file can't be read: {error.strerror}.")
            return
        if not stat.S_ISREG(mode):
            words = "This is not a regular file, so it is not opened."
            yield self._problem(path, "not-a-file", words)
        elif _printable(str(path)) != str(path):
            words = "The name of this file is not Unicode text: rename it."
            yield self._problem(path, "file-name", words)
        else:
            yield path

    def _is_inside(self, path: Path) -> bool:
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # Links that lead to themselves.
            return False
        return real == self._real_root or self._real_root in real.parents

    def _problem(self, path: Path, rule: str, message: str) -> Problem:
        return Problem(relative(path, self._root), rule, "medium", message)


def _may_matter(entry: os.DirEntry[str]) -> bool:
    """Sort out by name, before anything is asked of the file system."""
    if entry.name in _SKIPPED or entry.name.startswith(_SKIPPED_PREFIX):
        return False
    if Path(entry.name).suffix in SUFFIXES:
        return True
    try:
        return entry.is_dir()
    except OSError:  # A link that leads to itself.
        return False
