"""Browsers that take pushes, in SQL."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import bindparam, delete, select

from ..core.codec import encode
from ..core.push import PushSubscription
from ..ports import Browser
from .dialects import insert
from .tables import push_subscription as table
from .units import Executor, Row, Unit, Written

_put = insert(table)
PUT = _put.on_conflict_do_update(
    index_elements=[table.c.digest],
    set_={name: _put.excluded[name] for name in ("person", "body", "created_ms")},
)
OLDEST_BEYOND = (
    select(table.c.digest)
    .where(table.c.person == bindparam("named"))
    .order_by(table.c.created_ms.desc(), table.c.digest)
    .offset(bindparam("most"))
)
FORGET = (
    delete(table)
    .where(table.c.digest == bindparam("wanted"), table.c.person == bindparam("named"))
    .returning(table.c.digest)
)
NAMES_A_QUERY = 500


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a row keeps beside its keys."""

    subscription: PushSubscription
    label: str


decode_body = msgspec.json.Decoder(Body).decode


def put(browser: Browser, most: int) -> Unit[Written[None]]:
    """Keep one, and forget the oldest beyond so many."""
    body = encode(Body(subscription=browser.subscription, label=browser.label)).decode()
    yield (
        PUT,
        {
            "digest": browser.id,
            "person": browser.person,
            "body": body,
            "created_ms": browser.created_ms,
        },
    )
    rows = yield OLDEST_BEYOND, {"named": browser.person, "most": most}
    for (digest,) in rows:
        yield FORGET, {"wanted": digest, "named": browser.person}
    return Written(None)


def _of(people: Collection[str]) -> Unit[list[Browser]]:
    found: list[Browser] = []
    wanted = sorted(people)
    for begin in range(0, len(wanted), NAMES_A_QUERY):
        some = wanted[begin : begin + NAMES_A_QUERY]
        rows = yield (
            select(table).where(table.c.person.in_(some)).order_by(table.c.created_ms),
            {},
        )
        found += [_browser(row) for row in rows]
    return found


def forget(person: str, browser: str) -> Unit[Written[bool]]:
    """Forget one of somebody's."""
    rows = yield FORGET, {"wanted": browser, "named": person}
    return Written(bool(rows))


def _browser(row: Row) -> Browser:
    digest, person, body, created_ms = row
    kept = decode_body(body)
    return Browser(digest, person, kept.subscription, kept.label, created_ms)


class SqlBrowsers:
    """The port `Browsers` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def put(self, browser: Browser, most: int) -> None:
        """Keep one, of at most so many of that person's."""
        await self._executor.write(put(browser, most))

    async def of(self, people: Collection[str]) -> list[Browser]:
        """List those of some people, the oldest first."""
        return await self._executor.read(_of(people))

    async def forget(self, person: str, browser: str) -> bool:
        """Forget one of somebody's."""
        return await self._executor.write(forget(person, browser))
