"""Documents and projects follow files that were renamed or moved, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, not_, or_, select, update

from ..core.log import Draft
from ..ports import Document, Move
from . import log
from .paths import is_below
from .tables import (
    cell_lineage,
    document,
    document_content,
    document_subscription,
    document_visit,
    notification,
    project,
    thread,
)
from .units import Unit, Written

DOCUMENTS = (
    select(document)
    .where(
        document.c.project == bindparam("of"),
        or_(
            document.c.path == bindparam("at"),
            is_below(document.c.path),
        ),
    )
    .order_by(document.c.path)
)
AT = select(document.c.id).where(
    document.c.project == bindparam("of"), document.c.path == bindparam("at")
)
PUT = update(document).where(document.c.id == bindparam("wanted")).values(path=bindparam("to"))
FORGET = delete(document).where(document.c.id == bindparam("wanted"))
FORGET_CONTENT = delete(document_content).where(document_content.c.document == bindparam("wanted"))
FORGET_VISITS = delete(document_visit).where(document_visit.c.document == bindparam("wanted"))

JOIN_THREADS = (
    update(thread).where(thread.c.document == bindparam("wanted")).values(document=bindparam("to"))
)
JOIN_NOTIFICATIONS = (
    update(notification)
    .where(notification.c.document == bindparam("wanted"))
    .values(document=bindparam("to"))
)
# Who has said something of both keeps what they said of the one that stays.
_said = document_subscription.alias()
JOIN_SUBSCRIPTIONS = (
    update(document_subscription)
    .where(
        document_subscription.c.document == bindparam("wanted"),
        not_(
            select(_said.c.person)
            .where(
                _said.c.document == bindparam("to"),
                _said.c.person == document_subscription.c.person,
            )
            .exists()
        ),
    )
    .values(document=bindparam("to"))
)
FORGET_SUBSCRIPTIONS = delete(document_subscription).where(
    document_subscription.c.document == bindparam("wanted")
)
_known = cell_lineage.alias()
JOIN_LINEAGE = (
    update(cell_lineage)
    .where(
        cell_lineage.c.document == bindparam("wanted"),
        not_(
            select(_known.c.child)
            .where(
                _known.c.document == bindparam("to"),
                _known.c.child == cell_lineage.c.child,
                _known.c.parent == cell_lineage.c.parent,
            )
            .exists()
        ),
    )
    .values(document=bindparam("to"))
)
FORGET_LINEAGE = delete(cell_lineage).where(cell_lineage.c.document == bindparam("wanted"))

ROOTS = (
    select(project.c.id, project.c.root)
    .where(
        or_(
            project.c.root == bindparam("at"),
            is_below(project.c.root),
        )
    )
    .order_by(project.c.root)
)
PROJECT_AT = select(project.c.id).where(project.c.root == bindparam("at"))
PUT_ROOT = update(project).where(project.c.id == bindparam("wanted")).values(root=bindparam("to"))


def move(move: Move, drafts: Sequence[Draft]) -> Unit[Written[list[Document]]]:
    """Have documents and projects follow what was moved, and keep the events about it."""
    yield from _move_roots(move.source, move.target)
    below = move.old_path + "/"
    rows = yield (
        DOCUMENTS,
        {"of": move.project, "at": move.old_path, "below": below, "length": len(below)},
    )
    moved = []
    for wanted, _, path in rows:
        at = move.path + path[len(move.old_path) :]
        for (other,) in (yield AT, {"of": move.project, "at": at}):
            yield from _join(other, wanted)
        yield PUT, {"wanted": wanted, "to": at}
        moved.append(Document(wanted, move.project, at))
    return Written(moved, (yield from log.append_all(drafts)))


def _join(gone: str, stays: str) -> Unit[None]:
    """Give all that hangs at a document to another one."""
    both = {"wanted": gone, "to": stays}
    for statement in (JOIN_THREADS, JOIN_NOTIFICATIONS, JOIN_SUBSCRIPTIONS, JOIN_LINEAGE):
        yield statement, both
    for rest in (
        FORGET_SUBSCRIPTIONS,
        FORGET_LINEAGE,
        FORGET_CONTENT,
        FORGET_VISITS,
        FORGET,
    ):
        yield rest, {"wanted": gone}


def _move_roots(source: str, target: str) -> Unit[None]:
    below = source + "/"
    rows = yield ROOTS, {"at": source, "below": below, "length": len(below)}
    for wanted, root in rows:
        at = target + root[len(source) :]
        found = yield PROJECT_AT, {"at": at}
        for (other,) in found:
            # Its folder is gone, as another came there: they change places. No root is there twice.
            yield PUT_ROOT, {"wanted": other, "to": f"{root}\n{other}"}
        yield PUT_ROOT, {"wanted": wanted, "to": at}
        for (other,) in found:
            yield PUT_ROOT, {"wanted": other, "to": root}
