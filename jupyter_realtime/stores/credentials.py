"""Tokens and tickets, in SQL. Neither is ever kept as its owner holds it: `jti`s and digests only."""

from __future__ import annotations

import json

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from ..core.errors import LimitReached
from ..ports import MAX_TOKENS_PER_OWNER, TokenRecord
from .tables import ticket, token
from .units import Executor, Row, Unit, Written

ADD = insert(token)
BY_ID = select(token).where(token.c.id == bindparam("wanted"))
COUNT = select(func.count()).where(token.c.owner == bindparam("of"))
OF_OWNER = (
    select(token)
    .where(
        token.c.owner == bindparam("of"),
        or_(
            token.c.created_ms < bindparam("before_ms"),
            and_(token.c.created_ms == bindparam("before_ms"), token.c.id < bindparam("before")),
        ),
    )
    .order_by(token.c.created_ms.desc(), token.c.id.desc())
    .limit(bindparam("most"))
)
REVOKE = (
    update(token)
    .where(token.c.id == bindparam("wanted"), token.c.revoked_ms.is_(None))
    .values(revoked_ms=bindparam("now_ms"))
)
REVOKED = select(token.c.id).where(
    token.c.revoked_ms.is_not(None), token.c.expires_ms > bindparam("now_ms")
)
FORGET_TOKENS = delete(token).where(token.c.expires_ms <= bindparam("now_ms"))
ADD_TICKET = insert(ticket)
REDEEM = (
    delete(ticket)
    .where(ticket.c.digest == bindparam("wanted"))
    .returning(ticket.c.principal, ticket.c.expires_ms)
)
FORGET_TICKETS = delete(ticket).where(ticket.c.expires_ms <= bindparam("now_ms"))

# Behind every time and every id: a page that begins at the newest.
_NEWEST = (2**63 - 1, "")


def mint(record: TokenRecord) -> Unit[Written[None]]:
    """Keep a token's record, and forget those that have expired."""
    yield FORGET_TOKENS, {"now_ms": record.created_ms}
    [[count]] = yield COUNT, {"of": record.owner}
    # A server's own token is exempt: its kernels must not depend on how many others there are.
    if count >= MAX_TOKENS_PER_OWNER and record.scopes is not None:
        raise LimitReached(
            f"{record.owner} has {count} tokens, the most there may be; they go when they expire."
        )
    yield (
        ADD,
        {
            "id": record.id,
            "owner": record.owner,
            "label": record.label,
            "scopes": json.dumps(record.scopes),
            "created_ms": record.created_ms,
            "expires_ms": record.expires_ms,
            "revoked_ms": None,
        },
    )
    return Written(None)


def revoke(wanted: str, owner: str | None, now_ms: int) -> Unit[Written[bool]]:
    """Put a token on the deny-list, if it is the owner's."""
    rows = yield BY_ID, {"wanted": wanted}
    if not rows or (owner is not None and _record(rows[0]).owner != owner):
        return Written(False)
    yield REVOKE, {"wanted": wanted, "now_ms": now_ms}
    return Written(True)


def add_ticket(digest: str, principal: str, expires_ms: int, now_ms: int) -> Unit[Written[None]]:
    """Keep a ticket, and forget those that have expired."""
    yield FORGET_TICKETS, {"now_ms": now_ms}
    yield ADD_TICKET, {"digest": digest, "principal": principal, "expires_ms": expires_ms}
    return Written(None)


def redeem(digest: str, now_ms: int) -> Unit[Written[str | None]]:
    """Take a ticket away; whoever gets the row is the one who may use it."""
    rows = yield REDEEM, {"wanted": digest}
    if not rows:
        return Written(None)
    principal, expires_ms = rows[0]
    return Written(principal if expires_ms > now_ms else None)


def _page(owner: str, before: tuple[int, str], limit: int) -> Unit[list[TokenRecord]]:
    before_ms, before_id = before
    rows = yield (
        OF_OWNER,
        {"of": owner, "before_ms": before_ms, "before": before_id, "most": limit},
    )
    return [_record(row) for row in rows]


def _revoked(now_ms: int) -> Unit[frozenset[str]]:
    rows = yield REVOKED, {"now_ms": now_ms}
    return frozenset(row[0] for row in rows)


def _record(row: Row) -> TokenRecord:
    token_id, owner, label, scopes, created_ms, expires_ms, revoked_ms = row
    named = json.loads(scopes)
    return TokenRecord(
        id=token_id,
        owner=owner,
        label=label,
        scopes=None if named is None else tuple(named),
        created_ms=created_ms,
        expires_ms=expires_ms,
        revoked_ms=revoked_ms,
    )


class SqlCredentials:
    """The port `Credentials` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def mint(self, record: TokenRecord) -> None:
        """Keep a new token's record."""
        await self._executor.write(mint(record))

    async def tokens(
        self, owner: str, before: tuple[int, str] | None, limit: int
    ) -> list[TokenRecord]:
        """List an owner's tokens, the newest first."""
        return await self._executor.read(_page(owner, before or _NEWEST, limit))

    async def revoke(self, token_id: str, owner: str | None, now_ms: int) -> bool:
        """Put a token on the deny-list."""
        return await self._executor.write(revoke(token_id, owner, now_ms))

    async def revoked(self, now_ms: int) -> frozenset[str]:
        """Read the deny-list."""
        return await self._executor.read(_revoked(now_ms))

    async def add_ticket(self, digest: str, principal: str, expires_ms: int, now_ms: int) -> None:
        """Keep a ticket."""
        await self._executor.write(add_ticket(digest, principal, expires_ms, now_ms))

    async def redeem(self, digest: str, now_ms: int) -> str | None:
        """Take a ticket away."""
        return await self._executor.write(redeem(digest, now_ms))
