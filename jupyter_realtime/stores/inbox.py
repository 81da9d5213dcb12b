"""What people were told, in SQL.

Theory of operation
-------------------
A row stands for a group. Its last event in the room `user:<recipient>` has the number `last_event_seq`, and
is appended by the very unit that changes the row: so no row is without its event, and no event without its
row. `counts` says whether the badge counts a row. Each statement that changes a row writes it anew, and the
unit counts it (`unread.py`): so nobody looks at rows that stay as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import sqlite

from ..core.actors import SYSTEM_ACTOR, Actor
from ..core.codec import encode
from ..core.events import NotificationChanged, NotificationNew
from ..core.log import Draft, StoredEvent
from ..core.notifications import Notification, with_actor
from ..core.rooms import user_room
from ..core.times import rfc3339
from ..ports import Change, InboxPage, Posted, Posting, Search, Wanted
from . import log, unread
from .tables import delivery, event, notification, notification_cause
from .units import Executor, Row, Unit, Written

_ID_BYTES = 9
_mine = notification.c.recipient == bindparam("of")

FIND_CAUSE = select(notification_cause.c.notification).where(
    notification_cause.c.recipient == bindparam("of"),
    notification_cause.c.dedupe == bindparam("cause"),
)
ADD_CAUSE = insert(notification_cause)
BY_GROUP = select(notification).where(_mine, notification.c.group_key == bindparam("in_group"))
BY_ID = select(notification).where(_mine, notification.c.id == bindparam("wanted"))
_put = sqlite.insert(notification)
PUT = _put.on_conflict_do_update(
    index_elements=[notification.c.id],
    set_={
        column.name: _put.excluded[column.name]
        for column in notification.columns
        if column.name not in ("id", "recipient", "group_key", "created_ms")
    },
)
ADD_DELIVERY = insert(delivery)

_LISTED = and_(notification.c.listed == 1, notification.c.withdrawn == 0)
_AWAY = notification.c.snoozed_until_ms.is_not(None)
_IN_INBOX = and_(notification.c.archived == 0, ~_AWAY)
_BOXES = {
    "inbox": _IN_INBOX,
    "unread": unread.COUNTED,
    "archived": notification.c.archived == 1,
    "snoozed": and_(_AWAY, notification.c.archived == 0),
    "all": notification.c.listed == 1,
}


def _any_or(name: str, column: Any) -> Any:
    """Filter by a value, or not at all where it is null."""
    return or_(bindparam(name).is_(None), column == bindparam(name))


def _page_of(box: str) -> Any:
    """Select a page of one box; each is a statement of its own, so that it can use an index."""
    return (
        select(notification)
        .where(
            _mine,
            _LISTED,
            _BOXES[box],
            _any_or("category", notification.c.category),
            _any_or("type", notification.c.type),
            _any_or("project", notification.c.project),
            or_(
                bindparam("text", type_=Text).is_(None),
                (notification.c.title + "\n" + notification.c.message).like(
                    bindparam("text", type_=Text), escape="\\"
                ),
            ),
            # Said apart, so that the index is entered where the page begins.
            notification.c.updated_ms <= bindparam("before_ms"),
            or_(
                notification.c.updated_ms < bindparam("before_ms"),
                notification.c.id < bindparam("before"),
            ),
        )
        .order_by(notification.c.updated_ms.desc(), notification.c.id.desc())
        .limit(bindparam("most"))
    )


PAGES = {box: _page_of(box) for box in _BOXES}

# -- changing ------------------------------------------------------------------------------------------

_last = notification.c.last_event_seq
_up_to = bindparam("up_to", type_=BigInteger)
_until = case((_last <= _up_to, _last), else_=_up_to)


def _at_least(column: Any, value: Any) -> Any:
    return case((column >= value, column), else_=value)


def _counts(**new: Any) -> Any:
    """Whether the badge counts a row that becomes like this; what is not named stays."""
    row = {**notification.columns, **new}
    is_counted = and_(
        _last > row["read_up_to"],
        row["archived"] == 0,
        row["snoozed_until_ms"].is_(None),
        row["listed"] == 1,
        row["withdrawn"] == 0,
    )
    return case((is_counted, 1), else_=0)


_read = bindparam("read", type_=Integer)
_snooze = bindparam("snooze_ms", type_=BigInteger)
_CHANGED = {
    "read_up_to": case(
        (_read == 1, _at_least(notification.c.read_up_to, _until)),
        # To be unread, something must have happened behind it.
        (and_(_read == 0, notification.c.read_up_to >= _last), _last - 1),
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
    .where(_mine, _LISTED, _DIFFERS)
    .values(_CHANGED | {"counts": _counts(**_CHANGED)})
)
CHANGE_ONE = _change.where(notification.c.id == bindparam("wanted")).returning(notification.c.id)
CHANGE_ALL = _change.where(
    _last <= _up_to,
    _IN_INBOX,
    _any_or("in_category", notification.c.category),
    _any_or("in_project", notification.c.project),
).returning(notification.c.id)

# -- what was snoozed, what is too old, what somebody may no longer see -----------------------------------

DUE = (
    select(notification.c.recipient, notification.c.id)
    .where(notification.c.snoozed_until_ms <= bindparam("now_ms"))
    .order_by(notification.c.snoozed_until_ms)
    .limit(bindparam("most"))
)
NEXT_DUE = select(func.min(notification.c.snoozed_until_ms)).where(_AWAY)
BRING_BACK = (
    update(notification)
    .where(notification.c.id == bindparam("wanted"))
    .values(
        snoozed_until_ms=null(),
        updated_ms=bindparam("now_ms"),
        counts=_counts(snoozed_until_ms=null()),
    )
)
_of_project = (_mine, notification.c.project == bindparam("of_project"))
HIDE = (
    update(notification)
    .where(*_of_project, notification.c.withdrawn != bindparam("hide"))
    .values(withdrawn=bindparam("hide"), counts=_counts(withdrawn=bindparam("hide")))
    .returning(notification.c.id)
)
TOLD_OF = (
    select(notification.c.recipient, notification.c.withdrawn)
    .where(notification.c.project == bindparam("of_project"))
    .distinct()
)
PROJECTS = select(notification.c.project).where(notification.c.project.is_not(None)).distinct()
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
    .where(notification.c.updated_ms < bindparam("before_ms"), ~_AWAY)
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

_decode_actors = msgspec.json.Decoder(list[Actor]).decode
_decode_new = msgspec.json.Decoder(NotificationNew).decode
_COLUMNS = tuple(column.name for column in notification.columns)
# Behind every time and every id: a page that begins at the newest.
_NEWEST = (2**63 - 1, "")


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
        """Whether the badge counts it; as `_counts` says in SQL."""
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
            "actors": _decode_actors(self.actors),
            "count": self.count,
            "read": self.last_event_seq <= self.read_up_to,
            "seen": self.last_event_seq <= self.seen_up_to,
            "archived": bool(self.archived),
            "snoozed_until": None if snoozed is None else rfc3339(snoozed / 1000),
            "created_at": rfc3339(self.created_ms / 1000),
            "updated_at": rfc3339(self.updated_ms / 1000),
            "reason": self.reason,
        }


def _notification(row: Row) -> Notification:
    return Notification(**Stored(*row).fields)


# -- posting -------------------------------------------------------------------------------------------


def post(postings: Sequence[Posting], now_ms: int) -> Unit[Written[list[Posted]]]:
    """Tell some people something."""
    posted: list[Posted] = []
    events: list[StoredEvent] = []
    for posting in postings:
        known = yield from _known_cause(posting)
        if known is not None:
            posted.append(Posted(posting.recipient, known, is_new=False))
            continue
        row, told = yield from _post(posting, now_ms)
        posted.append(Posted(posting.recipient, row.id, is_new=True))
        events += told
    return Written(posted, events)


def _known_cause(posting: Posting) -> Unit[str | None]:
    cause = posting.notice.dedupe
    if cause is None:
        return None
    rows = yield FIND_CAUSE, {"of": posting.recipient, "cause": cause}
    return str(rows[0][0]) if rows else None


def _post(posting: Posting, now_ms: int) -> Unit[tuple[Stored, list[StoredEvent]]]:
    notice, room = posting.notice, user_room(posting.recipient)
    event_id = secrets.token_hex(_ID_BYTES)
    rows = yield BY_GROUP, {"of": posting.recipient, "in_group": notice.group}
    if posting.listed:
        seq = yield from log.advance(room, event_id)
    else:
        seq = yield from log.head(room)
    before = Stored(*rows[0]) if rows else None
    row = _row(posting, before, seq, now_ms)
    yield PUT, row.values
    if notice.dedupe is not None:
        cause = {"recipient": row.recipient, "dedupe": notice.dedupe}
        yield ADD_CAUSE, {**cause, "notification": row.id, "created_ms": now_ms}
    # What is in no inbox can't be read there: only what comes behind it could be.
    happened = seq if posting.listed else seq + 1
    for values in _deliveries(posting, row, happened, now_ms):
        yield ADD_DELIVERY, values
    more = row.counts - (before.counts if before else 0)
    if not posting.listed:
        if not more:
            return row, []
        # It stands in the inbox from earlier, and is back with a right that was lost meanwhile.
        return row, (yield from _tell_of_time(row.recipient, now_ms, [row.id]))
    counted = yield from unread.add(row.recipient, more)
    later = posting.toast_ms
    data = NotificationNew(
        **row.fields,
        unread=counted,
        toast=posting.toast,
        toast_at=None if later is None else rfc3339(later / 1000),
    )
    drafted = _draft(room, "notification:new", event_id, data, notice.actor, now_ms)
    return row, [(yield from log.put(drafted, seq))]


def _row(posting: Posting, before: Stored | None, seq: int, now_ms: int) -> Stored:
    notice = posting.notice
    actors = _decode_actors(before.actors) if before else []
    old = before or Stored(
        id=secrets.token_urlsafe(_ID_BYTES),
        recipient=posting.recipient,
        group_key=notice.group,
        category=notice.category,
        type=notice.type,
        title="",
        message="",
        action_url=None,
        project=notice.project,
        document=notice.document,
        thread=notice.thread,
        actors="",
        count=0,
        last_event_seq=seq,
        read_up_to=0,
        seen_up_to=0,
        archived=0,
        snoozed_until_ms=None,
        listed=0,
        withdrawn=0,
        counts=0,
        reason="",
        created_ms=now_ms,
        updated_ms=now_ms,
    )
    row = replace(
        old,
        category=notice.category,
        type=notice.type,
        title=notice.title,
        message=notice.message,
        action_url=notice.action_url,
        project=notice.project,
        document=notice.document,
        thread=notice.thread,
        actors=encode(with_actor(actors, notice.actor)).decode(),
        count=old.count + 1,
        # What is only mailed makes nothing unread that was read.
        last_event_seq=seq if posting.listed else old.last_event_seq,
        archived=0 if posting.listed else old.archived,
        snoozed_until_ms=None if posting.listed else old.snoozed_until_ms,
        listed=int(posting.listed or old.listed),
        withdrawn=0,
        reason=f"{notice.reason} {posting.rule}".strip(),
        updated_ms=max(now_ms, old.updated_ms),
    )
    return replace(row, counts=int(row.is_counted))


def _deliveries(posting: Posting, row: Stored, seq: int, now_ms: int) -> Iterator[dict[str, Any]]:
    for one in posting.deliveries:
        yield {
            "id": secrets.token_urlsafe(_ID_BYTES),
            "recipient": row.recipient,
            "notification": row.id,
            "event_seq": seq,
            "channel": one.channel,
            "mode": one.mode,
            "rule": one.rule,
            "state": "pending",
            "due_ms": one.due_ms,
            "attempts": 0,
            "lease": None,
            "lease_until_ms": 0,
            "outcome": None,
            "created_ms": now_ms,
            "done_ms": None,
        }


def _draft(room: str, name: str, event_id: str, data: Any, actor: Actor, now_ms: int) -> Draft:
    content = msgspec.Raw(encode(data))
    return Draft(room=room, event=name, id=event_id, time_ms=now_ms, actor=actor, data=content)


# -- changing ------------------------------------------------------------------------------------------


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
    told = yield from _tell_changed(
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


def _tell_changed(
    recipient: str,
    by: Actor,
    now_ms: int,
    counted: int,
    *,
    ids: list[str] | None,
    up_to: int = 0,
    **fields: Any,
) -> Unit[list[StoredEvent]]:
    nothing = dict.fromkeys(("category", "project", "read", "seen", "archived", "snoozed_until"))
    data = NotificationChanged(**{**nothing, **fields}, ids=ids, up_to=up_to, unread=counted)
    event_id = secrets.token_hex(_ID_BYTES)
    room = user_room(recipient)
    drafted = _draft(room, "notification:changed", event_id, data, by, now_ms)
    return (yield from log.append_all([drafted]))


def _tell_of_time(
    recipient: str, now_ms: int, ids: list[str], **fields: Any
) -> Unit[list[StoredEvent]]:
    """Tell what nobody did: what was snoozed is back, or rows came and went as a whole."""
    counted = yield from unread.recount(recipient)
    return (yield from _tell_changed(recipient, SYSTEM_ACTOR, now_ms, counted, ids=ids, **fields))


def wake(now_ms: int, limit: int) -> Unit[Written[int | None]]:
    """Bring back what was snoozed until now."""
    due = yield DUE, {"now_ms": now_ms, "most": limit}
    theirs: dict[str, list[str]] = {}
    for recipient, one in due:
        theirs.setdefault(recipient, []).append(one)
        yield BRING_BACK, {"wanted": one, "now_ms": now_ms}
    told: list[StoredEvent] = []
    for recipient, ids in theirs.items():
        told += yield from _tell_of_time(recipient, now_ms, ids, snoozed_until="")
    [[following]] = yield NEXT_DUE, {}
    return Written(following, told)


def withdraw(recipient: str, project: str, hide: bool, now_ms: int) -> Unit[Written[None]]:
    """Take a project's notifications away, or give them back."""
    rows = yield HIDE, {"of": recipient, "of_project": project, "hide": int(hide)}
    if not rows:
        return Written(None)
    if hide:
        yield from _empty_log(recipient, project)
    ids = [row[0] for row in rows]
    return Written(None, (yield from _tell_of_time(recipient, now_ms, ids)))


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
        told += yield from _tell_of_time(recipient, now_ms, ids)
    return Written(max(len(rows), len(causes)), told)


