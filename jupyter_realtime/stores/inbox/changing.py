"""What people do with what they were told, and telling it to their other tabs."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    and_,
    bindparam,
    case,
    func,
    or_,
    update,
)

from ...core.actors import SYSTEM_ACTOR, Actor
from ...core.events import NotificationChanged
from ...core.log import StoredEvent
from ...core.rooms import user_room
from ...core.times import rfc3339
from ...ports import Change, Wanted
from .. import log, unread
from ..tables import notification
from ..units import Unit, Written
from .row import (
    ID_BYTES,
    IN_INBOX,
    LISTED,
    MINE,
    any_or,
    counts_of,
    drafted,
    last_seq,
)

_up_to = bindparam("up_to", type_=BigInteger)
_until = case((last_seq <= _up_to, last_seq), else_=_up_to)


def _at_least(column: Any, value: Any) -> Any:
    return case((column >= value, column), else_=value)


_read = bindparam("read", type_=Integer)
_snooze = bindparam("snooze_ms", type_=BigInteger)
_CHANGED = {
    "read_up_to": case(
        (_read == 1, _at_least(notification.c.read_up_to, _until)),
        # To be unread, something must have happened behind it.
        (and_(_read == 0, notification.c.read_up_to >= last_seq), last_seq - 1),
        else_=notification.c.read_up_to,
    ),
    "seen_up_to": case(
        (bindparam("seen", type_=Integer) == 1, _at_least(notification.c.seen_up_to, _until)),
        else_=notification.c.seen_up_to,
    ),
    "archived": func.coalesce(bindparam("archived", type_=Integer), notification.c.archived),
    "snoozed_until_ms": case(
        (_snooze.is_(None), notification.c.snoozed_until_ms),
        (_snooze == 0, None),
        else_=_snooze,
    ),
}
_DIFFERS = or_(
    *(
        func.coalesce(value, 0) != func.coalesce(notification.c[name], 0)
        for name, value in _CHANGED.items()
    )
)
_change = (
    update(notification)
    .where(MINE, LISTED, _DIFFERS)
    .values(_CHANGED | {"counts": counts_of(**_CHANGED)})
)
CHANGE_ONE = _change.where(notification.c.id == bindparam("wanted")).returning(notification.c.id)
CHANGE_ALL = _change.where(
    last_seq <= _up_to,
    IN_INBOX,
    any_or("in_category", notification.c.category),
    any_or("in_project", notification.c.project),
).returning(notification.c.id)


def change(
    recipient: str, wanted: Wanted, how: Change, by: Actor, now_ms: int
) -> Unit[Written[int]]:
    """Change a person's notifications, and tell their other tabs."""
    room = user_room(recipient)
    last = yield from log.head(room)
    up_to = last if how.up_to is None else min(how.up_to, last)
    if wanted.up_to is not None:
        up_to = min(wanted.up_to, up_to)
    values = {
        "of": recipient,
        "up_to": up_to,
        "read": _flag(how.read),
        "seen": _flag(how.seen),
        "archived": _flag(how.archived),
        "snooze_ms": how.snooze_ms,
    }
    changed: list[str] = []
    if wanted.ids is None:
        scope = {"in_category": wanted.category, "in_project": wanted.project}
        rows = yield CHANGE_ALL, {**values, **scope}
        changed = [row[0] for row in rows]
    else:
        for one in wanted.ids:
            rows = yield CHANGE_ONE, {**values, "wanted": one}
            changed += [row[0] for row in rows]
    if not changed:
        return Written((yield from unread.read(recipient)))
    counted = yield from unread.recount(recipient)
    snoozed = how.snooze_ms
    told = yield from tell_changed(
        recipient,
        by,
        now_ms,
        counted,
        ids=None if wanted.ids is None else changed,
        up_to=up_to,
        category=wanted.category,
        project=wanted.project,
        read=how.read,
        seen=how.seen,
        archived=how.archived,
        snoozed_until=None if snoozed is None else _until_words(snoozed),
    )
    return Written(counted, told)


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _until_words(snooze_ms: int) -> str:
    return rfc3339(snooze_ms / 1000) if snooze_ms else ""


def tell_changed(
    recipient: str,
    by: Actor,
    now_ms: int,
    counted: int,
    *,
    ids: list[str] | None,
    up_to: int = 0,
    **fields: Any,
) -> Unit[list[StoredEvent]]:
    """Tell a change to all of a person's tabs, with what the badge shows from now on."""
    nothing = dict.fromkeys(("category", "project", "read", "seen", "archived", "snoozed_until"))
    data = NotificationChanged(**{**nothing, **fields}, ids=ids, up_to=up_to, unread=counted)
    event_id = secrets.token_hex(ID_BYTES)
    room = user_room(recipient)
    event = drafted(room, "notification:changed", event_id, data, by, now_ms)
    return (yield from log.append_all([event]))


def tell_of_time(
    recipient: str, now_ms: int, ids: list[str], **fields: Any
) -> Unit[list[StoredEvent]]:
    """Tell what nobody did: what was snoozed is back, or rows came and went as a whole."""
    counted = yield from unread.recount(recipient)
    return (yield from tell_changed(recipient, SYSTEM_ACTOR, now_ms, counted, ids=ids, **fields))
