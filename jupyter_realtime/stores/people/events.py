"""Events that somebody has authored or that name them, their inbox, and their idempotency keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, delete, select, tuple_, update

from ...core.actors import former, is_persons
from ...core.codec import encode
from ...core.events import NotificationNew
from ...core.rooms import user_room
from ...core.times import rfc3339
from ..log import principal_key_of
from ..tables import event, idempotency, room
from ..units import Row, Unit
from . import threads
from .section import (
    MAX_BYTES_A_STEP,
    MAX_ROWS_A_STEP,
    MAX_ROWS_LOOKED_AT,
    Found,
    Key,
    Section,
    behind,
    decode_actor,
    end_of,
    quoted,
)

# Events whose data may name somebody else than who has authored them.
_NAMES_IN_DATA = ("member:changed", "notification:new", *threads.NAMES_IN_DATA)
_decode_told = msgspec.json.Decoder(NotificationNew).decode

LOOK_AT_EVENTS = (
    select(event.c.room, event.c.seq, event.c.event, event.c.actor)
    .where(
        tuple_(event.c.room, event.c.seq)
        > tuple_(bindparam("after_room", type_=Text), bindparam("after_seq", type_=BigInteger))
    )
    .order_by(event.c.room, event.c.seq)
    .limit(MAX_ROWS_LOOKED_AT)
)
LOOK_AT_INBOX = (
    select(event.c.room, event.c.seq, event.c.event, event.c.actor)
    .where(event.c.room == bindparam("in_room"), event.c.seq > bindparam("after_seq"))
    .order_by(event.c.seq)
    .limit(MAX_ROWS_A_STEP)
)
EVENT = select(event.c.id, event.c.time_ms, event.c.data).where(
    event.c.room == bindparam("in_room"), event.c.seq == bindparam("at")
)
_one_event = update(event).where(
    event.c.room == bindparam("in_room"), event.c.seq == bindparam("at")
)
CHANGE_ACTOR = _one_event.values(actor=bindparam("by"))
CHANGE_DATA = _one_event.values(data=bindparam("content"))
EMPTY_INBOX = delete(event).where(
    event.c.room == bindparam("in_room"), event.c.seq <= bindparam("until")
)
FORGET_INBOX = delete(room).where(room.c.name == bindparam("in_room"))
FORGET_INBOX_KEYS = delete(idempotency).where(idempotency.c.room == bindparam("in_room"))

_key = (idempotency.c.room, idempotency.c.principal, idempotency.c.key)
LOOK_AT_KEYS = (
    select(*_key, idempotency.c.seq)
    .where(tuple_(*_key) > behind("after_room", "after_principal", "after_key"))
    .order_by(*_key)
    .limit(MAX_ROWS_LOOKED_AT)
)
FORGET_KEY = delete(idempotency).where(
    idempotency.c.room == bindparam("in_room"),
    idempotency.c.principal == bindparam("by"),
    idempotency.c.key == bindparam("with_key"),
)


def _find_events(person: str, after: Key | None) -> Unit[Found]:
    """Find what they have done, and what says which role they have."""
    after_room, after_seq = after or ("", 0)
    looked_at = yield LOOK_AT_EVENTS, {"after_room": after_room, "after_seq": after_seq}
    inbox, named = user_room(person), quoted(person)
    suspects = [
        row
        for row in looked_at
        if row[0] != inbox and (named in row[3] or row[2] in _NAMES_IN_DATA)
    ]
    end = end_of(looked_at, MAX_ROWS_LOOKED_AT, 2)
    return (yield from _read_events(suspects, end, lambda row: _is_about(row, person)))


def _find_inbox(person: str, after: Key | None) -> Unit[Found]:
    seq = after[1] if after else 0
    rows = yield LOOK_AT_INBOX, {"in_room": user_room(person), "after_seq": seq}
    return (yield from _read_events(rows, end_of(rows, MAX_ROWS_A_STEP, 2), lambda _row: True))


def _read_events(
    rows: list[Row], end: Key | None, is_wanted: Callable[[dict[str, Any]], bool]
) -> Unit[Found]:
    """Read whole events, as many as fit into a step."""
    found: list[tuple[Key, dict[str, Any]]] = []
    size = 0
    for name, seq, kind, actor in rows:
        [[event_id, time_ms, data]] = yield EVENT, {"in_room": name, "at": seq}
        item = {
            "room": name,
            "seq": seq,
            "event": kind,
            "id": event_id,
            "time": rfc3339(time_ms / 1000),
            "actor": msgspec.Raw(actor.encode()),
            "data": msgspec.Raw(data.encode()),
        }
        if not is_wanted(item):
            continue
        found.append(((name, seq), item))
        size += len(data)
        if len(found) == MAX_ROWS_A_STEP or size > MAX_BYTES_A_STEP:
            return Found(found, (name, seq))
    return Found(found, end)


def _is_about(item: Mapping[str, Any], person: str) -> bool:
    by_them = is_persons(decode_actor(item["actor"]), person)
    return by_them or _names(item, person) or _tells_of(item, person) or _is_in_thread(item, person)


def _names(item: Mapping[str, Any], person: str) -> bool:
    """Whether it says which role they have."""
    if item["event"] != "member:changed":
        return False
    return bool(msgspec.json.decode(item["data"]).get("user") == person)


def _tells_of(item: Mapping[str, Any], person: str) -> bool:
    """Whether it tells somebody what they have done."""
    if item["event"] != "notification:new" or quoted(person).encode() not in bytes(item["data"]):
        return False
    return any(is_persons(actor, person) for actor in _decode_told(item["data"]).actors)


def _is_in_thread(item: Mapping[str, Any], person: str) -> bool:
    """Whether it tells of a comment or a reaction of theirs, or of one that mentions them."""
    return threads.nameless(item["event"], bytes(item["data"]), person) is not None


def _erase_events(person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (name, seq), item in found.rows:
        place = {"in_room": name, "at": seq}
        actor = decode_actor(item["actor"])
        if is_persons(actor, person):
            yield CHANGE_ACTOR, {**place, "by": encode(former(actor)).decode()}
        if _names(item, person):
            nobody = {**msgspec.json.decode(item["data"]), "user": ""}
            yield CHANGE_DATA, {**place, "content": encode(nobody).decode()}
        if _tells_of(item, person):
            told = _decode_told(item["data"])
            actors = [former(one) if is_persons(one, person) else one for one in told.actors]
            nameless = msgspec.structs.replace(told, actors=actors)
            yield CHANGE_DATA, {**place, "content": encode(nameless).decode()}
        yield from _erase_in_thread(person, item["event"], place)


def _erase_in_thread(person: str, event_name: str, place: Mapping[str, Any]) -> Unit[None]:
    if event_name not in threads.NAMES_IN_DATA:
        return
    # Read anew: a comment that was deleted since it was found must not come back.
    for _, _, data in (yield EVENT, place):
        left = threads.nameless(event_name, data.encode(), person)
        if left is not None:
            yield CHANGE_DATA, {**place, "content": left.decode()}


def _erase_inbox(person: str, found: Found, _now_ms: int) -> Unit[None]:
    inbox = {"in_room": user_room(person)}
    if found.rows:
        yield EMPTY_INBOX, {**inbox, "until": found.rows[-1][0][1]}
    if found.following is None:
        yield FORGET_INBOX, inbox
        yield FORGET_INBOX_KEYS, inbox


def _find_keys(person: str, after: Key | None) -> Unit[Found]:
    after_room, after_principal, after_key = after or ("", "", "")
    looked_at = yield (
        LOOK_AT_KEYS,
        {"after_room": after_room, "after_principal": after_principal, "after_key": after_key},
    )
    theirs = {principal_key_of(kind, person) for kind in ("human", "program")}
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((name, principal, key), {"room": name, "key": key, "seq": seq})
        for name, principal, key, seq in looked_at
        if principal in theirs
    ]
    if len(rows) > MAX_ROWS_A_STEP:
        return Found(rows[:MAX_ROWS_A_STEP], rows[MAX_ROWS_A_STEP - 1][0])
    return Found(rows, end_of(looked_at, MAX_ROWS_LOOKED_AT, 3))


def _erase_keys(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (name, principal, key), _ in found.rows:
        yield FORGET_KEY, {"in_room": name, "by": principal, "with_key": key}


SECTIONS = (
    Section("events", _find_events, _erase_events),
    Section("inbox", _find_inbox, _erase_inbox, always=True),
    Section("keys", _find_keys, _erase_keys),
)
