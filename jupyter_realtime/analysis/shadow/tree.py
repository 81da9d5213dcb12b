"""The shadow tree: what engines read instead of the project.

It is a private folder with one sanitised copy per file. A notebook has two: an `.ipynb` for ruff, and a
`.py` beside it with the same lines for all others. Nothing but `.py` and `.ipynb` is ever in the tree, so
no configuration of the project can reach an engine.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from .model import Place, Problem, ShadowFile
from .notebooks import Notebook, read_notebook
from .reading import LeftOut
from .sources import read_module
from .walk import find_sources, relative

_TREE = "tree"


class Shadow:
    """A shadow tree in a folder of its own, which is made private.

    Attributes
    ----------
    folder
        The absolute folder; no path in it can be mistaken for an option.
    tree
        The folder in it that stands for the project's root.
    files, problems
        What was written, and what is wrong with the files themselves.
    broken
        The paths of those files that were written though they don't parse.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.tree = self.folder / _TREE
        self.files: list[ShadowFile] = []
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        self.tree.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def build(
        self,
        root: Path,
        paths: Sequence[str],
        excludes: Callable[[str], bool] = lambda _path: False,
    ) -> Iterator[ShadowFile]:
        """Write the files below some paths of a project, and yield each as soon as it is there."""
        for source in find_sources(root, paths):
            if isinstance(source, Problem):
                self.problems.append(source)
                continue
            path = relative(source, root)
            file = None if excludes(path) else self._write(source, path)
            if file is not None:
                self.files.append(file)
                yield file

    def remove(self) -> None:
        """Delete all of it, whatever engines have left there."""
        for folder, names, _ in os.walk(self.folder):
            for child in (Path(folder, name) for name in names):
                if not child.is_symlink():
                    child.chmod(stat.S_IRWXU)
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _write(self, source: Path, path: str) -> ShadowFile | None:
        try:
            if source.suffix == ".ipynb":
                return self._write_notebook(source, path)
            return self._write_module(source, path)
        except LeftOut as reason:
            place = Place(None, reason.line)
            problem = Problem(path, reason.rule, reason.severity, reason.message, place)
        except OSError as error:
            words = f"This file can't be copied to be analysed: {error.strerror}."
            problem = Problem(path, "unreadable", "medium", words)
        self.problems.append(problem)
        return None

    def _write_module(self, source: Path, path: str) -> ShadowFile:
        module = read_module(source.resolve())
        python = self._place_for(path)
        python.write_bytes(module.text.encode())
        if module.fault is not None:
            self.broken.add(path)
            place = Place(None, module.fault.line)
            self.problems.append(Problem(path, "syntax", "high", module.fault.message, place))
        return ShadowFile(path, source.resolve(), python, None, module.kilobytes)

    def _write_notebook(self, source: Path, path: str) -> ShadowFile:
        notebook = read_notebook(source.resolve())
        minimal = self._place_for(path)
        minimal.write_bytes(notebook.minimal())
        python = minimal.with_name(module_name(path))
        python.write_bytes(notebook.python().encode())
        self._tell_faults(path, notebook)
        return ShadowFile(
            path, source.resolve(), python, minimal, notebook.kilobytes, tuple(notebook.cells)
        )

    def _tell_faults(self, path: str, notebook: Notebook) -> None:
        self.problems += [
            Problem(path, fault.rule, "high", fault.message, fault.place)
            for fault in notebook.faults
        ]

    def _place_for(self, path: str) -> Path:
        place = self.tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


def module_name(path: str) -> str:
    """Name the `.py` of a notebook so that it can be imported by name, and is nobody else's."""
    stem = re.sub(r"[^0-9A-Za-z_]", "_", PurePosixPath(path).stem)[:80]
    stem = f"_{stem}" if stem[:1].isdigit() else stem
    digest = hashlib.sha256(path.encode()).hexdigest()[:6]
    return f"{stem}__ipynb_{digest}.py"
