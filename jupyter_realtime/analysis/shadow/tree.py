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

from .copies import Copies, Copy, copy_of
from .model import Place, Problem, ShadowFile
from .reading import LeftOut
from .walk import find_sources, relative

_TREE = "tree"


class Shadow:
    """A shadow tree in a folder of its own, which is made private.

    Parameters
    ----------
    kept
        Copies of earlier runs.

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

    def __init__(self, folder: Path, kept: Copies | None = None) -> None:
        self._kept = kept
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
            copy, digest = copy_of(source.resolve(), path, self._kept)
            return self._write_copy(copy, digest, source.resolve(), path)
        except LeftOut as reason:
            place = Place(None, reason.line)
            problem = Problem(path, reason.rule, reason.severity, reason.message, place)
        except OSError as error:
            words = f"This file can't be copied to be analysed: {error.strerror}."
            problem = Problem(path, "unreadable", "medium", words)
        self.problems.append(problem)
        return None

    def _write_copy(self, copy: Copy, digest: str, original: Path, path: str) -> ShadowFile:
        notebook = None if copy.minimal is None else self._place_for(path)
        python = (
            self._place_for(path) if notebook is None else notebook.with_name(module_name(path))
        )
        if notebook is not None and copy.minimal is not None:
            notebook.write_bytes(copy.minimal)
        python.write_bytes(copy.python.encode())
        self.problems += copy.problems
        if copy.is_broken:
            self.broken.add(path)
        return ShadowFile(
            path=path,
            original=original,
            digest=digest,
            python=python,
            notebook=notebook,
            kilobytes=copy.kilobytes,
            cells=copy.cells,
        )

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
