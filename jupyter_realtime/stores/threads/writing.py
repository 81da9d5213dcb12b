"""New threads, replies and edits: rows, the event about them, and what people are told, in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from ...core.actors import Actor
from ...core.anchors import AnchorSource
from ...core.codec import encode
from ...core.errors import Conflict, LimitReached
from ...core.events import CommentChanged, CommentCreated
from ...core.log import Draft, StoredEvent
from ...core.threads import MAX_COMMENTS, Comment, Thread
from ...ports import Posting, WrittenComment
from ...ports.threads import Text
from .. import inbox, log
from ..dialects import insert
from ..tables import comment, comment_mention, thread
from ..units import Unit, Written
from .row import (
    StoredComment,
    StoredThread,
    comment_row,
    find_comment,
    find_thread,
    own_key,
    reactions_at,
    told,
)

ADD_THREAD = insert(thread)
ADD_COMMENT = insert(comment)
ADD_MENTION = insert(comment_mention).on_conflict_do_nothing()
FORGET_MENTIONS = delete(comment_mention).where(comment_mention.c.comment == bindparam("of"))
BY_KEY = select(comment).where(
    comment.c.author == bindparam("by"), comment.c.key == bindparam("with_key")
)
LAST = select(func.max(comment.c.ordinal)).where(comment.c.thread == bindparam("of"))
TOUCH = (
    update(thread).where(thread.c.id == bindparam("wanted")).values(updated_ms=bindparam("now_ms"))
)
PUT_SEQS = update(comment).where(comment.c.id == bindparam("wanted")).values(seqs=bindparam("all"))
EDIT = (
    update(comment)
    .where(comment.c.id == bindparam("wanted"))
    .values(body=bindparam("text"), edited_ms=bindparam("now_ms"))
)


def open_(
    new: Thread, source: AnchorSource, key: str | None, postings: Sequence[Posting], now_ms: int
) -> Unit[Written[WrittenComment]]:
    """Keep a new thread with its first comment."""
    [first] = new.comments
    known = yield from _with_key(first, key, None)
    if known is not None:
        if (yield from find_thread(known.thread)).document != new.document:
            raise Conflict(
                "This key was used for another document; use a new key for a new thread."
            )
        return Written(known)
    row: dict[str, Any] = {
        "id": new.id,
        "project": new.project,
        "document": new.document,
        "state": new.state,
        "anchor": encode(new.anchor).decode(),
        "source": encode(source).decode(),
        "issue": new.issue,
        "resolved": None,
        "created_ms": now_ms,
        "updated_ms": now_ms,
        "placed": new.anchor.status,
    }
    yield ADD_THREAD, row
    kept = yield from _keep(StoredThread(**row), 1, first, new, key, now_ms)
    posted = yield from inbox.post(postings, now_ms)
    made = WrittenComment(new.id, first.id, is_new=True)
    return Written(made, [*kept, *posted.events])


def reply(
    to: str,
    new: Comment,
    key: str | None,
    expected: int | None,
    postings: Sequence[Posting],
    now_ms: int,
) -> Unit[Written[WrittenComment | None]]:
    """Keep one more comment."""
    known = yield from _with_key(new, key, to)
    if known is not None:
        return Written(known)
    row = yield from find_thread(to)
    [[last]] = yield LAST, {"of": to}
    if last >= MAX_COMMENTS:
        raise LimitReached(f"A thread has at most {MAX_COMMENTS} comments; begin another one.")
    if expected is not None and last != expected:
        return Written(None)
    kept = yield from _keep(row, last + 1, new, None, key, now_ms)
    posted = yield from inbox.post(postings, now_ms)
    made = WrittenComment(to, new.id, is_new=True)
    return Written(made, [*kept, *posted.events])


def _with_key(new: Comment, key: str | None, to: str | None) -> Unit[WrittenComment | None]:
    """Find the comment that came with this key; with None `to`, it has to begin a thread."""
    if key is None:
        return None
    rows = yield BY_KEY, {"by": new.author.name, "with_key": own_key(new.author, key)}
    if not rows:
        return None
    known = StoredComment(*rows[0])
    is_there = (known.ordinal == 1) == (to is None) and to in (None, known.thread)
    has_changed = known.deleted or known.edited_ms is not None
    if not is_there or (known.body != new.body and not has_changed):
        raise Conflict("This key was used for another comment; use a new key for a new one.")
    return WrittenComment(known.thread, known.id, is_new=False)


def _keep(
    of: StoredThread,
    ordinal: int,
    new: Comment,
    opens: Thread | None,
    key: str | None,
    now_ms: int,
) -> Unit[list[StoredEvent]]:
    yield ADD_COMMENT, comment_row(of.id, ordinal, new, key, now_ms)
    yield from put_mentions(of.id, new.id, new.mentions)
    yield TOUCH, {"wanted": of.id, "now_ms": now_ms}
    data = CommentCreated(document=of.document, thread=of.id, comment=new, opens=opens)
    return (yield from append_noted(told(of, "comment:created", data, new.author, now_ms), new.id))


def put_mentions(of: str, comment_id: str, people: Sequence[str]) -> Unit[None]:
    """Note whom a comment mentions."""
    if people:
        yield (
            ADD_MENTION,
            [{"comment": comment_id, "person": person, "thread": of} for person in people],
        )


def append_noted(event: Draft, comment_id: str, before: str = "[]") -> Unit[list[StoredEvent]]:
    """Append an event that tells what a comment says, and note where it stands."""
    events = yield from log.append_all([event])
    seqs = [*msgspec.json.decode(before), *(one.seq for one in events)]
    yield PUT_SEQS, {"wanted": comment_id, "all": encode(seqs).decode()}
    return events


def edit(
    of: str, wanted: str, text: Text, by: Actor, postings: Sequence[Posting], now_ms: int
) -> Unit[Written[Comment]]:
    """Change what a comment says."""
    row = yield from find_thread(of)
    known = yield from find_comment(of, wanted)
    if known.deleted:
        raise Conflict("This comment is deleted.")
    reactions = yield from reactions_at(wanted)
    if known.body == text.body:
        return Written(known.shown(reactions, text.mentions, text.html))
    yield EDIT, {"wanted": wanted, "text": text.body, "now_ms": now_ms}
    yield FORGET_MENTIONS, {"of": wanted}
    yield from put_mentions(of, wanted, text.mentions)
    yield TOUCH, {"wanted": of, "now_ms": now_ms}
    changed = yield from find_comment(of, wanted)
    shown = changed.shown(reactions, text.mentions, text.html)
    data = CommentChanged(document=row.document, thread=of, comment=shown)
    event = told(row, "comment:edited", data, by, now_ms)
    events = yield from append_noted(event, wanted, known.seqs)
    posted = yield from inbox.post(postings, now_ms)
    return Written(shown, [*events, *posted.events])
