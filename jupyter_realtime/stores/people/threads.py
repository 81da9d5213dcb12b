"""What somebody has written about code, reacted with, resolved, read and followed, and who mentions them.

What was written stays, by a *Former user*: others have answered it. What belongs to the person alone goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, delete, null, select, tuple_, update

from ...core.actors import Actor, former, is_persons
from ...core.codec import encode
from ...core.events import CommentChanged, CommentCreated, ReactionChanged
from ...core.threads import Comment, Reaction, Resolution
from ...core.times import rfc3339
from ..tables import (
    comment,
    comment_mention,
    document_subscription,
    reaction,
    thread,
    thread_reader,
)
from ..units import Unit
from .section import (
    MAX_ROWS_A_STEP,
    MAX_ROWS_LOOKED_AT,
    Found,
    Key,
    Section,
    behind,
    decode_actor,
    end_of,
    quoted,
)

COMMENTS = (
    select(comment.c.id, comment.c.actor, comment.c.thread, comment.c.body, comment.c.created_ms)
    .where(comment.c.author == bindparam("person"), comment.c.id > bindparam("after"))
    .order_by(comment.c.id)
    .limit(MAX_ROWS_A_STEP)
)
CHANGE_COMMENT = (
    update(comment)
    .where(comment.c.id == bindparam("wanted"))
    .values(author="", actor=bindparam("by"), key=null(), withheld=null())
)
RESOLVED = (
    select(thread.c.id, thread.c.resolved)
    .where(thread.c.resolved.is_not(None), thread.c.id > bindparam("after"))
    .order_by(thread.c.id)
    .limit(MAX_ROWS_LOOKED_AT)
)
CHANGE_RESOLVED = (
    update(thread)
    .where(thread.c.id == bindparam("wanted"), thread.c.resolved.is_not(None))
    .values(resolved=bindparam("by"))
)
_decode_resolution = msgspec.json.Decoder(Resolution).decode


def _find_comments(person: str, after: Key | None) -> Unit[Found]:
    rows = yield COMMENTS, {"person": person, "after": after[0] if after else ""}
    found: list[tuple[Key, dict[str, Any]]] = [
        (
            (one, actor),
            {"id": one, "thread": of, "body": body, "created_at": rfc3339(created_ms / 1000)},
        )
        for one, actor, of, body, created_ms in rows
    ]
    return Found(found, end_of(rows, MAX_ROWS_A_STEP, 1))


def _erase_comments(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (one, actor), _ in found.rows:
        by = encode(former(decode_actor(actor))).decode()
        yield CHANGE_COMMENT, {"wanted": one, "by": by}


def _find_resolved(person: str, after: Key | None) -> Unit[Found]:
    looked_at = yield RESOLVED, {"after": after[0] if after else ""}
    named = quoted(person)
    rows: list[tuple[Key, dict[str, Any]]] = [
        ((one, resolved), {"thread": one, "at": resolution.at})
        for one, resolved in looked_at
        if named in resolved and is_persons((resolution := _decode_resolution(resolved)).by, person)
    ]
    return Found(rows, end_of(looked_at, MAX_ROWS_LOOKED_AT, 1))


def _erase_resolved(_person: str, found: Found, _now_ms: int) -> Unit[None]:
    for (one, resolved), _ in found.rows:
        resolution = _decode_resolution(resolved)
        left = msgspec.structs.replace(resolution, by=former(resolution.by))
        yield CHANGE_RESOLVED, {"wanted": one, "by": encode(left).decode()}


def _rows_of_theirs(name: str, table: Table, *keys: str) -> Section:
    """Make the section of a table whose column `person` says whose a row is, and which is theirs alone."""
    columns = [table.c[key] for key in keys]
    look = (
        select(
            *columns,
            *(column for column in table.c if column.name not in (*keys, "person", "actor")),
        )
        .where(
            table.c.person == bindparam("named"),
            tuple_(*columns) > behind(*(f"after_{key}" for key in keys)),
        )
        .order_by(*columns)
        .limit(MAX_ROWS_A_STEP)
    )
    names = [column.name for column in look.selected_columns]
    forget = delete(table).where(
        table.c.person == bindparam("named"),
        *(column == bindparam(f"at_{key}") for key, column in zip(keys, columns, strict=True)),
    )

    def find(named: str, after: Key | None) -> Unit[Found]:
        places = dict(zip(keys, after or [""] * len(keys), strict=True))
        rows = yield look, {"named": named} | {f"after_{key}": at for key, at in places.items()}
        found = [(tuple(row[: len(keys)]), dict(zip(names, row, strict=True))) for row in rows]
        return Found(found, end_of(rows, MAX_ROWS_A_STEP, len(keys)))

    def erase(named: str, found: Found, _now_ms: int) -> Unit[None]:
        for at, _ in found.rows:
            places = {f"at_{key}": value for key, value in zip(keys, at, strict=True)}
            yield forget, {"named": named} | places

    return Section(name, find, erase)


SECTIONS = (
    Section("comments", _find_comments, _erase_comments),
    Section("resolved_threads", _find_resolved, _erase_resolved),
    _rows_of_theirs("mentions", comment_mention, "comment"),
    _rows_of_theirs("reactions", reaction, "comment", "emoji"),
    _rows_of_theirs("read_threads", thread_reader, "thread"),
    _rows_of_theirs("followed_documents", document_subscription, "document"),
)

# -- what the log says of it ------------------------------------------------------------------------

_created = msgspec.json.Decoder(CommentCreated).decode
_changed = msgspec.json.Decoder(CommentChanged).decode
_reacted = msgspec.json.Decoder(ReactionChanged).decode


def _nameless_created(data: bytes, person: str) -> msgspec.Struct:
    told = _created(data)
    opens = told.opens
    if opens is not None:
        comments = [_nameless(one, person) for one in opens.comments]
        opens = msgspec.structs.replace(opens, comments=comments)
    return msgspec.structs.replace(told, comment=_nameless(told.comment, person), opens=opens)


def _nameless_changed(data: bytes, person: str) -> msgspec.Struct:
    told = _changed(data)
    return msgspec.structs.replace(told, comment=_nameless(told.comment, person))


def _nameless_reacted(data: bytes, person: str) -> msgspec.Struct:
    told = _reacted(data)
    return msgspec.structs.replace(told, reactions=_without(told.reactions, person))


_NAMELESS: dict[str, Callable[[bytes, str], msgspec.Struct]] = {
    "comment:created": _nameless_created,
    "comment:edited": _nameless_changed,
    "comment:deleted": _nameless_changed,
    "reaction:changed": _nameless_reacted,
}
NAMES_IN_DATA = tuple(_NAMELESS)


def nameless(event: str, data: bytes, person: str) -> bytes | None:
    """Write what an event tells about a thread without somebody; None where it does not name them."""
    if event not in _NAMELESS or quoted(person).encode() not in data:
        return None
    left = encode(_NAMELESS[event](data, person))
    return left if left != data else None


def _nameless(one: Comment, person: str) -> Comment:
    return msgspec.structs.replace(
        one,
        author=_former(one.author, person),
        mentions=[name for name in one.mentions if name != person],
        reactions=_without(one.reactions, person),
    )


def _without(reactions: list[Reaction], person: str) -> list[Reaction]:
    return [
        msgspec.structs.replace(one, users=[_former(user, person) for user in one.users])
        for one in reactions
    ]


def _former(actor: Actor, person: str) -> Actor:
    return former(actor) if is_persons(actor, person) else actor
