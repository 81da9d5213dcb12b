"""What time and rights do with what people were told: it comes back, is over, goes, or is forgotten."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Integer, Text, bindparam, delete, func, null, select, tuple_, update

from ...core.actors import SYSTEM_ACTOR
from ...core.codec import encode
from ...core.events import NotificationNew
from ...core.log import StoredEvent
from ...core.rooms import user_room
from ...ports import Change, Wanted
from ..tables import delivery, event, notification, notification_cause
from ..units import Unit, Written
from .changing import change, tell_of_time
from .row import (
    AWAY,
    MINE,
    counts_of,
)

DUE = (
    select(notification.c.recipient, notification.c.id)
    .where(notification.c.snoozed_until_ms <= bindparam("now_ms"))
    .order_by(notification.c.snoozed_until_ms)
    .limit(bindparam("most"))
)
NEXT_DUE = select(func.min(notification.c.snoozed_until_ms)).where(AWAY)
BRING_BACK = (
    update(notification)
    .where(notification.c.id == bindparam("wanted"))
    .values(
        snoozed_until_ms=null(),
        updated_ms=bindparam("now_ms"),
        counts=counts_of(snoozed_until_ms=null()),
    )
)
IN_GROUP = select(notification.c.id).where(MINE, notification.c.group_key == bindparam("in_group"))
FORGET_CAUSES_OF = delete(notification_cause).where(
    notification_cause.c.recipient == bindparam("of"),
    notification_cause.c.notification == bindparam("wanted"),
)
_of_project = (MINE, notification.c.project == bindparam("of_project"))
_hide = bindparam("hide", type_=Integer)
HIDE = (
    update(notification)
    .where(*_of_project, notification.c.withdrawn != _hide)
    .values(withdrawn=_hide, counts=counts_of(withdrawn=_hide))
    .returning(notification.c.id)
)
IN_LOG = select(event.c.seq, event.c.data).where(
    event.c.room == bindparam("in_room"),
    event.c.event == "notification:new",
    # Which rows to decode; an underscore that matches anything costs no more than that.
    event.c.data.like("%" + bindparam("named", type_=Text) + "%"),
)
EMPTY = (
    update(event)
    .where(event.c.room == bindparam("in_room"), event.c.seq == bindparam("at"))
    .values(data=bindparam("content"))
)
TOO_OLD = (
    select(notification.c.id, notification.c.recipient, notification.c.counts)
    # What is snoozed for longer than anything is kept comes back all the same.
    .where(notification.c.updated_ms < bindparam("before_ms"), ~AWAY)
    .limit(bindparam("most"))
)
FORGET = delete(notification).where(notification.c.id == bindparam("wanted"))
FORGET_DELIVERIES = delete(delivery).where(delivery.c.notification == bindparam("wanted"))
_cause = tuple_(notification_cause.c.recipient, notification_cause.c.dedupe)
FORGET_CAUSES = (
    delete(notification_cause)
    .where(
        _cause.in_(
            select(notification_cause.c.recipient, notification_cause.c.dedupe)
            .where(notification_cause.c.created_ms < bindparam("before_ms"))
            .limit(bindparam("most"))
        )
    )
    .returning(notification_cause.c.dedupe)
)


_decode_new = msgspec.json.Decoder(NotificationNew).decode


def wake(now_ms: int, limit: int) -> Unit[Written[int | None]]:
    """Bring back what was snoozed until now."""
    due = yield DUE, {"now_ms": now_ms, "most": limit}
    theirs: dict[str, list[str]] = {}
    for recipient, one in due:
        theirs.setdefault(recipient, []).append(one)
        yield BRING_BACK, {"wanted": one, "now_ms": now_ms}
    told: list[StoredEvent] = []
    for recipient, ids in theirs.items():
        told += yield from tell_of_time(recipient, now_ms, ids, snoozed_until="")
    [[following]] = yield NEXT_DUE, {}
    return Written(following, told)


def resolve(group: str, people: Collection[str], now_ms: int) -> Unit[Written[None]]:
    """Have what some people were told in a group be over."""
    told: list[StoredEvent] = []
    for person in sorted(people):
        rows = yield IN_GROUP, {"of": person, "in_group": group}
        for (one,) in rows:
            yield FORGET_CAUSES_OF, {"of": person, "wanted": one}
            how = Change(read=True, archived=True)
            done = yield from change(person, Wanted(ids=[one]), how, SYSTEM_ACTOR, now_ms)
            told += done.events
    return Written(None, told)


def withdraw(recipient: str, project: str, hide: bool, now_ms: int) -> Unit[Written[None]]:
    """Take a project's notifications away, or give them back."""
    rows = yield HIDE, {"of": recipient, "of_project": project, "hide": int(hide)}
    if not rows:
        return Written(None)
    if hide:
        yield from _empty_log(recipient, project)
    ids = [row[0] for row in rows]
    return Written(None, (yield from tell_of_time(recipient, now_ms, ids)))


def _empty_log(recipient: str, project: str) -> Unit[None]:
    """Empty what the log says of a project: it is replayed to whoever comes back."""
    room = user_room(recipient)
    rows = yield IN_LOG, {"in_room": room, "named": encode(project).decode()}
    for seq, data in rows:
        told = _decode_new(data)
        if told.project == project:
            nothing = msgspec.structs.replace(
                told, title="", message="", action_url=None, actors=[], reason=""
            )
            yield EMPTY, {"in_room": room, "at": seq, "content": encode(nothing).decode()}


def forget(before_ms: int, now_ms: int, limit: int) -> Unit[Written[int]]:
    """Forget what was not touched since."""
    rows = yield TOO_OLD, {"before_ms": before_ms, "most": limit}
    counted: dict[str, list[str]] = {}
    for one, recipient, counts in rows:
        yield FORGET_DELIVERIES, {"wanted": one}
        yield FORGET, {"wanted": one}
        if counts:
            counted.setdefault(recipient, []).append(one)
    causes = yield FORGET_CAUSES, {"before_ms": before_ms, "most": limit}
    told: list[StoredEvent] = []
    for recipient, ids in counted.items():
        told += yield from tell_of_time(recipient, now_ms, ids)
    return Written(max(len(rows), len(causes)), told)
