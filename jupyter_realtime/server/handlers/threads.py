"""`api/v1/threads…` and `documents/<id>/…`: comments on code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tornado.iostream import StreamClosedError

from ...core.actors import Principal
from ...core.anchors import Candidate
from ...core.comment_files import AnnotationCollection
from ...core.errors import BadRequest
from ...core.threads import Comment, OwnThread, ThreadState
from ...ports import ThreadSearch
from ...ports.threads import ThreadFilter
from ...service.comments.exchange import Form
from ...service.comments.following import CellChange
from ...service.comments.range import Range
from ...service.comments.threads import NewThread
from . import shapes
from . import thread_shapes as threads
from .base import CURSOR, LIMIT, RealtimeHandler, moment_cursor, route
from .describing import Parameter

JSON_LD = "application/ld+json"
# As what each form is sent, and what it is called.
FILES: Mapping[Form, tuple[str, str]] = {
    "jsonld": (JSON_LD, "comments.jsonld"),
    "markdown": ("text/markdown; charset=UTF-8", "comments.md"),
}

_DOCUMENT = Parameter("document", str, "Of this document, the oldest first.")
_PROJECT = Parameter("project", str, "Of this project, those first where something happened last.")
_STATE = Parameter(
    "state",
    str,
    "`open`, `resolved` or `all`; else all of a document, and the open ones of a project.",
)
_FILTER = Parameter(
    "filter",
    ThreadFilter,
    "Those in which one has written, that mention one, that lost their code, or with something new.",
)
_ISSUE = Parameter("issue", str, "About the issue with this fingerprint.")
_OF_DOCUMENT = Parameter("document", str, "Of this document.")
_OF_PROJECT = Parameter("project", str, "Of this project.")
_FORMAT = Parameter("format", Form, "Else `jsonld`.")
_QUERY = Parameter("q", str, "What was written of a name.")


class ThreadsHandler(RealtimeHandler):
    """`threads`."""

    @route(
        "read",
        gives=shapes.Listing[OwnThread],
        parameters=(_DOCUMENT, _PROJECT, _STATE, _FILTER, _ISSUE, CURSOR, LIMIT),
    )
    async def get(self, principal: Principal) -> None:
        """List the threads of a document or of a project."""
        document = self.get_query_argument("document", None)
        search = ThreadSearch(
            document=document,
            project=self.get_query_argument("project", None),
            state=self._state("all" if document is not None else "open"),
            filter=self.choice("filter", ThreadFilter),
            issue=self.get_query_argument("issue", None),
        )
        items, following = await self.services.comments.reading.page(
            principal, search, self.moment(), self.limit()
        )
        self.answer(shapes.Listing(items=items, next=moment_cursor(following)))

    def _state(self, otherwise: str) -> ThreadState | None:
        wanted: Any = self.get_query_argument("state", otherwise)
        if wanted not in ("open", "resolved", "all"):
            raise BadRequest("state is one of open, resolved, all.")
        return None if wanted == "all" else wanted

    @route("write", takes=threads.ThreadRequest, gives=OwnThread, status=201)
    async def post(self, principal: Principal) -> None:
        """Begin a thread; the same key gives the same thread."""
        self.services.rates.take(principal)
        wanted = self.body(threads.ThreadRequest)
        thread = await self.services.comments.threads.open(
            principal,
            NewThread(
                document=wanted.document,
                range=_range(wanted),
                body=wanted.body,
                key=wanted.key,
                issue=wanted.issue,
            ),
        )
        self.answer(thread, 201)


class ThreadHandler(RealtimeHandler):
    """`threads/<id>`."""

    @route("read", gives=OwnThread)
    async def get(self, principal: Principal, thread: str) -> None:
        """Show one."""
        self.answer(await self.services.comments.reading.get(principal, thread))


class AnchorHandler(RealtimeHandler):
    """`threads/<id>/anchor`."""

    @route("write", takes=threads.AnchorRequest, gives=OwnThread)
    async def put(self, principal: Principal, thread: str) -> None:
        """Put a thread where its code is."""
        self.services.rates.take(principal)
        wanted = self.body(threads.AnchorRequest)
        self.answer(await self.services.comments.following.put(principal, thread, _range(wanted)))


class CandidatesHandler(RealtimeHandler):
    """`threads/<id>/candidates`."""

    @route("read", gives=shapes.Listing[Candidate])
    async def get(self, principal: Principal, thread: str) -> None:
        """List the places at which a thread's code may be, the likeliest first."""
        self.services.rates.take(principal)
        items = await self.services.comments.following.candidates(principal, thread)
        self.answer(shapes.Listing(items=items, next=None))


