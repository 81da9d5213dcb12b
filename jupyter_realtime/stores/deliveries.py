"""What waits to go out by mail and push, in SQL.

Theory of operation
-------------------
A row is claimed by writing into it who has it (`lease`) and until when. The first part of a lease is the
parcel's id. It stays in the row while nobody knows whether the parcel has arrived: after its holder was
killed, or when the mail server vanished before it answered. Such rows are claimed together again, under the
same id, so that the other side can tell that it has it already. Where a parcel surely has not arrived, its
rows are let go of, and go out with whatever else has become due meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from ..core.deliveries import WAYS, DeliveryMode, DeliveryState, Way
from ..core.notifications import Notification
from ..ports import DeliveryRecord, Outcome, Parcel, Revision, Waiting
from ..ports.deliveries import Item
from .inbox import Stored
from .outgoing import ADD, outgoing
from .tables import delivery, notification
from .units import Executor, Row, Unit, Written

_ID_BYTES = 9
# As a literal, so that the index of what is pending is used.
_PENDING = delivery.c.state == literal_column("'pending'")
_WAYS = or_(*(and_(delivery.c.channel == way, bindparam(way, type_=Integer) == 1) for way in WAYS))
_FREE_FROM = case(
    (delivery.c.due_ms >= delivery.c.lease_until_ms, delivery.c.due_ms),
    else_=delivery.c.lease_until_ms,
)
_CLAIMABLE = and_(
    _PENDING,
    delivery.c.due_ms <= bindparam("now_ms"),
    delivery.c.lease_until_ms <= bindparam("now_ms"),
)
_to_one = and_(delivery.c.recipient == bindparam("of"), delivery.c.channel == bindparam("way"))

NEXT_DUE = select(func.min(_FREE_FROM)).where(_PENDING, _WAYS)
DUE_TO = (
    select(delivery.c.recipient, delivery.c.channel)
    .where(_CLAIMABLE, _WAYS)
    .group_by(delivery.c.recipient, delivery.c.channel)
    .order_by(func.min(delivery.c.due_ms))
    .limit(bindparam("most"))
)
_ITEM = (
    delivery.c.id,
    delivery.c.channel,
    delivery.c.mode,
    delivery.c.rule,
    delivery.c.event_seq,
    delivery.c.due_ms,
    delivery.c.attempts,
    delivery.c.lease,
)
_items = (
    select(*_ITEM, notification)
    .outerjoin(notification, notification.c.id == delivery.c.notification)
    # Of what happened in one millisecond the events' places say what came first.
    .order_by(delivery.c.created_ms, delivery.c.event_seq, delivery.c.id)
)
CLAIMABLE = _items.where(_CLAIMABLE, _to_one)
WAITING = _items.where(
    _PENDING, delivery.c.recipient == bindparam("of"), delivery.c.lease.is_(None)
)
# Until when something waits for being tried again: what becomes due meanwhile waits with it.
TRIED_AGAIN = select(func.min(delivery.c.due_ms)).where(
    _PENDING,
    _to_one,
    delivery.c.attempts > 0,
    delivery.c.due_ms > bindparam("now_ms"),
    delivery.c.lease_until_ms <= bindparam("now_ms"),
)
# When the last parcel to somebody went out, or was claimed and is under way; a lease says until when.
_claimed_ms = delivery.c.lease_until_ms - bindparam("lease_ms")
WENT_OUT = select(func.max(case((_PENDING, _claimed_ms), else_=delivery.c.done_ms))).where(
    _to_one,
    or_(
        and_(delivery.c.state == "sent", delivery.c.done_ms > bindparam("since_ms")),
        and_(_PENDING, _claimed_ms > bindparam("since_ms")),
    ),
)
_one = update(delivery).where(delivery.c.id == bindparam("wanted"), _PENDING)
CLAIM = _one.values(
    lease=bindparam("by"), lease_until_ms=bindparam("until_ms"), attempts=delivery.c.attempts + 1
)
POSTPONE = _one.values(due_ms=bindparam("then_ms"))
_over: dict[str, Any] = {
    "state": bindparam("as_state"),
    "outcome": bindparam("words"),
    "done_ms": bindparam("now_ms"),
}
SKIP = _one.values(**_over, lease=null(), lease_until_ms=0)
_held = _one.where(delivery.c.lease == bindparam("by"))
FINISH = _held.values(**_over, lease=null(), lease_until_ms=0).returning(delivery.c.id)
RETRY = _held.values(
    due_ms=bindparam("then_ms"),
    outcome=bindparam("words"),
    attempts=delivery.c.attempts - bindparam("untried"),
    lease=bindparam("kept"),
    lease_until_ms=0,
).returning(delivery.c.id)
REVISE = _one.where(delivery.c.lease.is_(None)).values(
    mode=bindparam("to_mode"), rule=bindparam("by_rule"), due_ms=bindparam("then_ms")
)
UNWANTED = _one.where(delivery.c.lease.is_(None)).values(**_over)
REVIVE = (
    update(delivery)
    .where(delivery.c.id == bindparam("wanted"), delivery.c.state == "dead")
    .values(
        state="pending",
        due_ms=bindparam("now_ms"),
        attempts=0,
        lease=null(),
        lease_until_ms=0,
        done_ms=null(),
    )
    .returning(delivery.c.id)
)

_mail = delivery.alias("mail")
# What a mail in place of a push would tell; nothing where one tells it anyway.
UNMAILED = select(delivery.c.recipient, delivery.c.notification, delivery.c.event_seq).where(
    delivery.c.id == bindparam("wanted"),
    ~exists(
        select(_mail.c.id).where(
            _mail.c.notification == delivery.c.notification,
            _mail.c.channel == "email",
            or_(_mail.c.state == "pending", _mail.c.state == "sent"),
            _mail.c.event_seq >= delivery.c.event_seq,
        )
    ),
)

_RECORD = (
    delivery.c.id,
    delivery.c.recipient,
    delivery.c.notification,
    delivery.c.channel,
    delivery.c.mode,
    delivery.c.rule,
    delivery.c.state,
    delivery.c.attempts,
    delivery.c.outcome,
    delivery.c.created_ms,
    delivery.c.due_ms,
    delivery.c.done_ms,
)
_newest_first = select(*_RECORD).order_by(delivery.c.created_ms.desc(), delivery.c.id.desc())
OF = _newest_first.where(
    delivery.c.notification == bindparam("told"), delivery.c.recipient == bindparam("of")
)
IN_STATE = _newest_first.where(
    delivery.c.state == bindparam("in_state"),
    or_(
        delivery.c.created_ms < bindparam("before_ms"),
        and_(delivery.c.created_ms == bindparam("before_ms"), delivery.c.id < bindparam("before")),
    ),
).limit(bindparam("most"))
_NEWEST = (2**63 - 1, "")


@dataclass(frozen=True)
class _Row:
    """A delivery, and the notification that it tells, None where that is forgotten."""

    id: str
    way: Way
    mode: DeliveryMode
    rule: str
    event_seq: int
    due_ms: int
    attempts: int
    lease: str | None
    told: Stored | None

    @property
    def parcel(self) -> str | None:
        """Of which parcel it is, where that may have arrived."""
        return None if self.lease is None else self.lease.partition(":")[0]

    @property
    def needless(self) -> str | None:
        """Why it need not go out any more; None if it has to."""
        told = self.told
        if told is None:
            return "It was removed from your inbox."
        if told.withdrawn:
            return "You may no longer see what it is about."
        if told.listed and told.archived:
            return "You had archived it."
        if told.listed and told.read_up_to >= self.event_seq:
            return "You had read it."
        return None


def _rows(found: Iterable[Row]) -> list[_Row]:
    split = len(_ITEM)
    return [
        _Row(*[*row[:split], None if row[split] is None else Stored(*row[split:])]) for row in found
    ]


def _flags(ways: Collection[Way]) -> dict[str, int]:
    return {way: int(way in ways) for way in WAYS}


# -- claiming ------------------------------------------------------------------------------------------


def claim(
    ways: Collection[Way], now_ms: int, until_ms: int, limit: int, mails_apart_ms: int
) -> Unit[Written[list[Parcel]]]:
    """Take on what is due."""
    people = yield DUE_TO, {**_flags(ways), "now_ms": now_ms, "most": limit}
    claimed: list[Parcel] = []
    for recipient, way in people:
        to_one = {"of": recipient, "way": way, "now_ms": now_ms}
        [[wait_ms]] = yield TRIED_AGAIN, to_one
        if way == "email" and wait_ms is None:
            since = {"since_ms": now_ms - mails_apart_ms, "lease_ms": until_ms - now_ms}
            [[last_ms]] = yield WENT_OUT, {"of": recipient, "way": way, **since}
            wait_ms = None if last_ms is None else last_ms + mails_apart_ms
        found = yield CLAIMABLE, to_one
        due = yield from _still_due(_rows(found), wait_ms, now_ms)
        for before, rows in _parcels(due).items():
            parcel = before or secrets.token_urlsafe(_ID_BYTES)
            lease = f"{parcel}:{secrets.token_urlsafe(_ID_BYTES)}"
            for row in rows:
                yield CLAIM, {"wanted": row.id, "by": lease, "until_ms": until_ms}
            claimed.append(
                Parcel(
                    id=parcel,
                    lease=lease,
                    recipient=recipient,
                    way=way,
                    attempts=1 + max(row.attempts for row in rows),
                    may_have_arrived=before is not None,
                    items=[_item(row) for row in rows],
                )
            )
    return Written(claimed)


def _still_due(rows: Sequence[_Row], wait_ms: int | None, now_ms: int) -> Unit[list[_Row]]:
    """Leave out what need not go out any more, and what has to wait."""
    due: list[_Row] = []
    for row in rows:
        told, needless = row.told, row.needless
        if needless is not None or told is None:
            over = {"as_state": "skipped", "words": needless, "now_ms": now_ms}
            yield SKIP, {"wanted": row.id, **over}
        elif told.snoozed_until_ms is not None and told.snoozed_until_ms > now_ms:
            yield POSTPONE, {"wanted": row.id, "then_ms": told.snoozed_until_ms}
        elif wait_ms is not None:
            yield POSTPONE, {"wanted": row.id, "then_ms": wait_ms}
        else:
            due.append(row)
    return due


def _parcels(rows: Sequence[_Row]) -> dict[str | None, list[_Row]]:
    """Put rows into parcels: those that may have arrived as they were, all others into one."""
    parcels: dict[str | None, list[_Row]] = {}
    for row in rows:
        parcels.setdefault(row.parcel, []).append(row)
    return parcels


def _item(row: _Row) -> Item:
    told = _told(row)
    return Item(row.id, row.mode, row.rule, Notification(**told.fields), told.document)


def _told(row: _Row) -> Stored:
    if row.told is None:
        raise LookupError(f"The delivery {row.id} tells nothing.")
    return row.told


# -- settling ------------------------------------------------------------------------------------------


def settle(parcel: Parcel, outcomes: Sequence[Outcome], now_ms: int) -> Unit[Written[bool]]:
    """Say what has become of a parcel."""
    held = True
    for outcome in outcomes:
        mine = {"wanted": outcome.id, "by": parcel.lease, "words": outcome.words}
        if outcome.state == "pending":
            again = {
                "then_ms": outcome.due_ms,
                "untried": int(not outcome.tried),
                "kept": f"{parcel.id}:" if outcome.keep else None,
            }
            rows = yield RETRY, {**mine, **again}
        else:
            rows = yield FINISH, {**mine, "as_state": outcome.state, "now_ms": now_ms}
        held = held and bool(rows)
        if rows and outcome.instead is not None:
            yield from _mail_instead(outcome.id, outcome.instead, now_ms)
    return Written(held)


def _mail_instead(wanted: str, rule: str, now_ms: int) -> Unit[None]:
    rows = yield UNMAILED, {"wanted": wanted}
    for recipient, told, event_seq in rows:
        row = outgoing(
            recipient=recipient,
            notification=told,
            event_seq=event_seq,
            channel="email",
            mode="instead",
            rule=rule,
            due_ms=now_ms,
            now_ms=now_ms,
        )
        yield ADD, row


def revise(revisions: Sequence[Revision], now_ms: int) -> Unit[Written[None]]:
    """Change what waits."""
    for one in revisions:
        if one.due_ms is None:
            over = {"as_state": "skipped", "words": one.rule, "now_ms": now_ms}
            yield UNWANTED, {"wanted": one.id, **over}
        else:
            decided = {"to_mode": one.mode, "by_rule": one.rule, "then_ms": one.due_ms}
            yield REVISE, {"wanted": one.id, **decided}
    return Written(None)


def revive(wanted: str, now_ms: int) -> Unit[Written[bool]]:
    """Try a dead one again."""
    rows = yield REVIVE, {"wanted": wanted, "now_ms": now_ms}
    return Written(bool(rows))


# -- reading -------------------------------------------------------------------------------------------


def _next_due(ways: Collection[Way]) -> Unit[int | None]:
    [[due_ms]] = yield NEXT_DUE, _flags(ways)
    return None if due_ms is None else int(due_ms)


def _waiting(recipient: str) -> Unit[list[Waiting]]:
    rows = yield WAITING, {"of": recipient}
    return [
        Waiting(
            id=row.id,
            way=row.way,
            mode=row.mode,
            attempts=row.attempts,
            due_ms=row.due_ms,
            notification=Notification(**row.told.fields),
            document=row.told.document,
        )
        for row in _rows(rows)
        if row.told is not None
    ]


def _of(recipient: str, told: str) -> Unit[list[DeliveryRecord]]:
    rows = yield OF, {"of": recipient, "told": told}
    return [DeliveryRecord(*row) for row in rows]


def _in_state(state: str, before: tuple[int, str], limit: int) -> Unit[list[DeliveryRecord]]:
    behind = {"before_ms": before[0], "before": before[1]}
    rows = yield IN_STATE, {"in_state": state, "most": limit, **behind}
    return [DeliveryRecord(*row) for row in rows]


class SqlDeliveries:
    """The port `Deliveries` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def next_due(self, ways: Collection[Way]) -> int | None:
        """Tell when the next one can be claimed."""
        return await self._executor.read(_next_due(ways))

    async def claim(
        self,
        ways: Collection[Way],
        now_ms: int,
        until_ms: int,
        limit: int,
        mails_apart_ms: int = 0,
    ) -> list[Parcel]:
        """Take on what is due."""
        return await self._executor.write(claim(ways, now_ms, until_ms, limit, mails_apart_ms))

    async def settle(self, parcel: Parcel, outcomes: Sequence[Outcome], now_ms: int) -> bool:
        """Say what has become of a parcel."""
        return await self._executor.write(settle(parcel, outcomes, now_ms))

    async def waiting(self, recipient: str) -> list[Waiting]:
        """List what waits for somebody."""
        return await self._executor.read(_waiting(recipient))

    async def revise(self, revisions: Sequence[Revision], now_ms: int) -> None:
        """Change what waits."""
        await self._executor.write(revise(revisions, now_ms))

    async def of(self, recipient: str, notification: str) -> list[DeliveryRecord]:
        """Tell by what a notification went out."""
        return await self._executor.read(_of(recipient, notification))

    async def in_state(
        self, state: DeliveryState, before: tuple[int, str] | None, limit: int
    ) -> list[DeliveryRecord]:
        """List all in a state."""
        return await self._executor.read(_in_state(state, before or _NEWEST, limit))

    async def revive(self, delivery: str, now_ms: int) -> bool:
        """Try a dead one again."""
        return await self._executor.write(revive(delivery, now_ms))
