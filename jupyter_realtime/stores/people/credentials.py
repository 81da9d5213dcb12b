"""Roles that somebody was given, and their tokens and tickets."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from sqlalchemy import BigInteger, bindparam, delete, func, select, update

from ...core.times import rfc3339
from ..tables import member, ticket, token
from ..units import Row, Unit
from .section import Found, Key, Section

_is_row_of_theirs = (member.c.kind == "user", member.c.name == bindparam("person"))
ROLES = select(member.c.project, member.c.role).where(*_is_row_of_theirs)
FORGET_ROLE = delete(member).where(*_is_row_of_theirs, member.c.project == bindparam("of"))

TOKENS = select(token).where(token.c.owner == bindparam("person")).order_by(token.c.created_ms)
# The row stays on the deny-list, or the token would be good again; it says no longer whose it was.
REVOKE_TOKENS = (
    update(token)
    .where(token.c.owner == bindparam("person"))
    .values(
        owner="",
        label="",
        scopes="[]",
        revoked_ms=func.coalesce(token.c.revoked_ms, bindparam("now_ms", type_=BigInteger)),
    )
)

TICKETS = select(ticket)
FORGET_TICKET = delete(ticket).where(ticket.c.digest == bindparam("wanted"))


def _find_roles(person: str, _after: Key | None) -> Unit[Found]:
    rows = yield ROLES, {"person": person}
    return Found([((of,), {"project": of, "role": role}) for of, role in rows], None)


def _erase_roles(person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (of,), _ in found.rows:
        yield FORGET_ROLE, {"person": person, "of": of}


def _find_tokens(person: str, _after: Key | None) -> Unit[Found]:
    rows = yield TOKENS, {"person": person}
    return Found([((row[0],), _token(row)) for row in rows], None)


def _token(row: Row) -> dict[str, Any]:
    token_id, _owner, label, scopes, created_ms, expires_ms, revoked_ms = row
    return {
        "id": token_id,
        "label": label,
        "scopes": json.loads(scopes),
        "created": rfc3339(created_ms / 1000),
        "expires": rfc3339(expires_ms / 1000),
        "revoked": None if revoked_ms is None else rfc3339(revoked_ms / 1000),
    }


def _erase_tokens(person: str, _found: Found, now_ms: int) -> Unit[None]:
    yield REVOKE_TOKENS, {"person": person, "now_ms": now_ms}


def _find_tickets(person: str, _after: Key | None) -> Unit[Found]:
    rows = yield TICKETS, {}
    return Found(
        [
            ((digest,), {"expires": rfc3339(expires_ms / 1000)})
            for digest, principal, expires_ms in rows
            if msgspec.json.decode(principal)["actor"]["name"] == person
        ],
        None,
    )


def _erase_tickets(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (digest,), _ in found.rows:
        yield FORGET_TICKET, {"wanted": digest}


SECTIONS = (
    Section("members", _find_roles, _erase_roles),
    Section("tokens", _find_tokens, _erase_tokens),
    Section("tickets", _find_tickets, _erase_tickets),
)