# -- reading -------------------------------------------------------------------------------------------


def _page(recipient: str, search: Search, before: tuple[int, str], limit: int) -> Unit[InboxPage]:
    before_ms, before_id = before
    wanted = None if search.text is None else f"%{_escaped(search.text)}%"
    rows = yield (
        PAGES[search.box],
        {
            "of": recipient,
            "category": search.category,
            "type": search.type,
            "project": search.project,
            "text": wanted,
            "before_ms": before_ms,
            "before": before_id,
            "most": limit,
        },
    )
    last = Stored(*rows[-1]) if len(rows) == limit else None
    return InboxPage(
        items=[_notification(row) for row in rows],
        unread=(yield from unread.read(recipient)),
        following=None if last is None else (last.updated_ms, last.id),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _get(recipient: str, wanted: str) -> Unit[Notification | None]:
    rows = yield BY_ID, {"of": recipient, "wanted": wanted}
    if not rows:
        return None
    row = Stored(*rows[0])
    return Notification(**row.fields) if row.listed and not row.withdrawn else None


def _told(project: str) -> Unit[set[tuple[str, bool]]]:
    rows = yield TOLD_OF, {"of_project": project}
    return {(recipient, bool(withdrawn)) for recipient, withdrawn in rows}


def _projects() -> Unit[list[str]]:
    rows = yield PROJECTS, {}
    return [row[0] for row in rows]


class SqlInbox:
    """The port `Inbox` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def post(self, postings: Sequence[Posting], now_ms: int) -> list[Posted]:
        """Tell some people something."""
        return await self._executor.write(post(postings, now_ms))

    async def page(
        self, recipient: str, search: Search, before: tuple[int, str] | None, limit: int
    ) -> InboxPage:
        """List a person's notifications."""
        return await self._executor.read(_page(recipient, search, before or _NEWEST, limit))

    async def get(self, recipient: str, notification: str) -> Notification | None:
        """Find one."""
        return await self._executor.read(_get(recipient, notification))

    async def change(
        self, recipient: str, wanted: Wanted, change_: Change, by: Actor, now_ms: int
    ) -> int:
        """Change a person's notifications."""
        return await self._executor.write(change(recipient, wanted, change_, by, now_ms))

    async def wake(self, now_ms: int, limit: int) -> int | None:
        """Bring back what was snoozed until now."""
        return await self._executor.write(wake(now_ms, limit))

    async def withdraw(self, recipient: str, project: str, hide: bool, now_ms: int) -> None:
        """Take a project's notifications away, or give them back."""
        await self._executor.write(withdraw(recipient, project, hide, now_ms))

    async def told(self, project: str) -> set[tuple[str, bool]]:
        """Tell who was told something of a project, and what of that is withdrawn."""
        return await self._executor.read(_told(project))

    async def projects(self) -> list[str]:
        """Name the projects of which somebody was told something."""
        return await self._executor.read(_projects())

    async def forget(self, before_ms: int, now_ms: int, limit: int) -> int:
        """Forget what was not touched since."""
        return await self._executor.write(forget(before_ms, now_ms, limit))
