"""Where threads stand in their documents, and which cells came from which."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
from sqlalchemy import Text, bindparam, delete, func, select, tuple_, update

from ...core.anchors import AnchorSource, Descent
from ...core.codec import encode
from ...core.log import Draft
from ...ports import Anchored
from .. import log
from ..dialects import insert
from ..tables import cell_lineage, thread
from ..units import Unit, Written
from .row import decode_anchor

ANCHORED = (
    select(thread.c.id, thread.c.anchor, thread.c.source)
    .where(thread.c.document == bindparam("of"))
    .order_by(thread.c.created_ms, thread.c.id)
)
PLACE = (
    update(thread)
    .where(
        thread.c.id == bindparam("wanted"),
        func.coalesce(bindparam("before", type_=Text), thread.c.anchor) == thread.c.anchor,
    )
    .values(anchor=bindparam("where_"), placed=bindparam("status"), source=bindparam("found_by"))
)
DESCEND = insert(cell_lineage).on_conflict_do_nothing()
# Of a document: threads of it have followed the oldest long ago.
MAX_DESCENTS = 10_000
_oldest = cell_lineage.alias("oldest")
FORGET_OLDEST = delete(cell_lineage).where(
    cell_lineage.c.document == bindparam("of"),
    tuple_(cell_lineage.c.child, cell_lineage.c.parent).in_(
        select(_oldest.c.child, _oldest.c.parent)
        .where(_oldest.c.document == bindparam("of"))
        .order_by(_oldest.c.created_ms.desc(), _oldest.c.child, _oldest.c.parent)
        .offset(bindparam("kept"))
    ),
)
DESCENTS = (
    select(cell_lineage.c.child, cell_lineage.c.parent, cell_lineage.c.kind)
    .where(cell_lineage.c.document == bindparam("of"))
    .order_by(cell_lineage.c.created_ms, cell_lineage.c.child, cell_lineage.c.parent)
)


_decode_source = msgspec.json.Decoder(AnchorSource).decode


def anchored(document: str) -> Unit[list[Anchored]]:
    """Tell where the threads of a document are."""
    rows = yield ANCHORED, {"of": document}
    return [
        Anchored(one, decode_anchor(anchor), _decode_source(source)) for one, anchor, source in rows
    ]


def place(places: Sequence[Anchored], told: Sequence[Draft]) -> Unit[Written[None]]:
    """Note where threads are now, with the events about it."""
    for one in places:
        yield (
            PLACE,
            {
                "wanted": one.thread,
                "where_": encode(one.anchor).decode(),
                "status": one.anchor.status,
                "found_by": encode(one.source).decode(),
                "before": None if one.before is None else encode(one.before).decode(),
            },
        )
    return Written(None, (yield from log.append_all(told)))


def descend(document: str, descents: Sequence[Descent]) -> Unit[Written[None]]:
    """Note which cells came from which."""
    now_ms = time.time_ns() // 1_000_000
    rows = {
        (one.child, one.parent): {
            "document": document,
            "child": one.child,
            "parent": one.parent,
            "kind": one.kind,
            "created_ms": now_ms,
        }
        for one in descents
    }
    if rows:
        yield DESCEND, list(rows.values())
        yield FORGET_OLDEST, {"of": document, "kept": MAX_DESCENTS}
    return Written(None)


def descents(document: str) -> Unit[list[Descent]]:
    """Tell which cells of a document came from which."""
    rows = yield DESCENTS, {"of": document}
    return [Descent(kind, parent, child) for child, parent, kind in rows]
