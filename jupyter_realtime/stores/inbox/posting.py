"""Telling somebody something: a row, its event, and what is to go out by mail and push, in one unit."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    bindparam,
    select,
)

from ...core.codec import encode
from ...core.events import NotificationNew
from ...core.log import StoredEvent
from ...core.notifications import with_actor
from ...core.rooms import user_room
from ...core.times import rfc3339
from ...ports import Posted, Posting
from .. import log, unread
from ..dialects import insert
from ..outgoing import ADD, outgoing
from ..tables import notification, notification_cause
from ..units import Unit, Written
from .changing import tell_of_time
from .row import (
    ID_BYTES,
    MINE,
    Stored,
    decode_actors,
    drafted,
)

FIND_CAUSE = select(notification_cause.c.notification).where(
    notification_cause.c.recipient == bindparam("of"),
    notification_cause.c.dedupe == bindparam("cause"),
)
ADD_CAUSE = insert(notification_cause)
BY_GROUP = select(notification).where(MINE, notification.c.group_key == bindparam("in_group"))
_put = insert(notification)
PUT = _put.on_conflict_do_update(
    index_elements=[notification.c.id],
    set_={
        column.name: _put.excluded[column.name]
        for column in notification.columns
        if column.name not in ("id", "recipient", "group_key", "created_ms")
    },
)


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
    event_id = secrets.token_hex(ID_BYTES)
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
        yield ADD, values
    more = row.counts - (before.counts if before else 0)
    if not posting.listed:
        if not more:
            return row, []
        # It stands in the inbox from earlier, and is back with a right that was lost meanwhile.
        return row, (yield from tell_of_time(row.recipient, now_ms, [row.id]))
    counted = yield from unread.add(row.recipient, more)
    later = posting.toast_ms
    data = NotificationNew(
        **row.fields,
        unread=counted,
        toast=posting.toast,
        toast_at=None if later is None else rfc3339(later / 1000),
    )
    event = drafted(room, "notification:new", event_id, data, notice.actor, now_ms)
    return row, [(yield from log.put(event, seq))]


def _row(posting: Posting, before: Stored | None, seq: int, now_ms: int) -> Stored:
    notice = posting.notice
    actors = decode_actors(before.actors) if before else []
    old = before or Stored(
        id=secrets.token_urlsafe(ID_BYTES),
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
        yield outgoing(
            recipient=row.recipient,
            notification=row.id,
            event_seq=seq,
            channel=one.channel,
            mode=one.mode,
            rule=one.rule,
            due_ms=one.due_ms,
            now_ms=now_ms,
        )
