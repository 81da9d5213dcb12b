"""Threads of comments, in SQL.

Theory of operation
-------------------
A unit changes rows and appends the event about them, and what people are told, so that neither is without
the other. Events are made in the unit, as they say how things are at their place in the log: the reactions
at a comment, say. What Markdown becomes is not kept: whoever asks renders it (`service.comments.markdown`),
so that a better renderer counts for old comments too; in the log it stands as it was rendered then.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.actors import Actor
from ...core.anchors import AnchorSource, Descent
from ...core.log import Draft
from ...core.threads import Comment, OwnThread, Reaction, Resolution, Subscription, Thread
from ...ports import (
    Anchored,
    Audience,
    Posting,
    Text,
    ThreadSearch,
    ThreadSubject,
    WrittenComment,
)
from ...ports.threads import Reason
from ..units import Executor
from . import anchoring, deleting, readers, reading, turning, writing


class SqlThreads:
    """The port `Threads` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def open(
        self,
        new: Thread,
        source: AnchorSource,
        key: str | None,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> WrittenComment:
        """Keep a new thread with its first comment."""
        return await self._executor.write(writing.open_(new, source, key, postings, now_ms))

    async def reply(
        self,
        thread: str,
        new: Comment,
        key: str | None,
        expected: int | None,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> WrittenComment | None:
        """Keep one more comment."""
        unit = writing.reply(thread, new, key, expected, postings, now_ms)
        return await self._executor.write(unit)

    async def edit(
        self,
        thread: str,
        comment: str,
        text: Text,
        by: Actor,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> Comment:
        """Change what a comment says."""
        return await self._executor.write(writing.edit(thread, comment, text, by, postings, now_ms))

    async def delete(self, thread: str, comment: str, by: Actor, now_ms: int) -> Comment:
        """Leave a tombstone."""
        return await self._executor.write(deleting.delete(thread, comment, by, now_ms))

    async def undelete(
        self, thread: str, comment: str, html: str, by: Actor, now_ms: int
    ) -> Comment | None:
        """Give a deleted comment its text back."""
        return await self._executor.write(deleting.undelete(thread, comment, html, by, now_ms))

    async def withheld(self, comment: str, since_ms: int) -> Text | None:
        """Give what a deleted comment said."""
        return await self._executor.read(deleting.withheld(comment, since_ms))

    async def forget_withheld(self, before_ms: int) -> int:
        """Forget what comments said that were deleted before a moment."""
        return await self._executor.write(deleting.forget_withheld(before_ms))

    async def turn(
        self,
        thread: str,
        resolution: Resolution | None,
        reason: Reason,
        by: Actor,
        postings: Sequence[Posting],
        now_ms: int,
    ) -> bool:
        """Resolve a thread, or open it again."""
        unit = turning.turn(thread, resolution, reason, by, postings, now_ms)
        return await self._executor.write(unit)

    async def react(
        self, thread: str, comment: str, emoji: str, on: bool, by: Actor, now_ms: int
    ) -> list[Reaction]:
        """Put somebody's emoji at a comment, or take it away."""
        return await self._executor.write(turning.react(thread, comment, emoji, on, by, now_ms))

    async def get(self, thread: str, person: str | None) -> OwnThread | None:
        """Find one."""
        return await self._executor.read(reading.get(thread, person))

    async def page(
        self,
        search: ThreadSearch,
        person: str | None,
        after: tuple[int, str] | None,
        limit: int,
    ) -> tuple[list[OwnThread], tuple[int, str] | None]:
        """List threads."""
        return await self._executor.read(reading.page(search, person, after, limit))

    async def audience(self, document: str, thread: str | None) -> Audience:
        """Tell who could want to know of a thread."""
        return await self._executor.read(readers.audience(document, thread))

    async def read(self, thread: str, person: str, up_to: str | None) -> int:
        """Note that somebody has read up to a comment."""
        return await self._executor.write(readers.read(thread, person, up_to))

    async def read_document(self, document: str, person: str, up_to: str | None) -> int:
        """Note that somebody has read all threads of a document."""
        return await self._executor.write(readers.read_document(document, person, up_to))

    async def subscribe(self, thread: str, person: str, subscription: Subscription) -> None:
        """Note what somebody wants to be told of a thread."""
        await self._executor.write(readers.subscribe(thread, person, subscription))

    async def subscribe_document(
        self, document: str, person: str, subscription: Subscription
    ) -> None:
        """Note what somebody wants to be told of a document's threads."""
        await self._executor.write(readers.subscribe_document(document, person, subscription))

    async def anchored(self, document: str) -> list[Anchored]:
        """Tell where the threads of a document are."""
        return await self._executor.read(anchoring.anchored(document))

    async def place(self, places: Sequence[Anchored], told: Sequence[Draft]) -> None:
        """Note where threads are now."""
        await self._executor.write(anchoring.place(places, told))

    async def descend(self, document: str, descents: Sequence[Descent]) -> None:
        """Note which cells came from which."""
        await self._executor.write(anchoring.descend(document, descents))

    async def descents(self, document: str) -> list[Descent]:
        """Tell which cells of a document came from which."""
        return await self._executor.read(anchoring.descents(document))

    async def about_issues(self, project: str) -> list[ThreadSubject]:
        """Find the threads of a project that are about issues."""
        return await self._executor.read(reading.about_issues(project))