class LineageHandler(RealtimeHandler):
    """`documents/<id>/lineage`."""

    @route("write", takes=threads.LineageRequest, status=204)
    async def post(self, principal: Principal, document: str) -> None:
        """Note which cells of a notebook came from which."""
        self.services.rates.take(principal)
        changes = [
            CellChange(one.kind, one.parents, one.children)
            for one in self.body(threads.LineageRequest).changes
        ]
        await self.services.comments.following.descend(principal, document, changes)
        self.set_status(204)
        self.finish()


class CommentsHandler(RealtimeHandler):
    """`threads/<id>/comments`."""

    @route("write", takes=threads.CommentRequest, gives=Comment, status=201)
    async def post(self, principal: Principal, thread: str) -> None:
        """Write one more comment."""
        self.services.rates.take(principal)
        wanted = self.body(threads.CommentRequest)
        reply = self.services.comments.threads.reply
        self.answer(await reply(principal, thread, wanted.body, wanted.key), 201)


class CommentHandler(RealtimeHandler):
    """`threads/<id>/comments/<comment>`."""

    @route("write", takes=threads.CommentEdit, gives=Comment)
    async def patch(self, principal: Principal, thread: str, comment: str) -> None:
        """Change what one's own comment says."""
        self.services.rates.take(principal)
        wanted = self.body(threads.CommentEdit)
        self.answer(
            await self.services.comments.threads.edit(principal, thread, comment, wanted.body)
        )

    @route("write", gives=Comment)
    async def delete(self, principal: Principal, thread: str, comment: str) -> None:
        """Leave a tombstone of one's own comment, or as an owner of anybody's."""
        self.services.rates.take(principal)
        self.answer(await self.services.comments.threads.delete(principal, thread, comment))


class UndeleteHandler(RealtimeHandler):
    """`threads/<id>/comments/<comment>/undelete`."""

    @route("write", gives=Comment)
    async def put(self, principal: Principal, thread: str, comment: str) -> None:
        """Take a deletion back, within ten minutes."""
        self.services.rates.take(principal)
        self.answer(await self.services.comments.threads.undelete(principal, thread, comment))


class ResolveHandler(RealtimeHandler):
    """`threads/<id>/resolve`."""

    @route("write", gives=OwnThread)
    async def post(self, principal: Principal, thread: str) -> None:
        """Resolve a thread."""
        self.services.rates.take(principal)
        self.answer(await self.services.comments.threads.turn(principal, thread, resolved=True))


class ReopenHandler(RealtimeHandler):
    """`threads/<id>/reopen`."""

    @route("write", gives=OwnThread)
    async def post(self, principal: Principal, thread: str) -> None:
        """Open a thread again."""
        self.services.rates.take(principal)
        self.answer(await self.services.comments.threads.turn(principal, thread, resolved=False))


class ReactionsHandler(RealtimeHandler):
    """`threads/<id>/reactions`."""

    @route("write", takes=threads.ReactionRequest, gives=Comment)
    async def post(self, principal: Principal, thread: str) -> None:
        """Put one's emoji at a comment, or take it away."""
        self.services.rates.take(principal)
        wanted = self.body(threads.ReactionRequest)
        self.answer(
            await self.services.comments.threads.react(
                principal, thread, wanted.comment, wanted.emoji, on=wanted.on
            )
        )


class ReadHandler(RealtimeHandler):
    """`threads/<id>/read`."""

    @route("write", takes=threads.ReadRequest, gives=threads.ThreadUnread)
    async def post(self, principal: Principal, thread: str) -> None:
        """Note up to which comment one has read."""
        self.services.rates.take(principal)
        wanted = self.body(threads.ReadRequest) if self.request.body else threads.ReadRequest()
        unread = await self.services.comments.reading.read(principal, thread, wanted.up_to)
        self.answer(threads.ThreadUnread(unread=unread))


class DocumentReadHandler(RealtimeHandler):
    """`documents/<id>/read`."""

    @route("write", takes=threads.ReadRequest, gives=threads.ThreadUnread)
    async def post(self, principal: Principal, document: str) -> None:
        """Note that one has read all threads of a document, up to when that comment was written."""
        self.services.rates.take(principal)
        wanted = self.body(threads.ReadRequest) if self.request.body else threads.ReadRequest()
        read = self.services.comments.reading.read_document
        self.answer(threads.ThreadUnread(unread=await read(principal, document, wanted.up_to)))


