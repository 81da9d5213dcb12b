"""When people were at documents, in SQL."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, Text, bindparam, case, delete, select

from ..ports import Visit
from .dialects import insert
from .tables import document, document_visit
from .units import Executor, Unit, Written

_note = insert(document_visit).from_select(
    ["document", "person", "seen_ms"],
    # Not for a document that is gone.
    select(
        document.c.id, bindparam("who", type_=Text), bindparam("now_ms", type_=BigInteger)
    ).where(document.c.id == bindparam("at")),
)
NOTE = _note.on_conflict_do_update(
    index_elements=[document_visit.c.document, document_visit.c.person],
    set_={
        "before_ms": case(
            (
                _note.excluded.seen_ms - document_visit.c.seen_ms > bindparam("pause_ms"),
                document_visit.c.seen_ms,
            ),
            else_=document_visit.c.before_ms,
        ),
        "seen_ms": _note.excluded.seen_ms,
    },
)
LAST = select(document_visit.c.seen_ms, document_visit.c.before_ms).where(
    document_visit.c.document == bindparam("at"), document_visit.c.person == bindparam("who")
)

OLD = (
    select(document_visit.c.document, document_visit.c.person)
    .where(document_visit.c.seen_ms < bindparam("before_ms"))
    .limit(bindparam("most"))
)
FORGET = delete(document_visit).where(
    document_visit.c.document == bindparam("at"), document_visit.c.person == bindparam("who")
)


def note(visits: Collection[Visit], now_ms: int, pause_ms: int) -> Unit[Written[None]]:
    """Note who is where."""
    for at, person in visits:
        yield NOTE, {"at": at, "who": person, "now_ms": now_ms, "pause_ms": pause_ms}
    return Written(None)


def _until(visit: Visit, now_ms: int, pause_ms: int) -> Unit[int | None]:
    rows = yield LAST, {"at": visit[0], "who": visit[1]}
    if not rows:
        return None
    seen_ms, before_ms = rows[0]
    until = before_ms if now_ms - seen_ms <= pause_ms else seen_ms
    return None if until is None else int(until)


def prune(before_ms: int, at_most: int) -> Unit[Written[int]]:
    """Forget who was last where before a moment."""
    rows = yield OLD, {"before_ms": before_ms, "most": at_most}
    for at, person in rows:
        yield FORGET, {"at": at, "who": person}
    return Written(len(rows))


class SqlVisits:
    """The port `Visits` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def note(self, visits: Collection[Visit], now_ms: int, pause_ms: int) -> None:
        """Note who is where now."""
        await self._executor.write(note(visits, now_ms, pause_ms))

    async def until(self, visit: Visit, now_ms: int, pause_ms: int) -> int | None:
        """Tell when the last visit ended that is over."""
        return await self._executor.read(_until(visit, now_ms, pause_ms))

    async def prune(self, before_ms: int, at_most: int) -> int:
        """Forget who was last where before a moment."""
        return await self._executor.write(prune(before_ms, at_most))
