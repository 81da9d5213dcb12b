"""Threads of comments and what they are anchored to, as everybody sees them.

Rules
-----
1. A thread belongs to a document and says where in it: at a range of code, a cell, or the whole. Where
   it is now is told in words (`AnchorStatus`); what it was written about (`original`) never changes.
2. Nothing disappears: a deleted comment leaves a tombstone, code that is gone leaves an orphaned thread.
3. Offsets are code points, counted from the start of the cell, or of the file where there is no cell.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from .actors import Actor

AnchorStatus = Literal["exact", "moved", "outdated", "ambiguous", "orphaned"]
Scope = Literal["range", "cell", "document"]
ThreadState = Literal["open", "resolved"]
# Of what in a thread somebody wants to be told: where they take part, all, or nothing.
Subscription = Literal["participating", "all", "muted"]

MAX_BODY_CHARACTERS = 10_000
# Of a thread, and so of what one answer holds for each.
MAX_COMMENTS = 1_000
# Different ones, at one comment.
MAX_REACTIONS = 32
# Of the quoted code: more is cut, and found by its beginning and its context.
MAX_QUOTE_CHARACTERS = 4_000


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a thread stands.

    `start` and `end` are code points in the cell `cell_id` (in a file without cells: of the file); null
    where the thread is about the whole cell or document, or where its code is gone. `quote` is the code
    that it stands at now, `original` what it was written about, `score` (0 to 1) how sure the place is.
    """

    status: AnchorStatus
    score: float
    scope: Scope
    cell_id: str | None
    cell_index: int | None
    start: int | None
    end: int | None
    quote: str
    original: str


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """One emoji at a comment, and who put it there."""

    emoji: str
    users: list[Actor]


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment: `body` is Markdown as it was written, `html` what is safe to show.

    A deleted one is a tombstone: it has neither.
    """

    id: str
    author: Actor
    body: str
    html: str
    created_at: str
    edited_at: str | None
    deleted: bool
    reactions: list[Reaction]
    mentions: list[str]


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """Who resolved a thread, and when."""

    by: Actor
    at: str


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A thread with all its comments, the oldest first.

    `issue` is the fingerprint of the issue that it is about. `path` is that of its document within the
    project.
    """

    id: str
    project: str
    document: str
    path: str
    state: ThreadState
    anchor: Anchor
    comments: list[Comment]
    issue: str | None
    resolved: Resolution | None
    created_at: str
    updated_at: str


class OwnThread(Thread, frozen=True, kw_only=True):
    """A thread as one person has it: how many of its comments are new to them, and what they follow.

    `issue_state` is how its issue stands after the runs so far; null where no run has found it.
    """

    unread: int
    subscription: Subscription
    issue_state: Literal["open", "fixed"] | None = None
