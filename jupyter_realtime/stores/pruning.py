"""Forgetting the oldest events of a room, in SQL.

What a room keeps is a piece without holes at its end, and its position even without events.
"""

from __future__ import annotations

from itertools import takewhile

from sqlalchemy import bindparam, delete, exists, or_, select, update

from .tables import event, idempotency, room
from .units import Unit, Written

PRUNABLE = (
    select(room.c.name)
    .where(
        or_(
            room.c.seq - room.c.pruned > bindparam("keep"),
            exists().where(
                event.c.room == room.c.name,
                event.c.seq == room.c.pruned + 1,
                event.c.time_ms < bindparam("before_ms"),
            ),
        )
    )
    .limit(bindparam("most"))
)
FIND_HEAD = select(room.c.seq).where(room.c.name == bindparam("in_room"))
OLDEST = (
    select(event.c.seq, event.c.time_ms)
    .where(event.c.room == bindparam("in_room"))
    .order_by(event.c.seq)
    .limit(bindparam("most"))
)
NOTE_PRUNED = (
    update(room).where(room.c.name == bindparam("in_room")).values(pruned=bindparam("upto"))
)
FORGET_EVENTS = delete(event).where(
    event.c.room == bindparam("in_room"), event.c.seq <= bindparam("upto")
)
FORGET_KEYS = delete(idempotency).where(
    idempotency.c.room == bindparam("in_room"), idempotency.c.seq <= bindparam("upto")
)


def prunable(before_ms: int, keep: int, limit: int) -> Unit[list[str]]:
    """List rooms with events that are too old or too many."""
    rows = yield PRUNABLE, {"before_ms": before_ms, "keep": keep, "most": limit}
    return [row[0] for row in rows]


def prune(name: str, before_ms: int, keep: int, at_most: int) -> Unit[Written[int]]:
    """Forget the oldest events that are too old or too many."""
    rows = yield FIND_HEAD, {"in_room": name}
    last = int(rows[0][0]) if rows else 0
    oldest = yield OLDEST, {"in_room": name, "most": at_most}
    # Times may go back where a clock was set: the first event that is young enough ends it.
    old = list(takewhile(lambda row: row[1] < before_ms or row[0] <= last - keep, oldest))
    if not old:
        return Written(0)
    upto = {"in_room": name, "upto": int(old[-1][0])}
    yield NOTE_PRUNED, upto
    yield FORGET_EVENTS, upto
    if len(old) < at_most:
        # Keys are not in the order of `seq`, so all of the room's are looked at: once, at the end.
        yield FORGET_KEYS, upto
    return Written(len(old))
