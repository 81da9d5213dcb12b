"""Where mails go, and what the links in them do, in SQL."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, case, delete, null, select, update

from ..ports.deliveries import Address, Link
from .dialects import insert
from .tables import mail_address, mail_link
from .units import Executor, Unit, Written

_put = insert(mail_address)
PUT = _put.on_conflict_do_update(
    index_elements=[mail_address.c.person],
    set_={
        "address": _put.excluded.address,
        "confirmed": _put.excluded.confirmed,
        "in_use": case(
            (mail_address.c.confirmed == 1, mail_address.c.address), else_=mail_address.c.in_use
        ),
    },
)
KEEP = (
    update(mail_address)
    .where(mail_address.c.person == bindparam("named"), mail_address.c.in_use.is_not(None))
    .values(address=mail_address.c.in_use, confirmed=1, in_use=null())
)
REMOVE = delete(mail_address).where(mail_address.c.person == bindparam("named"))
ADD_LINK = insert(mail_link)
LINK = select(mail_link.c.person, mail_link.c.purpose, mail_link.c.category).where(
    mail_link.c.digest == bindparam("wanted")
)
# Those that were sent to another address.
FORGET_CONFIRMATIONS = delete(mail_link).where(
    mail_link.c.person == bindparam("named"), mail_link.c.purpose == "confirm"
)
CONFIRM = (
    update(mail_address)
    .where(
        mail_address.c.person
        == select(mail_link.c.person)
        .where(mail_link.c.digest == bindparam("wanted"), mail_link.c.purpose == "confirm")
        .scalar_subquery()
    )
    .values(confirmed=1, in_use=null())
    .returning(mail_address.c.address)
)
FORGET = delete(mail_link).where(mail_link.c.created_ms < bindparam("before_ms"))
NAMES_A_QUERY = 500


def _of(people: Collection[str]) -> Unit[dict[str, Address]]:
    found: dict[str, Address] = {}
    wanted = sorted(people)
    for begin in range(0, len(wanted), NAMES_A_QUERY):
        some = wanted[begin : begin + NAMES_A_QUERY]
        rows = yield select(mail_address).where(mail_address.c.person.in_(some)), {}
        found |= {
            person: Address(one, bool(confirmed), old) for person, one, confirmed, old in rows
        }
    return found


def put(person: str, address: str, digest: str, now_ms: int) -> Unit[Written[None]]:
    """Keep an address that is not confirmed, and the link that confirms it."""
    yield PUT, {"person": person, "address": address, "confirmed": 0, "in_use": None}
    yield FORGET_CONFIRMATIONS, {"named": person}
    yield from _add_link(digest, Link(person, "confirm", None), now_ms)
    return Written(None)


def _add_link(digest: str, link: Link, now_ms: int) -> Unit[None]:
    does = {"person": link.person, "purpose": link.purpose, "category": link.category}
    yield ADD_LINK, {"digest": digest, "created_ms": now_ms, **does}


def add_link(digest: str, link: Link, now_ms: int, since_ms: int) -> Unit[Written[None]]:
    """Keep what a link does, and forget older ones."""
    yield FORGET, {"before_ms": since_ms}
    yield from _add_link(digest, link, now_ms)
    return Written(None)


def keep(person: str) -> Unit[Written[None]]:
    """Stay with the address in use."""
    yield KEEP, {"named": person}
    yield FORGET_CONFIRMATIONS, {"named": person}
    return Written(None)


def remove(person: str) -> Unit[Written[None]]:
    """Forget somebody's address."""
    yield REMOVE, {"named": person}
    yield FORGET_CONFIRMATIONS, {"named": person}
    return Written(None)


def confirm(digest: str) -> Unit[Written[str | None]]:
    """Confirm the address that a link is for."""
    rows = yield CONFIRM, {"wanted": digest}
    return Written(str(rows[0][0]) if rows else None)


def _link(digest: str) -> Unit[Link | None]:
    rows = yield LINK, {"wanted": digest}
    return Link(*rows[0]) if rows else None


class SqlMailboxes:
    """The port `Mailboxes` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def of(self, people: Collection[str]) -> dict[str, Address]:
        """Find what several people have settled."""
        return await self._executor.read(_of(people))

    async def put(self, person: str, address: str, digest: str, now_ms: int) -> None:
        """Keep an address that is not confirmed, and the link that confirms it."""
        await self._executor.write(put(person, address, digest, now_ms))

    async def keep(self, person: str) -> None:
        """Stay with the address in use."""
        await self._executor.write(keep(person))

    async def remove(self, person: str) -> None:
        """Forget somebody's address."""
        await self._executor.write(remove(person))

    async def confirm(self, digest: str) -> str | None:
        """Confirm the address that a link is for."""
        return await self._executor.write(confirm(digest))

    async def add_link(self, digest: str, link: Link, now_ms: int, since_ms: int) -> None:
        """Keep what a link does, and forget older ones."""
        await self._executor.write(add_link(digest, link, now_ms, since_ms))

    async def link(self, digest: str) -> Link | None:
        """Find out what a link does."""
        return await self._executor.read(_link(digest))
