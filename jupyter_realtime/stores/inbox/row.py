"""A row of the inbox: as it is stored, as the wire has it, and what the badge makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    and_,
    bindparam,
    case,
    or_,
)

from ...core.actors import Actor
from ...core.codec import encode
from ...core.log import Draft
from ...core.notifications import Notification
from ...core.times import rfc3339
from ..tables import notification
from ..units import Row

ID_BYTES = 9
MINE = notification.c.recipient == bindparam("of")
last_seq = notification.c.last_event_seq

LISTED = and_(notification.c.listed == 1, notification.c.withdrawn == 0)
AWAY = notification.c.snoozed_until_ms.is_not(None)
IN_INBOX = and_(notification.c.archived == 0, ~AWAY)

decode_actors = msgspec.json.Decoder(list[Actor]).decode
_COLUMNS = tuple(column.name for column in notification.columns)


def any_or(name: str, column: Any) -> Any:
    """Filter by a value, or not at all where it is null."""
    value = bindparam(name, type_=column.type)
    return or_(value.is_(None), column == value)


def counts_of(**new: Any) -> Any:
    """Whether the badge counts a row that becomes like this; what is not named stays."""
    row = {**notification.columns, **new}
    is_counted = and_(
        last_seq > row["read_up_to"],
        row["archived"] == 0,
        row["snoozed_until_ms"].is_(None),
        row["listed"] == 1,
        row["withdrawn"] == 0,
    )
    return case((is_counted, 1), else_=0)


@dataclass(frozen=True)
class Stored:
    """A row of the table, by its columns."""

    id: str
    recipient: str
    group_key: str
    category: Any
    type: Any
    title: str
    message: str
    action_url: str | None
    project: str | None
    document: str | None
    thread: str | None
    actors: str
    count: int
    last_event_seq: int
    read_up_to: int
    seen_up_to: int
    archived: int
    snoozed_until_ms: int | None
    listed: int
    withdrawn: int
    counts: int
    reason: str
    created_ms: int
    updated_ms: int

    @property
    def values(self) -> dict[str, Any]:
        """As the statement takes it."""
        return {name: getattr(self, name) for name in _COLUMNS}

    @property
    def is_counted(self) -> bool:
        """Whether the badge counts it; as `counts_of` says in SQL."""
        is_away = self.archived or self.withdrawn or self.snoozed_until_ms is not None
        return bool(self.listed and not is_away and self.last_event_seq > self.read_up_to)

    @property
    def fields(self) -> dict[str, Any]:
        """As the wire has it."""
        snoozed = self.snoozed_until_ms
        return {
            "id": self.id,
            "seq": self.last_event_seq,
            "type": self.type,
            "category": self.category,
            "title": self.title,
            "message": self.message,
            "action_url": self.action_url,
            "project": self.project,
            "thread": self.thread,
            "actors": decode_actors(self.actors),
            "count": self.count,
            "read": self.last_event_seq <= self.read_up_to,
            "seen": self.last_event_seq <= self.seen_up_to,
            "archived": bool(self.archived),
            "snoozed_until": None if snoozed is None else rfc3339(snoozed / 1000),
            "created_at": rfc3339(self.created_ms / 1000),
            "updated_at": rfc3339(self.updated_ms / 1000),
            "reason": self.reason,
        }


def notification_of(row: Row) -> Notification:
    """Read a row as the wire has it."""
    return Notification(**Stored(*row).fields)


def drafted(room: str, name: str, event_id: str, data: Any, actor: Actor, now_ms: int) -> Draft:
    """Make an event ready for a person's room."""
    content = msgspec.Raw(encode(data))
    return Draft(room=room, event=name, id=event_id, time_ms=now_ms, actor=actor, data=content)
