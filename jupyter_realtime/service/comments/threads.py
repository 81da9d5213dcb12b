"""What people do with threads: begin one, reply, edit, delete, react, resolve.

Each of it is one commit with its event and with what people are told of it. Whom it concerns is asked
before; where the thread has gone on meanwhile, it is asked again.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

import msgspec

from ...core.access import Verb
from ...core.actors import Principal
from ...core.anchors import AnchorSource, first_place
from ...core.codec import check_key
from ...core.errors import BadRequest, Conflict
from ...core.threads import Comment, OwnThread, Resolution, Thread
from ...core.times import rfc3339
from ...ports import Document, Store, Text
from ..projects import Projects
from .checks import (
    MAX_ISSUE_CHARACTERS,
    check_author,
    check_body,
    check_emoji,
    is_author,
)
from .forgetting import UNDELETE_SECONDS
from .range import Range
from .reading import ThreadReading
from .rendering import Rendering
from .telling import CommentTelling

ID_BYTES = 9
# How often it is asked whom a reply concerns, before what is known has to do.
ASKED_AGAIN = 5


@dataclass(frozen=True)
class NewThread:
    """A thread that somebody begins, and what they say first."""

    document: str
    range: Range
    body: str
    key: str | None = None
    issue: str | None = None


class Threads:
    """Lets members of a project talk about its code."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        reading: ThreadReading,
        telling: CommentTelling,
        rendering: Rendering,
    ) -> None:
        self._rendering = rendering
        self._store = store
        self._projects = projects
        self._reading = reading
        self._telling = telling

    # -- comments ---------------------------------------------------------------------------------

    async def open(self, principal: Principal, new: NewThread) -> OwnThread:
        """Begin a thread; the same key gives the same thread."""
        document = await self._reading.document(principal, new.document, Verb.PUBLISH)
        body = check_body(new.body)
        check_key(new.key)
        if new.issue is not None and not 1 <= len(new.issue) <= MAX_ISSUE_CHARACTERS:
            raise BadRequest(f"issue is a fingerprint of 1 to {MAX_ISSUE_CHARACTERS} characters.")
        source = new.range.taken_down()
        now_ms = _now_ms()
        roles = self._telling.roles(document.project)
        first = await self._comment(principal, body, document.project, now_ms)
        thread = _thread(document, first, source, new.issue)
        audience = await self._store.threads.audience(document.id, None)
        project = (await self._projects.get(document.project)).project
        place = self._telling.place(project, document.id, document.path, thread.id)
        postings = await self._telling.of_comment(
            place, audience, first.mentions, first.author, first.id, body, now_ms
        )
        written = await self._store.threads.open(thread, source, new.key, postings, now_ms)
        self._telling.kept(document.project, postings, roles)
        return await self._reading.get(principal, written.thread)

    async def reply(self, principal: Principal, thread: str, body: str, key: str | None) -> Comment:
        """Write one more comment; the same key gives the same comment."""
        found = await self._reading.get(principal, thread, Verb.PUBLISH)
        body = check_body(body)
        check_key(key)
        now_ms = _now_ms()
        roles = self._telling.roles(found.project)
        new = await self._comment(principal, body, found.project, now_ms)
        project = (await self._projects.get(found.project)).project
        place = self._telling.place(project, found.document, found.path, thread)
        for left in reversed(range(ASKED_AGAIN)):
            audience = await self._store.threads.audience(found.document, thread)
            postings = await self._telling.of_comment(
                place, audience, new.mentions, new.author, new.id, body, now_ms
            )
            expected = audience.count if left else None
            written = await self._store.threads.reply(thread, new, key, expected, postings, now_ms)
            if written is not None:
                break
        assert written is not None  # The last time nothing is expected.
        self._telling.kept(found.project, postings, roles)
        return (await self._reading.comment(principal, thread, written.comment))[1]

    async def edit(self, principal: Principal, thread: str, comment: str, body: str) -> Comment:
        """Change what a comment says; whom it mentions now and did not before is told."""
        found, before = await self._reading.comment(principal, thread, comment)
        check_author(principal, before.author)
        body = check_body(body)
        now_ms = _now_ms()
        roles = self._telling.roles(found.project)
        mentions = await self._telling.mentioned(body, found.project)
        audience = await self._store.threads.audience(found.document, thread)
        project = (await self._projects.get(found.project)).project
        place = self._telling.place(project, found.document, found.path, thread)
        postings = await self._telling.of_edit(
            place, audience, set(mentions) - set(before.mentions), before, body, now_ms
        )
        text = Text(body, await self._rendering.rendered(body, mentions), mentions)
        edited = await self._store.threads.edit(
            thread, comment, text, principal.actor, postings, now_ms
        )
        self._telling.kept(found.project, postings, roles)
        return edited

    async def delete(self, principal: Principal, thread: str, comment: str) -> Comment:
        """Leave a tombstone of one's own comment; an owner of the project of anybody's."""
        found, before = await self._reading.comment(principal, thread, comment)
        if not is_author(principal, before.author):
            await self._projects.check_project(principal, Verb.MANAGE, found.project)
        return await self._store.threads.delete(thread, comment, principal.actor, _now_ms())

    async def undelete(self, principal: Principal, thread: str, comment: str) -> Comment:
        """Take a deletion back, soon after it.

        Raises
        ------
        Conflict
            If that is too long ago.
        """
        _, before = await self._reading.comment(principal, thread, comment)
        check_author(principal, before.author)
        if not before.deleted:
            return before
        now_ms = _now_ms()
        since_ms = now_ms - int(UNDELETE_SECONDS * 1000)
        said = await self._store.threads.withheld(comment, since_ms)
        back = None
        if said is not None:
            html = await self._rendering.rendered(said.body, said.mentions)
            back = await self._store.threads.undelete(
                thread, comment, html, principal.actor, now_ms
            )
        if back is None:
            minutes = UNDELETE_SECONDS / 60
            raise Conflict(f"A comment comes back within {minutes:.0f} minutes; this one is gone.")
        return back

    async def _comment(self, principal: Principal, body: str, project: str, now_ms: int) -> Comment:
        mentions = await self._telling.mentioned(body, project)
        return Comment(
            id=secrets.token_urlsafe(ID_BYTES),
            author=principal.actor,
            body=body,
            html=await self._rendering.rendered(body, mentions),
            created_at=rfc3339(now_ms / 1000),
            edited_at=None,
            deleted=False,
            reactions=[],
            mentions=mentions,
        )

    # -- what else is done with threads -----------------------------------------------------------

    async def turn(self, principal: Principal, thread: str, *, resolved: bool) -> OwnThread:
        """Resolve a thread, or open it again."""
        await self._reading.get(principal, thread, Verb.PUBLISH)
        now_ms = _now_ms()
        by = principal.actor
        resolution = Resolution(by=by, at=rfc3339(now_ms / 1000)) if resolved else None
        await self._store.threads.turn(thread, resolution, "person", by, (), now_ms)
        return await self._reading.get(principal, thread)

    async def react(
        self, principal: Principal, thread: str, comment: str, emoji: str, *, on: bool
    ) -> Comment:
        """Put one's emoji at a comment, or take it away."""
        _, before = await self._reading.comment(principal, thread, comment)
        reactions = await self._store.threads.react(
            thread, comment, check_emoji(emoji), on, principal.actor, _now_ms()
        )
        return msgspec.structs.replace(before, reactions=reactions)


def _thread(document: Document, first: Comment, source: AnchorSource, issue: str | None) -> Thread:
    return Thread(
        id=secrets.token_urlsafe(ID_BYTES),
        project=document.project,
        document=document.id,
        path=document.path,
        state="open",
        anchor=first_place(source),
        comments=[first],
        issue=issue,
        resolved=None,
        created_at=first.created_at,
        updated_at=first.created_at,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