class SubscriptionHandler(RealtimeHandler):
    """`threads/<id>/subscription`."""

    @route("write", takes=threads.SubscriptionRequest, gives=threads.SubscriptionAnswer)
    async def put(self, principal: Principal, thread: str) -> None:
        """Say of what in a thread one wants to be told."""
        self.services.rates.take(principal)
        wanted = self.body(threads.SubscriptionRequest).subscription
        await self.services.comments.reading.subscribe(principal, thread, wanted)
        self.answer(threads.SubscriptionAnswer(subscription=wanted))


class DocumentSubscriptionHandler(RealtimeHandler):
    """`documents/<id>/subscription`."""

    @route("read", gives=threads.SubscriptionAnswer)
    async def get(self, principal: Principal, document: str) -> None:
        """Tell of what in a document's threads one wants to be told."""
        wanted = await self.services.comments.reading.subscription(principal, document)
        self.answer(threads.SubscriptionAnswer(subscription=wanted))

    @route("write", takes=threads.SubscriptionRequest, gives=threads.SubscriptionAnswer)
    async def put(self, principal: Principal, document: str) -> None:
        """Say of what in a document's threads one wants to be told."""
        self.services.rates.take(principal)
        wanted = self.body(threads.SubscriptionRequest).subscription
        await self.services.comments.reading.subscribe_document(principal, document, wanted)
        self.answer(threads.SubscriptionAnswer(subscription=wanted))


class MentionableHandler(RealtimeHandler):
    """`documents/<id>/mentionable`."""

    @route("read", gives=shapes.Listing[threads.Mentionable], parameters=(_QUERY, LIMIT))
    async def get(self, principal: Principal, document: str) -> None:
        """List whom one can mention: members who may read the document."""
        query = self.get_query_argument("q", "")
        found = await self.services.comments.reading.mentionable(
            principal, document, query, self.limit()
        )
        items = [
            threads.Mentionable(
                name=one.name,
                display_name=one.display_name,
                initials=one.initials,
                color=one.color,
                avatar_url=one.avatar_url,
            )
            for one in found
        ]
        self.answer(shapes.Listing(items=items, next=None))


class PreviewHandler(RealtimeHandler):
    """`threads/preview`."""

    @route("write", takes=threads.PreviewRequest, gives=threads.PreviewAnswer)
    async def post(self, principal: Principal) -> None:
        """Show a text as a comment would."""
        self.services.rates.take(principal)
        wanted = self.body(threads.PreviewRequest)
        html = await self.services.comments.reading.preview(principal, wanted.document, wanted.body)
        self.answer(threads.PreviewAnswer(html=html))


class ExportHandler(RealtimeHandler):
    """`export/comments`."""

    @route(
        "read",
        gives=AnnotationCollection,
        parameters=(_OF_DOCUMENT, _OF_PROJECT, _FORMAT),
        media=JSON_LD,
    )
    async def get(self, principal: Principal) -> None:
        """Write all comments of a document or a project as W3C Web Annotations, or as Markdown."""
        self.services.rates.take(principal)
        document = self.get_query_argument("document", None)
        project = self.get_query_argument("project", None)
        form: Form = self.choice("format", Form) or "jsonld"
        media, name = FILES[form]
        pieces = self.services.comments.exchange.written(principal, project, document, form)
        # The first piece, or the refusal, comes before anything is answered.
        piece = await anext(pieces, None)
        self.set_header("Content-Type", media)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        while piece is not None:
            self.write(piece)
            try:
                await self.flush()
            except StreamClosedError:
                return
            piece = await anext(pieces, None)
        self.finish()


class ImportHandler(RealtimeHandler):
    """`import/comments`."""

    @route("write", takes=threads.ImportRequest, gives=threads.ImportAnswer)
    async def post(self, principal: Principal) -> None:
        """Take W3C Web Annotations in as one's own comments; each is there once."""
        self.services.rates.take(principal)
        wanted = self.body(threads.ImportRequest)
        found, new = await self.services.comments.exchange.take_in(
            principal, wanted.project, wanted.document, wanted.annotations
        )
        self.answer(threads.ImportAnswer(threads=found, new=new))


def _range(wanted: threads.RangeRequest) -> Range:
    return Range(wanted.cell_id, wanted.source, wanted.start, wanted.end, wanted.cell_index)
