"""The logs of all rooms, in SQL."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from ..core.actors import Actor
from ..core.codec import MAX_INTEGER, encode
from ..core.errors import Conflict
from ..core.log import MAX_PAGE_BYTES, Draft, Page, StoredEvent
from ..core.messages import Position
from . import pruning
from .dialects import insert
from .tables import event, idempotency, room
from .units import Executor, Row, Unit, Written

FIND_KEY = select(idempotency.c.digest, idempotency.c.seq).where(
    idempotency.c.room == bindparam("in_room"),
    idempotency.c.principal == bindparam("by"),
    idempotency.c.key == bindparam("with_key"),
)
ADD_KEY = insert(idempotency)
_first = insert(room).values(
    name=bindparam("in_room"), seq=bindparam("count"), head_id=bindparam("event_id"), pruned=0
)
# The first event opens the room; ON CONFLICT reads the same in both dialects.
ADVANCE = _first.on_conflict_do_update(
    index_elements=[room.c.name],
    set_={"seq": room.c.seq + _first.excluded.seq, "head_id": _first.excluded.head_id},
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
DIGEST_BYTES = 16
# What an event takes in a reply beside its actor and data: names, ids, the time.
ENVELOPE_BYTES = 256
FIRST_READ_EVENTS = 8
ROOMS_A_QUERY = 500

_decode = msgspec.json.Decoder().decode
_encode_in_order = msgspec.json.Encoder(order="deterministic").encode
_decode_actor = msgspec.json.Decoder(Actor).decode


def append(draft: Draft) -> Unit[tuple[int, StoredEvent | None]]:
    """Append one event; a repetition gives the first `seq` and no event."""
    if draft.key is not None:
        first = yield from _first_with_key(draft, digest_of(draft))
        if first is not None:
            return first, None
    seq = yield from _advance(draft.room, 1, draft.id)
    if draft.key is not None:
        yield ADD_KEY, _key_row(draft, digest_of(draft), seq)
    yield ADD_EVENT, _event_row(draft, seq)
    return seq, _stored(draft, seq)


def advance(name: str, event_id: str) -> Unit[int]:
    """Take the next `seq` of a room, for an event that says it: `put` has to follow in the same unit."""
    return (yield from _advance(name, 1, event_id))


def put(draft: Draft, seq: int) -> Unit[StoredEvent]:
    """Keep an event at the `seq` that `advance` gave."""
    yield ADD_EVENT, _event_row(draft, seq)
    return _stored(draft, seq)


def append_together(drafts: Sequence[Draft]) -> Unit[list[StoredEvent]]:
    """Append many events with a few statements.

    It fails as a whole where a key was used before, or one of them can't be kept: then each has to be
    appended for itself.
    """
    seqs: dict[str, int] = {}
    for name, (count, last_id) in _counts(drafts).items():
        seqs[name] = (yield from _advance(name, count, last_id)) - count
    stored = []
    for draft in drafts:
        seqs[draft.room] += 1
        stored.append(_stored(draft, seqs[draft.room]))
    placed = list(zip(drafts, stored, strict=True))
    keys = [_key_row(d, digest_of(d), e.seq) for d, e in placed if d.key is not None]
    if keys:
        yield ADD_KEY, keys
    yield ADD_EVENT, [_event_row(d, e.seq) for d, e in placed]
    return stored


def _counts(drafts: Sequence[Draft]) -> dict[str, tuple[int, str]]:
    counts: dict[str, tuple[int, str]] = {}
    for draft in drafts:
        counts[draft.room] = counts.get(draft.room, (0, ""))[0] + 1, draft.id
    return counts


def digest_of(draft: Draft) -> str:
    """Tell a repetition of an event from another event under the same key.

    The fields of an object have no order: a client may write the same data in another one.
    """
    content = draft.event.encode() + b"\0" + _encode_in_order(_decode(draft.data))
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def _key_row(draft: Draft, digest: str, seq: int) -> dict[str, Any]:
    return {
        "room": draft.room,
        "principal": principal_key(draft.actor),
        "key": draft.key,
        "digest": digest,
        "seq": seq,
    }


def _event_row(draft: Draft, seq: int) -> dict[str, Any]:
    return {
        "room": draft.room,
        "seq": seq,
        "event": draft.event,
        "id": draft.id,
        "time_ms": draft.time_ms,
        "actor": encode(draft.actor).decode(),
        "data": bytes(draft.data).decode(),
    }


def principal_key(actor: Actor) -> str:
    """Name whose idempotency key it is: a person and their programs don't share keys."""
    return principal_key_of(actor.kind, actor.name)


