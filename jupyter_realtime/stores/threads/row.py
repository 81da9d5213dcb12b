"""Rows of threads and comments: as they are stored, and as the wire has them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from ...core.actors import Actor
from ...core.codec import encode
from ...core.errors import NotFound
from ...core.log import Draft
from ...core.rooms import project_room
from ...core.threads import (
    Anchor,
    Comment,
    OwnThread,
    Reaction,
    Resolution,
    Subscription,
    ThreadState,
)
from ...core.times import rfc3339
from ..tables import comment, comment_mention, reaction, thread
from ..units import Row, Unit

ID_BYTES = 9

THREAD = select(thread).where(thread.c.id == bindparam("wanted"))
COMMENT = select(comment).where(
    comment.c.thread == bindparam("of"), comment.c.id == bindparam("wanted")
)
MENTIONS = (
    select(comment_mention.c.person)
    .where(comment_mention.c.comment == bindparam("of"))
    .order_by(comment_mention.c.person)
)
REACTIONS = (
    select(reaction.c.comment, reaction.c.emoji, reaction.c.actor)
    .where(reaction.c.comment == bindparam("of"))
    .order_by(reaction.c.created_ms, reaction.c.emoji, reaction.c.person)
)

decode_actor = msgspec.json.Decoder(Actor).decode
decode_anchor = msgspec.json.Decoder(Anchor).decode
_decode_resolution = msgspec.json.Decoder(Resolution).decode


@dataclass(frozen=True)
class StoredThread:
    """A row of `thread`, by its columns."""

    id: str
    project: str
    document: str
    state: ThreadState
    anchor: str
    source: str
    issue: str | None
    resolved: str | None
    created_ms: int
    updated_ms: int
    placed: str

    def own(
        self,
        path: str,
        comments: Sequence[Comment],
        unread: int,
        subscription: Subscription,
        issue_is_open: bool | None,
    ) -> OwnThread:
        """As one person has it."""
        return OwnThread(
            id=self.id,
            project=self.project,
            document=self.document,
            path=path,
            state=self.state,
            anchor=decode_anchor(self.anchor),
            comments=list(comments),
            issue=self.issue,
            resolved=None if self.resolved is None else _decode_resolution(self.resolved),
            created_at=rfc3339(self.created_ms / 1000),
            updated_at=rfc3339(self.updated_ms / 1000),
            unread=unread,
            subscription=subscription,
            issue_state=None if issue_is_open is None else "open" if issue_is_open else "fixed",
        )


@dataclass(frozen=True)
class StoredComment:
    """A row of `comment`, by its columns."""

    id: str
    thread: str
    ordinal: int
    author: str
    actor: str
    body: str
    key: str | None
    created_ms: int
    edited_ms: int | None
    deleted: int
    seqs: str
    withheld: str | None
    deleted_ms: int | None

    def shown(
        self, reactions: Sequence[Reaction] = (), mentions: Sequence[str] = (), html: str = ""
    ) -> Comment:
        """As the wire has it."""
        edited = self.edited_ms
        return Comment(
            id=self.id,
            author=decode_actor(self.actor),
            body=self.body,
            html=html,
            created_at=rfc3339(self.created_ms / 1000),
            edited_at=None if edited is None else rfc3339(edited / 1000),
            deleted=bool(self.deleted),
            reactions=list(reactions),
            mentions=list(mentions),
        )


# As `encode` writes an actor: what somebody is called comes before, and its quotes have a backslash.
BY_VISITOR = comment.c.actor.endswith('"via":"server"}', autoescape=True)


def find_thread(wanted: str) -> Unit[StoredThread]:
    """Find a thread, to change it.

    Raises
    ------
    NotFound
    """
    rows = yield THREAD, {"wanted": wanted}
    if not rows:
        raise NotFound("There is no such thread.")
    return StoredThread(*rows[0])


def find_comment(of: str, wanted: str) -> Unit[StoredComment]:
    """Find a comment of a thread, to change it.

    Raises
    ------
    NotFound
    """
    rows = yield COMMENT, {"of": of, "wanted": wanted}
    if not rows:
        raise NotFound("There is no such comment in this thread.")
    return StoredComment(*rows[0])


def reactions_at(of: str) -> Unit[list[Reaction]]:
    """Read the reactions at one comment."""
    rows = yield REACTIONS, {"of": of}
    return grouped(rows).get(of, [])


def mentions_in(of: str) -> Unit[list[str]]:
    """Read whom one comment mentions."""
    rows = yield MENTIONS, {"of": of}
    return [row[0] for row in rows]


def grouped(rows: Sequence[Row]) -> dict[str, list[Reaction]]:
    """Make the reactions of each comment from rows: those first that were there first."""
    found: dict[str, dict[str, list[Actor]]] = {}
    for of, emoji, actor in rows:
        found.setdefault(of, {}).setdefault(emoji, []).append(decode_actor(actor))
    return {
        of: [Reaction(emoji=emoji, users=users) for emoji, users in by_emoji.items()]
        for of, by_emoji in found.items()
    }


def told(of: StoredThread, event: str, data: Any, by: Actor, now_ms: int) -> Draft:
    """Make an event about a thread ready for its project's log."""
    return Draft(
        room=project_room(of.project),
        event=event,
        id=secrets.token_hex(ID_BYTES),
        time_ms=now_ms,
        actor=by,
        data=msgspec.Raw(encode(data)),
    )


def comment_row(
    thread_id: str, ordinal: int, new: Comment, key: str | None, now_ms: int
) -> Mapping[str, Any]:
    """Make the row of a new comment."""
    return {
        "id": new.id,
        "thread": thread_id,
        "ordinal": ordinal,
        "author": new.author.name,
        "actor": encode(new.author).decode(),
        "body": new.body,
        "key": own_key(new.author, key),
        "created_ms": now_ms,
        "edited_ms": None,
        "deleted": 0,
        "seqs": "[]",
        "withheld": None,
        "deleted_ms": None,
    }


def own_key(author: Actor, key: str | None) -> str | None:
    """Make a key its author's: a person, their programs and a visitor of that name don't share keys."""
    if key is None:
        return None
    return f"server/{author.kind}:{key}" if author.via == "server" else f"{author.kind}:{key}"


def is_by(author: Actor, person: str) -> bool:
    """Whether a person, or a program of theirs, has written something; a visitor of their name has not."""
    return author.name == person and author.via != "server"


def same_author(one: Actor, other: Actor) -> bool:
    """Whether two are one person, or programs of theirs; a visitor of the same name is somebody else."""
    return one.name == other.name and (one.via == "server") == (other.via == "server")
