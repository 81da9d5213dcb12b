"""Projects and documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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