def principal_key_of(kind: str, name: str) -> str:
    """Name whose idempotency key it is, without an actor."""
    return f"{kind}:{name}"


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


def _advance(name: str, count: int, last_id: str) -> Unit[int]:
    rows = yield ADVANCE, {"in_room": name, "count": count, "event_id": last_id}
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


def appended(draft: Draft) -> Unit[Written[int]]:
    """Append one event, as a unit of its own."""
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


def page(name: str, after: int | None, limit: int, most_bytes: int, epoch: str) -> Unit[Page]:
    """Read a page of a room's log."""
    rows = yield FIND_ROOM, {"in_room": name}
    last, head_id, pruned = (int(rows[0][0]), rows[0][1], int(rows[0][2])) if rows else (0, None, 0)
    start = pruned if after is None else after
    after_id = head_id
    if start != last:
        ids = yield FIND_ID, {"in_room": name, "at": start}
        after_id = ids[0][0] if ids else None
    events = yield from _read(name, start, limit, most_bytes)
    return Page(
        epoch=epoch,
        head=last,
        pruned=pruned,
        after=start,
        after_id=after_id,
        events=events,
    )


def _read(name: str, after: int, limit: int, most_bytes: int) -> Unit[list[StoredEvent]]:
    """Read little, then more and more, so that five hundred large events are never in memory."""
    events: list[StoredEvent] = []
    size, count = 0, FIRST_READ_EVENTS
    while len(events) < limit:
        count = min(4 * count, limit - len(events))
        rows = yield READ, {"in_room": name, "after": after, "most": count}
        for row in rows:
            actor, data = row[-2:]
            size += ENVELOPE_BYTES + len(actor) + len(data)
            if size > most_bytes and events:
                return events
            events.append(_event(name, row))
        if len(rows) < count:
            break
        after = events[-1].seq
    return events


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


def back(name: str, before: int, names: Sequence[str], limit: int) -> Unit[list[StoredEvent]]:
    """Read events of some names from the end."""
    statement = (
        select(event.c.seq, event.c.event, event.c.id, event.c.time_ms, event.c.actor, event.c.data)
        .where(event.c.room == name, event.c.seq < before, event.c.event.in_(names))
        .order_by(event.c.seq.desc())
        .limit(limit)
    )
    rows = yield statement, {}
    return [_event(name, row) for row in rows]


class SqlLog:
    """The port `Log` on any executor."""

    def __init__(self, executor: Executor, epoch: str) -> None:
        self._executor = executor
        self._epoch = epoch

    @property
    def epoch(self) -> str:
        """The epoch of all logs of this store."""
        return self._epoch

    async def append(self, draft: Draft) -> Position:
        """Append one event."""
        return Position(epoch=self._epoch, seq=await self.submit(draft))

    def submit(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event; the future has its `seq` when it is durable."""
        return self._executor.append(draft)

    async def position(self, room: str) -> Position:
        """Tell where the head is."""
        return Position(epoch=self._epoch, seq=await self._executor.read(head(room)))

    async def heads(self, rooms: Sequence[str]) -> dict[str, Position]:
        """Tell the heads of several rooms at once."""
        found: dict[str, Position] = {}
        for begin in range(0, len(rooms), ROOMS_A_QUERY):
            seqs = await self._executor.read(heads(rooms[begin : begin + ROOMS_A_QUERY]))
            found |= {name: Position(epoch=self._epoch, seq=seq) for name, seq in seqs.items()}
        return found

    async def page(
        self, room: str, after: int | None, limit: int, most_bytes: int = MAX_PAGE_BYTES
    ) -> Page:
        """Read events behind a position."""
        return await self._executor.read(page(room, after, limit, most_bytes, self._epoch))

    async def back(
        self, room: str, before: int | None, events: Sequence[str], limit: int
    ) -> list[StoredEvent]:
        """Read events of some names, the newest first."""
        newest = MAX_INTEGER if before is None else before
        return await self._executor.read(back(room, newest, events, limit))

    async def prunable(self, before_ms: int, keep: int, limit: int) -> list[str]:
        """List rooms with events that are too old or too many."""
        return await self._executor.read(pruning.prunable(before_ms, keep, limit))

    async def prune(self, room: str, before_ms: int, keep: int, at_most: int) -> int:
        """Forget a room's oldest events."""
        return await self._executor.write(pruning.prune(room, before_ms, keep, at_most))
