"""Threads of comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..core.actors import Actor
from ..core.anchors import AnchorSource, Descent
from ..core.log import Draft
from ..core.threads import (
    Anchor,
    Comment,
    OwnThread,
    Reaction,
    Resolution,
    Subscription,
    Thread,
    ThreadState,
)
from .inbox import Posting

ThreadFilter = Literal["mine", "mentions", "orphaned", "unread"]
Reason = Literal["person", "issue"]


@dataclass(frozen=True)
class ThreadSearch:
    """Which threads somebody looks for, in a document or a project; None: any.

    Parameters
    ----------
    issue
        A fingerprint: those about this issue.
    """

    document: str | None = None
    project: str | None = None
    state: ThreadState | None = None
    filter: ThreadFilter | None = None
    issue: str | None = None


@dataclass(frozen=True)
class WrittenComment:
    """A comment that was kept; `is_new` is false where it was there already, by its key."""

    thread: str
    comment: str
    is_new: bool


@dataclass(frozen=True)
class Text:
    """What a comment says, from now on."""

    body: str
    html: str
    mentions: Sequence[str]


@dataclass(frozen=True)
class Audience:
    """Who could want to know of a thread.

    Parameters
    ----------
    participants
        Who has written in it, or was mentioned.
    subscriptions
        What those want who have said so, of this thread, or else of its document.
    count
        How many comments it has: who they are was asked when it had so many.
    """

    participants: frozenset[str]
    subscriptions: dict[str, Subscription]
    count: int


@dataclass(frozen=True)
class Anchored:
    """Where a thread was found last, and what is needed to find it again.

    Parameters
    ----------
    before
        With which place this was found; whoever has put the thread elsewhere meanwhile is right. None: it
        is put there whatever is known.
    """

    thread: str
    anchor: Anchor
    source: AnchorSource
    before: Anchor | None = None


@dataclass(frozen=True)
class ThreadSubject:
    """A thread about an issue, without its comments."""

    id: str
    document: str
    path: str
    issue: str
    state: ThreadState


class Threads(Protocol):
    """Threads of comments.

    Guarantees
    ----------
    - What changes a thread, the event about it, and what people are told of it are one commit. What changes
      nothing tells nothing.
    - The same key of the same author, person or program, is one comment, however often it comes; with
      another text it is a `Conflict`.
    - Who reads a thread sees all comments in the order of their commits, the deleted ones too. What a
      deleted one said is gone, from the log as well, once `forget_withheld` has come by.
    - What somebody has read, and follows, is theirs: it is told to nobody.
    """

    async def open(
        self,
        new: Thread,
        source: AnchorSource,
        key: str | None,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> WrittenComment:
        """Keep a new thread with its first comment."""
        ...

    async def reply(
        self,
        thread: str,
        new: Comment,
        key: str | None,
        expected: int | None,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> WrittenComment | None:
        """Keep one more comment.

        None, and nothing is kept, where the thread has no longer as many comments as expected: whom it
        concerns may be others now.

        Raises
        ------
        LimitReached
            If the thread has `MAX_COMMENTS`.
        """
        ...

    async def edit(
        self,
        thread: str,
        comment: str,
        text: Text,
        by: Actor,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> Comment:
        """Change what a comment says.

        Raises
        ------
        Conflict
            If it is deleted.
        """
        ...

    async def delete(self, thread: str, comment: str, by: Actor, now_ms: int) -> Comment:
        """Leave a tombstone; what it said is withheld until `forget_withheld`, and gone from the log."""
        ...

    async def undelete(
        self, thread: str, comment: str, html: str, by: Actor, now_ms: int
    ) -> Comment | None:
        """Give a deleted comment its text back; None if that is gone already."""
        ...

    async def withheld(self, comment: str, since_ms: int) -> Text | None:
        """Give what a comment said that was deleted since, as long as it is kept; its `html` is empty."""
        ...

    async def forget_withheld(self, before_ms: int) -> int:
        """Forget what comments said that were deleted before a moment; returns how many."""
        ...

    async def turn(
        self,
        thread: str,
        resolution: Resolution | None,
        reason: Reason,
        by: Actor,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> bool:
        """Resolve a thread, or with None open it again; False if it was so already."""
        ...

    async def react(
        self, thread: str, comment: str, emoji: str, on: bool, by: Actor, now_ms: int
    ) -> list[Reaction]:
        """Put somebody's emoji at a comment, or take it away; gives all that are there then."""
        ...

    async def get(self, thread: str, person: str | None) -> OwnThread | None:
        """Find one, as somebody has it; the `html` of its comments is empty."""
        ...

    async def page(
        self,
        search: ThreadSearch,
        person: str | None,
        after: tuple[int, str] | None,
        limit: int,
    ) -> tuple[list[OwnThread], tuple[int, str] | None]:
        """List threads: of a document the oldest first, of a project those first where something happened.

        A page has at most `limit`, and ends where they say more than a megabyte together.

        Returns
        -------
        threads, following
            A page, and behind which moment and id the next begins.
        """
        ...

    async def audience(self, document: str, thread: str | None) -> Audience:
        """Tell who could want to know of a thread, or with None of a new one in a document."""
        ...

    async def read(self, thread: str, person: str, up_to: str | None) -> int:
        """Note that somebody has read up to a comment, or with None all; gives what is unread then."""
        ...

    async def read_document(self, document: str, person: str, up_to: str | None) -> int:
        """Note that somebody has read all threads of a document; gives what is unread then.

        Up to when a comment of it was written, or with None up to now.

        Raises
        ------
        NotFound
            If `up_to` is no comment of it.
        """
        ...

    async def subscribe(self, thread: str, person: str, subscription: Subscription) -> None:
        """Note what somebody wants to be told of a thread."""
        ...

    async def subscribe_document(
        self, document: str, person: str, subscription: Subscription
    ) -> None:
        """Note what somebody wants to be told of a document's threads."""
        ...

    async def anchored(self, document: str) -> list[Anchored]:
        """Tell where the threads of a document are, and how to find them again."""
        ...

    async def place(self, places: Sequence[Anchored], told: Sequence[Draft]) -> None:
        """Note where threads are now, with the events about it."""
        ...

    async def descend(self, document: str, descents: Sequence[Descent]) -> None:
        """Note which cells came from which; what is known already stays, but of very many the oldest."""
        ...

    async def descents(self, document: str) -> list[Descent]:
        """Tell which cells of a document came from which, the oldest first."""
        ...

    async def about_issues(self, project: str) -> list[ThreadSubject]:
        """Find the threads of a project that are about issues."""
        ...
