"""What was announced, in SQL."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import bindparam, delete, func, insert, or_, select, tuple_

from ..core.actors import Actor
from ..core.announcements import Announcement, group_of
from ..core.codec import encode
from ..core.times import rfc3339, unix_seconds
from .tables import announcement, notification
from .units import Executor, Row, Unit, Written

ADD = insert(announcement)
PENDING = (
    select(announcement)
    .where(
        announcement.c.created_ms >= bindparam("since_ms"),
        or_(announcement.c.expires_ms.is_(None), announcement.c.expires_ms > bindparam("now_ms")),
    )
    .order_by(announcement.c.created_ms, announcement.c.id)
)
REMOVE = (
    delete(announcement)
    .where(announcement.c.id == bindparam("wanted"))
    .returning(announcement.c.id)
)
FORGET = (
    delete(announcement)
    .where(
        announcement.c.created_ms < bindparam("before_ms"),
        func.coalesce(announcement.c.expires_ms, 0) < bindparam("before_ms"),
    )
    .returning(announcement.c.id)
)

_decode_actor = msgspec.json.Decoder(Actor).decode


def add(new: Announcement) -> Unit[Written[None]]:
    """Keep one."""
    expires = new.expires
    yield (
        ADD,
        {
            "id": new.id,
            "title": new.title,
            "message": new.message,
            "type": new.type,
            "actor": encode(new.actor).decode(),
            "created_ms": _milliseconds(new.created_at),
            "expires_ms": None if expires is None else _milliseconds(expires),
        },
    )
    return Written(None)


def remove(wanted: str) -> Unit[Written[bool]]:
    """Forget one."""
    rows = yield REMOVE, {"wanted": wanted}
    return Written(bool(rows))


def forget(before_ms: int) -> Unit[Written[int]]:
    """Forget what is long over."""
    rows = yield FORGET, {"before_ms": before_ms}
    return Written(len(rows))


def _page(before: tuple[int, str] | None, limit: int) -> Unit[list[Announcement]]:
    statement = (
        select(announcement)
        .order_by(announcement.c.created_ms.desc(), announcement.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(announcement.c.created_ms, announcement.c.id) < before)
    rows = yield statement, {}
    return [_announcement(row) for row in rows]


def _pending(now_ms: int, since_ms: int) -> Unit[list[Announcement]]:
    rows = yield PENDING, {"now_ms": now_ms, "since_ms": since_ms}
    return [_announcement(row) for row in rows]


def _reached(wanted: str, people: Collection[str]) -> Unit[dict[str, str]]:
    rows = yield (
        select(notification.c.recipient, notification.c.id).where(
            notification.c.recipient.in_(people), notification.c.group_key == group_of(wanted)
        ),
        {},
    )
    return {row[0]: row[1] for row in rows}


def _announcement(row: Row) -> Announcement:
    one, title, message, type_, actor, created_ms, expires_ms = row
    return Announcement(
        id=one,
        title=title,
        message=message,
        type=type_,
        actor=_decode_actor(actor),
        created_at=rfc3339(created_ms / 1000),
        expires=None if expires_ms is None else rfc3339(expires_ms / 1000),
    )


def _milliseconds(text: str) -> int:
    return round(unix_seconds(text) * 1000)


class SqlAnnouncements:
    """The port `Announcements` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def add(self, announcement: Announcement) -> None:
        """Keep one."""
        await self._executor.write(add(announcement))

    async def page(self, before: tuple[int, str] | None, limit: int) -> list[Announcement]:
        """List them, the newest first."""
        return await self._executor.read(_page(before, limit))

    async def pending(self, now_ms: int, since_ms: int) -> list[Announcement]:
        """List those that have not expired."""
        return await self._executor.read(_pending(now_ms, since_ms))

    async def remove(self, announcement: str) -> bool:
        """Forget one."""
        return await self._executor.write(remove(announcement))

    async def forget(self, before_ms: int) -> int:
        """Forget what is long over."""
        return await self._executor.write(forget(before_ms))

    async def reached(self, announcement: str, people: Collection[str]) -> dict[str, str]:
        """Tell whom one has reached."""
        return await self._executor.read(_reached(announcement, people))
