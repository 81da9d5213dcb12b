"""Deleted comments: a tombstone stays, and the log no longer says what stood there.

Theory of operation
-------------------
A comment knows at which places of its project's log its text is told (`seqs`). Deleting it empties these
events in the same unit that appends `comment:deleted`: who replays the log later reads a tombstone from the
beginning. What people were told of it is taken back, too (`inbox.unsay`).

What its author deletes is withheld for a while, so that they can think better of it; then it is forgotten.
What somebody else deletes, an owner, is forgotten at once: its author is not to have it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, null, select, update

from ...core.actors import Actor
from ...core.codec import encode
from ...core.comment_notices import DELETED_MESSAGE, comment_cause
from ...core.events import CommentChanged, CommentCreated
from ...core.rooms import project_room
from ...core.threads import Comment
from ...ports.threads import Text
from .. import inbox, log
from ..tables import comment, event
from ..units import Unit, Written
from .row import (
    decode_actor,
    find_comment,
    find_thread,
    mentions_in,
    reactions_at,
    same_author,
    told,
)
from .writing import FORGET_MENTIONS, TOUCH, append_noted, put_mentions

DELETE = (
    update(comment)
    .where(comment.c.id == bindparam("wanted"))
    .values(
        body="",
        deleted=1,
        seqs="[]",
        withheld=bindparam("what"),
        deleted_ms=bindparam("now_ms"),
    )
)
UNDELETE = (
    update(comment)
    .where(comment.c.id == bindparam("wanted"))
    .values(body=bindparam("text"), deleted=0, withheld=null(), deleted_ms=null())
)
WITHHELD = select(comment.c.withheld).where(
    comment.c.id == bindparam("wanted"), comment.c.deleted_ms >= bindparam("since_ms")
)
FORGET = (
    update(comment)
    .where(comment.c.withheld.is_not(None), comment.c.deleted_ms < bindparam("before_ms"))
    .values(withheld=null())
    .returning(comment.c.id)
)
EVENT = select(event.c.event, event.c.data).where(
    event.c.room == bindparam("in_room"), event.c.seq == bindparam("at")
)
CHANGE_EVENT = (
    update(event)
    .where(event.c.room == bindparam("in_room"), event.c.seq == bindparam("at"))
    .values(data=bindparam("content"))
)


class _Withheld(msgspec.Struct, frozen=True):
    """What a comment said before it was deleted."""

    body: str
    mentions: list[str]


_decode_withheld = msgspec.json.Decoder(_Withheld).decode
_decode_created = msgspec.json.Decoder(CommentCreated).decode
_decode_changed = msgspec.json.Decoder(CommentChanged).decode


def delete(of: str, wanted: str, by: Actor, now_ms: int) -> Unit[Written[Comment]]:
    """Leave a tombstone."""
    row = yield from find_thread(of)
    known = yield from find_comment(of, wanted)
    reactions = yield from reactions_at(wanted)
    if known.deleted:
        return Written(known.shown(reactions))
    what = None
    if same_author(decode_actor(known.actor), by):
        said = _Withheld(known.body, (yield from mentions_in(wanted)))
        what = encode(said).decode()
    yield DELETE, {"wanted": wanted, "what": what, "now_ms": now_ms}
    yield FORGET_MENTIONS, {"of": wanted}
    yield TOUCH, {"wanted": of, "now_ms": now_ms}
    yield from _unsay(project_room(row.project), msgspec.json.decode(known.seqs))
    left = (yield from find_comment(of, wanted)).shown(reactions)
    data = CommentChanged(document=row.document, thread=of, comment=left)
    events = yield from log.append_all([told(row, "comment:deleted", data, by, now_ms)])
    unsaid = yield from inbox.unsay(comment_cause(wanted), DELETED_MESSAGE, now_ms)
    return Written(left, [*events, *unsaid])


def undelete(
    of: str, wanted: str, html: str, by: Actor, now_ms: int
) -> Unit[Written[Comment | None]]:
    """Give a deleted comment its text back."""
    row = yield from find_thread(of)
    known = yield from find_comment(of, wanted)
    if known.withheld is None:
        return Written(None)
    said = _decode_withheld(known.withheld)
    yield UNDELETE, {"wanted": wanted, "text": said.body}
    yield from put_mentions(of, wanted, said.mentions)
    yield TOUCH, {"wanted": of, "now_ms": now_ms}
    reactions = yield from reactions_at(wanted)
    back = (yield from find_comment(of, wanted)).shown(reactions, said.mentions, html)
    data = CommentChanged(document=row.document, thread=of, comment=back)
    event_ = told(row, "comment:edited", data, by, now_ms)
    return Written(back, (yield from append_noted(event_, wanted)))


def withheld(wanted: str, since_ms: int) -> Unit[Text | None]:
    """Give what a deleted comment said."""
    rows = yield WITHHELD, {"wanted": wanted, "since_ms": since_ms}
    if not rows or rows[0][0] is None:
        return None
    said = _decode_withheld(rows[0][0])
    return Text(said.body, "", said.mentions)


def forget_withheld(before_ms: int) -> Unit[Written[int]]:
    """Forget what comments said that were deleted before a moment."""
    rows = yield FORGET, {"before_ms": before_ms}
    return Written(len(rows))


def _unsay(room: str, seqs: Sequence[int]) -> Unit[None]:
    for seq in seqs:
        place = {"in_room": room, "at": seq}
        rows = yield EVENT, place
        if rows:  # Else it is pruned.
            content = encode(_emptied(*rows[0])).decode()
            yield CHANGE_EVENT, {**place, "content": content}


def _emptied(name: str, data: str) -> Any:
    if name != "comment:created":
        changed = _decode_changed(data)
        return msgspec.structs.replace(changed, comment=tombstone(changed.comment))
    created = _decode_created(data)
    opens = created.opens
    if opens is not None:
        left = [tombstone(one) for one in opens.comments]
        opens = msgspec.structs.replace(opens, comments=left)
    return msgspec.structs.replace(created, comment=tombstone(created.comment), opens=opens)


def tombstone(one: Comment) -> Comment:
    """Leave of a comment what stays when it is deleted."""
    return msgspec.structs.replace(one, body="", html="", mentions=[], deleted=True)
