"""The logs of all rooms, in SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects import sqlite

from ..core.actors import Actor
from ..core.codec import encode
from ..core.errors import Conflict
from ..core.log import Draft, Page, StoredEvent
from ..core.messages import Position
from .tables import event, idempotency, room
from .units import Executor, Row, Unit, Written

FIND_KEY = select(idempotency.c.digest, idempotency.c.seq).where(
    idempotency.c.room == bindparam("in_room"),
    idempotency.c.principal == bindparam("by"),
    idempotency.c.key == bindparam("with_key"),
)
ADD_KEY = insert(idempotency)
_first = sqlite.insert(room).values(
    name=bindparam("in_room"), seq=1, head_id=bindparam("event_id"), pruned=0
)
# The first event opens the room; ON CONFLICT reads the same in both dialects.
ADVANCE = _first.on_conflict_do_update(
    index_elements=[room.c.name],
    set_={"seq": room.c.seq + 1, "head_id": _first.excluded.head_id},
).returning(room.c.seq)
ADD_EVENT = insert(event)
FIND_ROOM = select(room.c.seq, room.c.head_id, room.c.pruned).where(
    room.c.name == bindparam("in_room")
)
FIND_ID = select(event.c.id).where(
    event.c.room == bindparam("in_room"), event.c.seq == bindparam("at")
)
READ = (
    select(event.c.seq, event.c.event, event.c.id, event.c.time_ms, event.c.actor, event.c.data)
    .where(event.c.room == bindparam("in_room"), event.c.seq > bindparam("after"))
    .order_by(event.c.seq)
    .limit(bindparam("most"))
)

_decode_actor = msgspec.json.Decoder(Actor).decode


def append(draft: Draft) -> Unit[tuple[int, StoredEvent | None]]:
    """Append one event; a repetition gives the first `seq` and no event."""
    digest = ""
    if draft.key is not None:
        digest = hashlib.sha256(draft.event.encode() + b"\0" + bytes(draft.data)).hexdigest()
        first = yield from _first_with_key(draft, digest)
        if first is not None:
            return first, None
    seq = yield from _next_seq(draft)
    if draft.key is not None:
        yield (
            ADD_KEY,
            {
                "room": draft.room,
                "principal": principal_key(draft.actor),
                "key": draft.key,
                "digest": digest,
                "seq": seq,
            },
        )
    yield (
        ADD_EVENT,
        {
            "room": draft.room,
            "seq": seq,
            "event": draft.event,
            "id": draft.id,
            "time_ms": draft.time_ms,
            "actor": encode(draft.actor).decode(),
            "data": bytes(draft.data).decode(),
        },
    )
    return seq, _stored(draft, seq)


def principal_key(actor: Actor) -> str:
    """Name whose idempotency key it is: a person and their programs don't share keys."""
    return f"{actor.kind}:{actor.name}"


def _first_with_key(draft: Draft, digest: str) -> Unit[int | None]:
    known = yield (
        FIND_KEY,
        {"in_room": draft.room, "by": principal_key(draft.actor), "with_key": draft.key},
    )
    if not known:
        return None
    if known[0][0] != digest:
        raise Conflict("This key was used for another event; use a new key for new data.")
    return int(known[0][1])


def _next_seq(draft: Draft) -> Unit[int]:
    rows = yield ADVANCE, {"in_room": draft.room, "event_id": draft.id}
    return int(rows[0][0])


def _stored(draft: Draft, seq: int) -> StoredEvent:
    return StoredEvent(
        room=draft.room,
        seq=seq,
        event=draft.event,
        id=draft.id,
        time_ms=draft.time_ms,
        actor=draft.actor,
        data=draft.data,
    )


def append_all(drafts: Sequence[Draft]) -> Unit[list[StoredEvent]]:
    """Append several events in one unit."""
    stored = []
    for draft in drafts:
        _, new = yield from append(draft)
        if new is not None:
            stored.append(new)
    return stored


def _appended(draft: Draft) -> Unit[Written[int]]:
    seq, new = yield from append(draft)
    return Written(seq, [new] if new else [])


def head(name: str) -> Unit[int]:
    """Read the last `seq` of a room."""
    rows = yield FIND_ROOM, {"in_room": name}
    return int(rows[0][0]) if rows else 0


def heads(names: Sequence[str]) -> Unit[dict[str, int]]:
    """Read the last `seq` of several rooms."""
    rows = yield select(room.c.name, room.c.seq).where(room.c.name.in_(names)), {}
    return {name: int(seq) for name, seq in rows}


def page(name: str, after: int | None, limit: int, epoch: str) -> Unit[Page]:
    """Read a page of a room's log."""
    rows = yield FIND_ROOM, {"in_room": name}
    last, head_id, pruned = (int(rows[0][0]), rows[0][1], int(rows[0][2])) if rows else (0, None, 0)
    start = pruned if after is None else after
    after_id = head_id
    if start != last:
        ids = yield FIND_ID, {"in_room": name, "at": start}
        after_id = ids[0][0] if ids else None
    found = yield READ, {"in_room": name, "after": start, "most": limit}
    return Page(
        epoch=epoch,
        head=last,
        pruned=pruned,
        after=start,
        after_id=after_id,
        events=[_event(name, row) for row in found],
    )


def _event(name: str, row: Row) -> StoredEvent:
    seq, kind, event_id, time_ms, actor, data = row
    return StoredEvent(
        room=name,
        seq=seq,
        event=kind,
        id=event_id,
        time_ms=time_ms,
        actor=_decode_actor(actor),
        data=msgspec.Raw(data.encode()),
    )


class SqlLog:
    """The port `Log` on any executor."""

    def __init__(self, executor: Executor, epoch: str) -> None:
        self._executor = executor
        self._epoch = epoch

    async def append(self, draft: Draft) -> Position:
        """Append one event."""
        seq = await self._executor.write(_appended(draft))
        return Position(epoch=self._epoch, seq=seq)

    async def position(self, room: str) -> Position:
        """Tell where the head is."""
        return Position(epoch=self._epoch, seq=await self._executor.read(head(room)))

    async def heads(self, rooms: Sequence[str]) -> dict[str, int]:
        """Tell the heads of several rooms at once."""
        return await self._executor.read(heads(rooms))

    async def page(self, room: str, after: int | None, limit: int) -> Page:
        """Read events behind a position."""
        return await self._executor.read(page(room, after, limit, self._epoch))
