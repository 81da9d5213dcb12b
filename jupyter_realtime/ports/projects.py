"""Projects and documents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.log import Draft


@dataclass(frozen=True)
class Project:
    """Files that belong together; `root` is the absolute folder on the server that holds them.

    Where `enabled` is false an owner has turned everything off for it.
    """

    id: str
    root: str
    name: str
    enabled: bool = True


@dataclass(frozen=True)
class Document:
    """A file of a project; `path` is relative to the project's root, with `/`."""

    id: str
    project: str
    path: str


@dataclass(frozen=True)
class Move:
    """A file or a folder of a project that is elsewhere in it now.

    `source` and `target` are absolute: they say which projects begin in what was moved. The paths are
    relative to the root of the project around it, as those of its documents.
    """

    project: str
    old_path: str
    path: str
    source: str
    target: str


class Projects(Protocol):
    """Projects and their documents. Ids are opaque and are never given twice."""

    async def ensure(self, root: str, name: str) -> Project:
        """Find the project of a folder, or make it."""
        ...

    async def get(self, project: str) -> Project | None:
        """Find a project by its id."""
        ...

    async def within(self, folder: str) -> list[Project]:
        """List the projects whose roots are this folder or below it."""
        ...

    async def enable(self, project: str, enabled: bool) -> None:
        """Turn everything of a project on or off."""
        ...

    async def ensure_document(self, project: str, path: str) -> Document:
        """Find the document at a path, or make it."""
        ...

    async def document(self, document: str) -> Document | None:
        """Find a document by its id."""
        ...

    async def find_document(self, project: str, path: str) -> Document | None:
        """Find the document at a path."""
        ...

    async def documents(self, ids: Collection[str]) -> dict[str, Document]:
        """Find documents by their ids; those that there are."""
        ...

    async def move(self, move: Move, drafts: Sequence[Draft]) -> list[Document]:
        """Have documents and projects follow what was moved, and keep the events about it.

        Gives the documents that are elsewhere now. One that was at a target before, whose file is gone, is
        joined to the one that comes: its threads, and who follows it. A project whose folder is gone
        makes room for the one that comes.
        """
        ...
