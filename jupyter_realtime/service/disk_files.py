"""Files of documents: whether they are there, whether they look as before, what they say."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.anchors import Cell
from ..core.notebooks import cells_of
from ..ports import Document, Look, Project
from ..ports.looks import LITTLE
from .comments.contents import MAX_FILE_BYTES
from .projects import begins_project, file_of

DIGEST_BYTES = 16
# Below that many characters that are no space, two files may say the same by chance.
MIN_CHARACTERS = 16
# How much of a project is looked through for a file that is gone.
MAX_ENTRIES = 50_000
MAX_READ = 500
_NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True)
class Seen:
    """A file that is there; no `cells` where it can't be understood."""

    look: Look
    cells: Sequence[Cell] | None


def is_there(project: Project, document: Document) -> bool:
    """Whether a document has a file, in its project."""
    file = _file_of(project, document)
    return file is not None and file.is_file()


def gone(
    project: Project, watched: Sequence[tuple[Document, Look | None]]
) -> list[tuple[Document, Look]]:
    """Find those that were there and are gone."""
    return [
        (document, look)
        for document, look in watched
        if look is not None and look.is_telling and not is_there(project, document)
    ]


def differs(project: Project, document: Document, look: Look | None) -> bool:
    """Whether a document does not look as before; that costs no reading."""
    found = _stat(_file_of(project, document))
    if found is None:
        return look is not None and not look.is_missing
    if look is None or look.is_missing:
        return True
    return (found.st_size, found.st_mtime_ns // 1_000_000) != (look.size, look.modified_ms)


def see(project: Project, document: Document) -> Seen | None:
    """Read a document; None where it is not there."""
    file = _file_of(project, document)
    if file is None:
        return None
    try:
        found = file.stat()
        content = file.read_bytes() if found.st_size <= MAX_FILE_BYTES else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        content, found = None, None
    cells = None if content is None else cells_of(document.path, content)
    if cells is None or found is None:
        # It may be half written: the next look reads it again.
        return Seen(Look(document.id, "", 0, 0), None)
    look = Look(document.id, digest_of(cells), found.st_size, found.st_mtime_ns // 1_000_000)
    return Seen(look, cells)


def digest_of(cells: Sequence[Cell]) -> str:
    """Know a document by its cells: what they say, and their ids."""
    content = json.dumps([(cell.id, cell.source) for cell in cells]).encode()
    digest = hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()
    characters = sum(len("".join(cell.source.split())) for cell in cells)
    return digest if characters >= MIN_CHARACTERS else f"{LITTLE}{digest}"


def search(project: Project, document: Document, look: Look) -> list[str]:
    """Find the files of a project that say what one that is gone has said."""
    if not look.is_telling:
        return []
    is_notebook = document.path.endswith(".ipynb")
    found = []
    for number, path in enumerate(_alike(project, document)):
        if number >= MAX_READ:
            break
        alike = Document(document.id, project.id, path)
        if not is_notebook:
            here = _stat(_file_of(project, alike))
            if here is None or here.st_size != look.size:
                continue
        seen = see(project, alike)
        if seen is not None and seen.look.digest == look.digest:
            found.append(path)
    return found


def _file_of(project: Project, document: Document) -> Path | None:
    return file_of(Path(project.root), document.path)


def _stat(file: Path | None) -> os.stat_result | None:
    try:
        return None if file is None else file.stat()
    except OSError:
        return None


def _alike(project: Project, document: Document) -> Iterator[str]:
    """List the files of a project with the same ending, as far as it is looked through."""
    root, ending = Path(project.root), Path(document.path).suffix
    entries = 0
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NOT_LOOKED_INTO
            and not begins_project(here / name)
        ]
        entries += len(folders) + len(files)
        if entries > MAX_ENTRIES:
            return
        for name in files:
            if Path(name).suffix == ending:
                yield (here / name).relative_to(root).as_posix()
