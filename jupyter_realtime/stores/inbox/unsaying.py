"""What people were told is taken back: inboxes, mails that are still to go out and logs no longer say it.

Theory of operation
-------------------
Who was told is known by the cause. A row of an inbox says what happened last in its group, and so does a
mail that is made of it: it says something else where the cause is the newest of the row. What a log says of
it stands at the moment of the cause, as both are of one commit.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Text, bindparam, select, update

from ...core.codec import encode
from ...core.events import NotificationNew
from ...core.log import StoredEvent
from ...core.rooms import user_room
from ..tables import event, notification, notification_cause
from ..units import Unit
from .changing import tell_of_time

TOLD = select(
    notification_cause.c.recipient,
    notification_cause.c.notification,
    notification_cause.c.created_ms,
).where(notification_cause.c.dedupe == bindparam("cause"))
NEWEST = (
    select(notification_cause.c.dedupe)
    .where(
        notification_cause.c.recipient == bindparam("of"),
        notification_cause.c.notification == bindparam("wanted"),
    )
    .order_by(notification_cause.c.created_ms.desc())
    .limit(1)
)
REPLACE = (
    update(notification)
    .where(notification.c.id == bindparam("wanted"))
    .values(message=bindparam("said"))
)
IN_LOG = select(event.c.seq, event.c.data).where(
    event.c.room == bindparam("in_room"),
    event.c.event == "notification:new",
    event.c.time_ms == bindparam("at_ms"),
    event.c.data.like("%" + bindparam("named", type_=Text) + "%"),
)
CHANGE_EVENT = (
    update(event)
    .where(event.c.room == bindparam("in_room"), event.c.seq == bindparam("at"))
    .values(data=bindparam("content"))
)

_decode_new = msgspec.json.Decoder(NotificationNew).decode


def unsay(cause: str, instead: str, now_ms: int) -> Unit[list[StoredEvent]]:
    """Take back what people were told of a cause, and say something else instead."""
    told: list[StoredEvent] = []
    for recipient, wanted, at_ms in (yield TOLD, {"cause": cause}):
        yield from _unsay_in_log(recipient, wanted, at_ms, instead)
        [[newest]] = yield NEWEST, {"of": recipient, "wanted": wanted}
        if newest == cause:
            yield REPLACE, {"wanted": wanted, "said": instead}
            told += yield from tell_of_time(recipient, now_ms, [wanted])
    return told


def _unsay_in_log(recipient: str, wanted: str, at_ms: int, instead: str) -> Unit[None]:
    room = user_room(recipient)
    rows = yield (
        IN_LOG,
        {"in_room": room, "at_ms": at_ms, "named": encode(wanted).decode()},
    )
    for seq, data in rows:
        told = _decode_new(data)
        if told.id == wanted:
            content = encode(msgspec.structs.replace(told, message=instead)).decode()
            yield CHANGE_EVENT, {"in_room": room, "at": seq, "content": content}
