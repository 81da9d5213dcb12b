"""That somebody has come by, what they were told, how they want it, and how it reaches them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, delete, select, update

from ...core.actors import Actor, former, is_persons
from ...core.codec import encode
from ...core.push import service_of
from ...core.times import rfc3339
from .. import unread
from ..push import decode_body
from ..tables import (
    announcement,
    delivery,
    document_visit,
    mail_address,
    mail_link,
    notification,
    notification_cause,
    person,
    preference,
    push_subscription,
    sighting,
)
from ..units import Unit
from .section import (
    MAX_ROWS_A_STEP,
    MAX_ROWS_LOOKED_AT,
    Found,
    Key,
    Section,
    decode_actor,
    end_of,
    quoted,
)

COME_BY = select(person).where(person.c.name == bindparam("person"))
FORGET_COME_BY = delete(person).where(person.c.name == bindparam("person"))

# What goes into an export: all of a row but what says nothing to a person.
_SHOWN = ("id", "category", "type", "title", "message", "action_url", "project", "reason")
LOOK_AT_TOLD = (
    select(*(notification.c[name] for name in _SHOWN), notification.c.created_ms)
    .where(notification.c.recipient == bindparam("person"), notification.c.id > bindparam("after"))
    .order_by(notification.c.id)
    .limit(MAX_ROWS_A_STEP)
)
FORGET_TOLD = delete(notification).where(notification.c.id == bindparam("wanted"))
FORGET_CAUSES = delete(notification_cause).where(
    notification_cause.c.recipient == bindparam("person")
)
FORGET_DELIVERIES = delete(delivery).where(delivery.c.recipient == bindparam("person"))

LOOK_AT_NAMED = (
    select(notification.c.id, notification.c.actors)
    .where(notification.c.id > bindparam("after"))
    .order_by(notification.c.id)
    .limit(MAX_ROWS_LOOKED_AT)
)
CHANGE_NAMED = (
    update(notification)
    .where(notification.c.id == bindparam("wanted"))
    .values(actors=bindparam("by"))
)
LOOK_AT_ANNOUNCED = select(announcement.c.id, announcement.c.title, announcement.c.actor)
CHANGE_ANNOUNCED = (
    update(announcement)
    .where(announcement.c.id == bindparam("wanted"))
    .values(actor=bindparam("by"))
)

_decode_actors = msgspec.json.Decoder(list[Actor]).decode


def _find_come_by(named: str, _after: Key | None) -> Unit[Found]:
    rows = yield COME_BY, {"person": named}
    return Found(
        [
            (
                (name,),
                {"actor": msgspec.Raw(actor.encode()), "last_seen": rfc3339(seen_ms / 1000)},
            )
            for name, actor, _groups, seen_ms in rows
        ],
        None,
    )


def _erase_come_by(named: str, _found: Found, _now_ms: int) -> Unit[None]:
    yield FORGET_COME_BY, {"person": named}


SEEN = select(sighting.c.project, sighting.c.seen_ms).where(sighting.c.person == bindparam("named"))
FORGET_SEEN = delete(sighting).where(sighting.c.person == bindparam("named"))


def _find_seen(named: str, _after: Key | None) -> Unit[Found]:
    rows = yield SEEN, {"named": named}
    return Found(
        [
            ((project,), {"project": project, "last_seen": rfc3339(seen_ms / 1000)})
            for project, seen_ms in rows
        ],
        None,
    )


def _erase_seen(named: str, _found: Found, _now_ms: int) -> Unit[None]:
    yield FORGET_SEEN, {"named": named}


VISITS = select(document_visit.c.document, document_visit.c.seen_ms).where(
    document_visit.c.person == bindparam("named")
)
FORGET_VISITS = delete(document_visit).where(document_visit.c.person == bindparam("named"))


def _find_visits(named: str, _after: Key | None) -> Unit[Found]:
    rows = yield VISITS, {"named": named}
    return Found(
        [
            ((document,), {"document": document, "last_seen": rfc3339(seen_ms / 1000)})
            for document, seen_ms in rows
        ],
        None,
    )


def _erase_visits(named: str, _found: Found, _now_ms: int) -> Unit[None]:
    yield FORGET_VISITS, {"named": named}


def _find_told(named: str, after: Key | None) -> Unit[Found]:
    rows = yield LOOK_AT_TOLD, {"person": named, "after": after[0] if after else ""}
    found: list[tuple[Key, dict[str, Any]]] = [
        (
            (row[0],),
            {**dict(zip(_SHOWN, row, strict=False)), "created_at": rfc3339(row[-1] / 1000)},
        )
        for row in rows
    ]
    return Found(found, end_of(rows, MAX_ROWS_A_STEP, 1))


def _erase_told(named: str, found: Found, _now_ms: int) -> Unit[None]:
    for (one,), _ in found.rows:
        yield FORGET_TOLD, {"wanted": one}
    yield from unread.forget(named)
    yield FORGET_CAUSES, {"person": named}
    yield FORGET_DELIVERIES, {"person": named}


def _find_named(named: str, after: Key | None) -> Unit[Found]:
    """Find what others were told that says who did it."""
    looked_at = yield LOOK_AT_NAMED, {"after": after[0] if after else ""}
    name = quoted(named)
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((one, actors), {"notification": one})
        for one, actors in looked_at
        if name in actors and any(is_persons(actor, named) for actor in _decode_actors(actors))
    ]
    return Found(rows, end_of(looked_at, MAX_ROWS_LOOKED_AT, 1))


def _erase_named(named: str, found: Found, _now_ms: int) -> Unit[None]:
    for (one, actors), _ in found.rows:
        left = [former(by) if is_persons(by, named) else by for by in _decode_actors(actors)]
        yield CHANGE_NAMED, {"wanted": one, "by": encode(left).decode()}


def _find_announced(named: str, _after: Key | None) -> Unit[Found]:
    rows = yield LOOK_AT_ANNOUNCED, {}
    return Found(
        [
            ((one, actor), {"id": one, "title": title})
            for one, title, actor in rows
            if is_persons(decode_actor(actor), named)
        ],
        None,
    )


def _erase_announced(_named: str, found: Found, _now_ms: int) -> Unit[None]:
    for (one, actor), _ in found.rows:
        yield CHANGE_ANNOUNCED, {"wanted": one, "by": encode(former(decode_actor(actor))).decode()}


BROWSERS = select(push_subscription).where(push_subscription.c.person == bindparam("named"))
FORGET_BROWSERS = delete(push_subscription).where(push_subscription.c.person == bindparam("named"))


def _find_browsers(named: str, _after: Key | None) -> Unit[Found]:
    """Find browsers, without what lets somebody push to them: their keys, and their full address."""
    rows = yield BROWSERS, {"named": named}
    return Found([((row[0],), _browser(*row[2:])) for row in rows], None)


def _browser(body: str, created_ms: int) -> dict[str, Any]:
    kept = decode_body(body)
    return {
        "label": kept.label,
        "service": service_of(kept.subscription.endpoint),
        "created_at": rfc3339(created_ms / 1000),
    }


def _erase_browsers(named: str, _found: Found, _now_ms: int) -> Unit[None]:
    yield FORGET_BROWSERS, {"named": named}


def _theirs(name: str, table: Table, *shown: str) -> Section:
    """Make the section of a table whose column `person` says whose a row is; only some of it is shown."""
    [key] = table.primary_key.columns
    look = select(key, *(table.c[column] for column in shown)).where(
        table.c.person == bindparam("named")
    )
    forget = delete(table).where(table.c.person == bindparam("named"))

    def find(named: str, _after: Key | None) -> Unit[Found]:
        rows = yield look, {"named": named}
        return Found([((row[0],), dict(zip(shown, row[1:], strict=True))) for row in rows], None)

    def erase(named: str, _found: Found, _now_ms: int) -> Unit[None]:
        yield forget, {"named": named}

    return Section(name, find, erase)


SECTIONS = (
    Section("last_seen", _find_come_by, _erase_come_by),
    Section("seen_in_projects", _find_seen, _erase_seen),
    Section("seen_at_documents", _find_visits, _erase_visits),
    Section("notifications", _find_told, _erase_told, always=True),
    Section("named_in_notifications", _find_named, _erase_named),
    Section("announcements", _find_announced, _erase_announced),
    _theirs("preferences", preference, "body"),
    _theirs("mail_addresses", mail_address, "address", "confirmed", "in_use"),
    _theirs("mail_links", mail_link, "purpose", "created_ms"),
    Section("push_subscriptions", _find_browsers, _erase_browsers),
)
