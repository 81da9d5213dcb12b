"""Threads that are resolved or opened again, and reactions at comments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, update

from ...core.actors import Actor
from ...core.codec import encode
from ...core.errors import Conflict, LimitReached
from ...core.events import ReactionChanged, ThreadTurned
from ...core.threads import MAX_REACTIONS, Reaction, Resolution
from ...ports import Posting
from ...ports.threads import Reason
from .. import inbox, log
from ..dialects import insert
from ..tables import reaction, thread
from ..units import Unit, Written
from .row import find_comment, find_thread, reactions_at, same_author, told

TURN = (
    update(thread)
    .where(thread.c.id == bindparam("wanted"))
    .values(state=bindparam("to"), resolved=bindparam("by"), updated_ms=bindparam("now_ms"))
)
PUT_REACTION = insert(reaction).on_conflict_do_nothing().returning(reaction.c.person)
REMOVE_REACTION = (
    delete(reaction)
    .where(
        reaction.c.comment == bindparam("at"),
        reaction.c.emoji == bindparam("which"),
        reaction.c.person == bindparam("of"),
    )
    .returning(reaction.c.person)
)


def turn(
    wanted: str,
    resolution: Resolution | None,
    reason: Reason,
    by: Actor,
    postings: Sequence[Posting],
    now_ms: int,
) -> Unit[Written[bool]]:
    """Resolve a thread, or open it again."""
    row = yield from find_thread(wanted)
    state = "open" if resolution is None else "resolved"
    if row.state == state:
        return Written(False)
    resolved = None if resolution is None else encode(resolution).decode()
    yield TURN, {"wanted": wanted, "to": state, "by": resolved, "now_ms": now_ms}
    data = ThreadTurned(document=row.document, thread=wanted, reason=reason)
    name = "thread:reopened" if resolution is None else "thread:resolved"
    events = yield from log.append_all([told(row, name, data, by, now_ms)])
    posted = yield from inbox.post(postings, now_ms)
    return Written(True, [*events, *posted.events])


def react(
    of: str, at: str, emoji: str, on: bool, by: Actor, now_ms: int
) -> Unit[Written[list[Reaction]]]:
    """Put somebody's emoji at a comment, or take it away."""
    row = yield from find_thread(of)
    known = yield from find_comment(of, at)
    if on and known.deleted:
        raise Conflict("This comment is deleted.")
    if not (yield from (_put(at, emoji, by, now_ms) if on else _remove(at, emoji, by))):
        return Written((yield from reactions_at(at)))
    now = yield from reactions_at(at)
    if len(now) > MAX_REACTIONS:
        raise LimitReached(f"A comment has at most {MAX_REACTIONS} different reactions.")
    data = ReactionChanged(document=row.document, thread=of, comment=at, reactions=now)
    return Written(
        now, (yield from log.append_all([told(row, "reaction:changed", data, by, now_ms)]))
    )


def _put(at: str, emoji: str, by: Actor, now_ms: int) -> Unit[bool]:
    rows = yield (
        PUT_REACTION,
        {
            "comment": at,
            "emoji": emoji,
            "person": by.name,
            "actor": encode(by).decode(),
            "created_ms": now_ms,
        },
    )
    return bool(rows)


def _remove(at: str, emoji: str, by: Actor) -> Unit[bool]:
    there = [one for one in (yield from reactions_at(at)) if one.emoji == emoji]
    if not any(same_author(user, by) for one in there for user in one.users):
        return False
    rows = yield REMOVE_REACTION, {"at": at, "which": emoji, "of": by.name}
    return bool(rows)
