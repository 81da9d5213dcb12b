"""How documents looked when they were looked at last, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from ..ports import Document, Look
from .dialects import insert
from .tables import document, document_content, thread
from .units import Executor, Row, Unit, Written

_has_threads = (
    select(thread.c.id).where(thread.c.document == document.c.id).correlate(document).exists()
)
_content = (
    document_content.c.digest,
    document_content.c.size,
    document_content.c.modified_ms,
    document_content.c.missing,
)
WATCHED = (
    select(document.c.id, document.c.project, document.c.path, *_content)
    .select_from(document.outerjoin(document_content, document_content.c.document == document.c.id))
    .where(_has_threads)
)
ONE = WATCHED.where(document.c.id == bindparam("wanted"))
_note = insert(document_content).values(
    document=bindparam("of"),
    digest=bindparam("as_digest"),
    size=bindparam("as_size"),
    modified_ms=bindparam("as_modified_ms"),
    missing=bindparam("as_missing"),
)
NOTE = _note.on_conflict_do_update(
    index_elements=[document_content.c.document],
    set_={name: _note.excluded[name] for name in ("digest", "size", "modified_ms", "missing")},
)


def note(looks: Sequence[Look]) -> Unit[Written[None]]:
    """Keep how documents look now; one that is gone meanwhile is left out."""
    for look in looks:
        rows = yield ONE, {"wanted": look.document}
        if rows:
            yield (
                NOTE,
                {
                    "of": look.document,
                    "as_digest": look.digest,
                    "as_size": look.size,
                    "as_modified_ms": look.modified_ms,
                    "as_missing": int(look.is_missing),
                },
            )
    return Written(None)


def _watched(projects: Sequence[str]) -> Unit[list[tuple[Document, Look | None]]]:
    rows = yield WATCHED.where(document.c.project.in_(projects)).order_by(document.c.path), {}
    return [_read(row) for row in rows]


def _of(wanted: str) -> Unit[tuple[Document, Look | None] | None]:
    rows = yield ONE, {"wanted": wanted}
    return _read(rows[0]) if rows else None


def _read(row: Row) -> tuple[Document, Look | None]:
    found = Document(*row[:3])
    digest, size, modified_ms, missing = row[3:]
    if digest is None:
        return found, None
    return found, Look(found.id, digest, size, modified_ms, bool(missing))


class SqlLooks:
    """The port `Looks` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def watched(self, projects: Sequence[str]) -> list[tuple[Document, Look | None]]:
        """List the documents of projects that have threads."""
        return await self._executor.read(_watched(projects))

    async def of(self, document: str) -> tuple[Document, Look | None] | None:
        """Give one of them."""
        return await self._executor.read(_of(document))

    async def note(self, looks: Sequence[Look]) -> None:
        """Keep how they look now."""
        await self._executor.write(note(looks))
