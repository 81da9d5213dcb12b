"""How far people have read, and what they follow: theirs alone, and told to nobody.

A row that only says how far somebody has read has no `subscription` (an empty text): then their document's
counts, and without one they are told where they take part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, and_, bindparam, case, func, or_, select

from ...core.errors import NotFound
from ...core.threads import Subscription
from ...ports import Audience
from ..dialects import Insert, insert
from ..tables import comment, comment_mention, document_subscription, thread, thread_reader
from ..units import Row, Unit, Written
from .row import BY_VISITOR, StoredThread, find_comment, find_thread


def _noted(statement: Insert) -> Insert:
    """Note what was read: it stays read, whoever comes later with less."""
    new = statement.excluded.read_up_to
    known = thread_reader.c.read_up_to
    return statement.on_conflict_do_update(
        index_elements=[thread_reader.c.thread, thread_reader.c.person],
        set_={"read_up_to": case((new > known, new), else_=known)},
    )


_reader = insert(thread_reader)
READ = _noted(_reader)
READ_DOCUMENT = _noted(
    _reader.from_select(
        ["thread", "person", "read_up_to", "subscription"],
        select(
            comment.c.thread,
            bindparam("who", type_=Text),
            func.max(comment.c.ordinal),
            bindparam("nothing", type_=Text),
        )
        .join(thread, thread.c.id == comment.c.thread)
        .where(
            thread.c.document == bindparam("of"),
            comment.c.created_ms
            <= func.coalesce(bindparam("until_ms", type_=BigInteger), comment.c.created_ms),
        )
        .group_by(comment.c.thread),
    )
)
WRITTEN = (
    select(comment.c.created_ms)
    .join(thread, thread.c.id == comment.c.thread)
    .where(thread.c.document == bindparam("of"), comment.c.id == bindparam("wanted"))
)
SUBSCRIBE = _reader.on_conflict_do_update(
    index_elements=[thread_reader.c.thread, thread_reader.c.person],
    set_={"subscription": _reader.excluded.subscription},
)
_follower = insert(document_subscription)
SUBSCRIBE_DOCUMENT = _follower.on_conflict_do_update(
    index_elements=[document_subscription.c.document, document_subscription.c.person],
    set_={"subscription": _follower.excluded.subscription},
)
LAST = select(func.max(comment.c.ordinal)).where(comment.c.thread == bindparam("of"))
UNREAD = select(func.count()).where(
    comment.c.thread == bindparam("of"),
    or_(comment.c.author != bindparam("person"), BY_VISITOR),
    comment.c.deleted == 0,
    comment.c.ordinal
    > select(thread_reader.c.read_up_to)
    .where(thread_reader.c.thread == bindparam("of"), thread_reader.c.person == bindparam("person"))
    .scalar_subquery(),
)
# Visitors are told nothing; who is called like one has written nothing.
UNREAD_IN_DOCUMENT = (
    select(func.count())
    .select_from(comment.join(thread, thread.c.id == comment.c.thread))
    .outerjoin(
        thread_reader,
        and_(
            thread_reader.c.thread == comment.c.thread,
            thread_reader.c.person == bindparam("person"),
        ),
    )
    .where(
        thread.c.document == bindparam("of"),
        or_(comment.c.author != bindparam("person"), BY_VISITOR),
        comment.c.deleted == 0,
        comment.c.ordinal > func.coalesce(thread_reader.c.read_up_to, 0),
    )
)
AUTHORS = (
    select(comment.c.author).where(comment.c.thread == bindparam("of"), ~BY_VISITOR).distinct()
)
MENTIONED = (
    select(comment_mention.c.person).where(comment_mention.c.thread == bindparam("of")).distinct()
)
FOLLOWERS = select(thread_reader.c.person, thread_reader.c.subscription).where(
    thread_reader.c.thread == bindparam("of"), thread_reader.c.subscription != ""
)
DOCUMENT_FOLLOWERS = select(
    document_subscription.c.person, document_subscription.c.subscription
).where(document_subscription.c.document == bindparam("of"))


@dataclass(frozen=True)
class Reader:
    """How far somebody has read a thread, and what they follow of it."""

    read_up_to: int
    subscription: Subscription


def readers(
    found: Sequence[tuple[str, StoredThread]], person: str | None
) -> Unit[dict[str, Reader]]:
    """Tell how somebody stands to threads; by thread."""
    if person is None:
        return {}
    rows = yield (
        select(
            thread_reader.c.thread, thread_reader.c.read_up_to, thread_reader.c.subscription
        ).where(
            thread_reader.c.person == person,
            thread_reader.c.thread.in_([row.id for _, row in found]),
        ),
        {},
    )
    own = {of: (read_up_to, subscription) for of, read_up_to, subscription in rows}
    documents = {row.document for _, row in found}
    rows = yield (
        select(document_subscription.c.document, document_subscription.c.subscription).where(
            document_subscription.c.person == person,
            document_subscription.c.document.in_(sorted(documents)),
        ),
        {},
    )
    of_documents = _subscriptions(rows)
    return {
        row.id: Reader(
            own.get(row.id, (0, ""))[0],
            own.get(row.id, (0, ""))[1] or of_documents.get(row.document, "participating"),
        )
        for _, row in found
    }


def _subscriptions(rows: Sequence[Row]) -> dict[str, Subscription]:
    return {key: subscription for key, subscription in rows}  # noqa: C416  # rows, not pairs, to mypy


def read(of: str, person: str, up_to: str | None) -> Unit[Written[int]]:
    """Note that somebody has read up to a comment."""
    yield from find_thread(of)
    if up_to is None:
        [[ordinal]] = yield LAST, {"of": of}
    else:
        ordinal = (yield from find_comment(of, up_to)).ordinal
    row = {"thread": of, "person": person, "read_up_to": ordinal, "subscription": ""}
    yield READ, row
    [[unread]] = yield UNREAD, {"of": of, "person": person}
    return Written(int(unread))


def read_document(of: str, person: str, up_to: str | None) -> Unit[Written[int]]:
    """Note that somebody has read all threads of a document."""
    until_ms = None
    if up_to is not None:
        rows = yield WRITTEN, {"of": of, "wanted": up_to}
        if not rows:
            raise NotFound("There is no such comment in this document.")
        [[until_ms]] = rows
    yield READ_DOCUMENT, {"of": of, "who": person, "nothing": "", "until_ms": until_ms}
    [[unread]] = yield UNREAD_IN_DOCUMENT, {"of": of, "person": person}
    return Written(int(unread))


def subscribe(of: str, person: str, subscription: Subscription) -> Unit[Written[None]]:
    """Note what somebody wants to be told of a thread."""
    yield from find_thread(of)
    yield (
        SUBSCRIBE,
        {"thread": of, "person": person, "read_up_to": 0, "subscription": subscription},
    )
    return Written(None)


def subscribe_document(of: str, person: str, subscription: Subscription) -> Unit[Written[None]]:
    """Note what somebody wants to be told of a document's threads."""
    yield SUBSCRIBE_DOCUMENT, {"document": of, "person": person, "subscription": subscription}
    return Written(None)


def audience(document: str, of: str | None) -> Unit[Audience]:
    """Tell who could want to know of a thread."""
    rows = yield DOCUMENT_FOLLOWERS, {"of": document}
    subscriptions = _subscriptions(rows)
    if of is None:
        return Audience(frozenset(), subscriptions, 0)
    [[count]] = yield LAST, {"of": of}
    if count is None:
        raise NotFound("There is no such thread.")
    authors = yield AUTHORS, {"of": of}
    mentioned = yield MENTIONED, {"of": of}
    rows = yield FOLLOWERS, {"of": of}
    subscriptions |= _subscriptions(rows)
    participants = frozenset(row[0] for row in (*authors, *mentioned) if row[0])
    return Audience(participants, subscriptions, int(count))
