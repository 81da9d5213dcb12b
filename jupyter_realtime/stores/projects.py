"""Projects and documents, in SQL."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, insert, or_, select, update

from ..core.log import Draft
from ..ports import Document, Move, Project
from . import moving
from .paths import is_below
from .tables import document, project
from .units import Executor, Row, Unit, Written

BY_ROOT = select(project).where(project.c.root == bindparam("at"))
BY_ID = select(project).where(project.c.id == bindparam("wanted"))
WITHIN = (
    select(project)
    .where(
        or_(
            project.c.root == bindparam("folder"),
            is_below(project.c.root),
        )
    )
    .order_by(project.c.root)
)
ADD = insert(project)
ENABLE = (
    update(project)
    .where(project.c.id == bindparam("wanted"))
    .values(enabled=bindparam("is_enabled"))
)
DOCUMENT_BY_PATH = select(document).where(
    document.c.project == bindparam("of"), document.c.path == bindparam("at")
)
DOCUMENT_BY_ID = select(document).where(document.c.id == bindparam("wanted"))
ADD_DOCUMENT = insert(document)


def ensure(root: str, name: str) -> Unit[Written[Project]]:
    """Find the project of a folder, or make it."""
    rows = yield BY_ROOT, {"at": root}
    if rows:
        return Written(_project(rows[0]))
    new = Project(id=secrets.token_urlsafe(9), root=root, name=name)
    yield ADD, {"id": new.id, "root": root, "name": name, "enabled": 1}
    return Written(new)


def ensure_document(of: str, path: str) -> Unit[Written[Document]]:
    """Find the document at a path, or make it."""
    rows = yield DOCUMENT_BY_PATH, {"of": of, "at": path}
    if rows:
        return Written(Document(*rows[0]))
    new = Document(id=secrets.token_urlsafe(9), project=of, path=path)
    yield ADD_DOCUMENT, {"id": new.id, "project": of, "path": path}
    return Written(new)


def find_document(of: str, path: str) -> Unit[Document | None]:
    """Find the document at a path."""
    rows = yield DOCUMENT_BY_PATH, {"of": of, "at": path}
    return Document(*rows[0]) if rows else None


def enable(wanted: str, enabled: bool) -> Unit[Written[None]]:
    """Turn everything of a project on or off."""
    yield ENABLE, {"wanted": wanted, "is_enabled": int(enabled)}
    return Written(None)


def _documents(ids: Collection[str]) -> Unit[dict[str, Document]]:
    rows = yield select(document).where(document.c.id.in_(ids)), {}
    return {row[0]: Document(*row) for row in rows}


def _one(statement: object, wanted: str) -> Unit[Row | None]:
    rows = yield statement, {"wanted": wanted}  # type: ignore[misc]  # both are selects
    return rows[0] if rows else None


def _within(folder: str) -> Unit[list[Project]]:
    below = folder.rstrip("/") + "/"
    rows = yield WITHIN, {"folder": folder, "below": below, "length": len(below)}
    return [_project(row) for row in rows]


def _project(row: Row) -> Project:
    project_id, root, name, enabled = row
    return Project(id=project_id, root=root, name=name, enabled=bool(enabled))


class SqlProjects:
    """The port `Projects` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def ensure(self, root: str, name: str) -> Project:
        """Find the project of a folder, or make it."""
        return await self._executor.write(ensure(root, name))

    async def get(self, project: str) -> Project | None:
        """Find a project by its id."""
        row = await self._executor.read(_one(BY_ID, project))
        return _project(row) if row else None

    async def within(self, folder: str) -> list[Project]:
        """List the projects at or below a folder."""
        return await self._executor.read(_within(folder))

    async def enable(self, project: str, enabled: bool) -> None:
        """Turn everything of a project on or off."""
        await self._executor.write(enable(project, enabled))

    async def ensure_document(self, project: str, path: str) -> Document:
        """Find the document at a path, or make it."""
        return await self._executor.write(ensure_document(project, path))

    async def document(self, document: str) -> Document | None:
        """Find a document by its id."""
        row = await self._executor.read(_one(DOCUMENT_BY_ID, document))
        return Document(*row) if row else None

    async def find_document(self, project: str, path: str) -> Document | None:
        """Find the document at a path."""
        return await self._executor.read(find_document(project, path))

    async def documents(self, ids: Collection[str]) -> dict[str, Document]:
        """Find documents by their ids."""
        return await self._executor.read(_documents(ids))

    async def move(self, move: Move, drafts: Sequence[Draft]) -> list[Document]:
        """Have documents and projects follow what was moved."""
        return await self._executor.write(moving.move(move, drafts))
