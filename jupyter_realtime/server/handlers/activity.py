"""`api/v1/activity` and `export/activity`: what a team has done."""

from __future__ import annotations

from tornado.iostream import StreamClosedError

from ...core.activity import KINDS, Activity
from ...core.actors import Principal
from ...core.codec import encode
from ...core.errors import BadRequest
from ...core.times import rfc3339
from ...service.activity import ActivitySearch
from .base import CURSOR, LIMIT, RealtimeHandler, route
from .describing import Parameter
from .shapes import Listing

JSON_LINES = "application/x-ndjson"
_EXPORTED = Parameter("project", str, "Whose activity; it has to be there.")
_DOCUMENT = Parameter("document", str, "Its id; it has to be there.")
_PROJECT = Parameter("project", str, "Of this project alone; else of all that one may read.")
_USER = Parameter("user", str, "What this person, or a program of theirs, has done.")
_KIND = Parameter(
    "kind",
    str,
    f"Of these kinds ({', '.join(KINDS)}), verbs, or kinds of object; with commas between them.",
)
_SINCE = Parameter("since", str, "Not before this time (RFC 3339).")
_UNTIL = Parameter("until", str, "Not after this time (RFC 3339).")


class ActivityHandler(RealtimeHandler):
    """`activity`."""

    @route(
        "read",
        gives=Listing[Activity],
        parameters=(_PROJECT, _USER, _KIND, _SINCE, _UNTIL, CURSOR, LIMIT),
    )
    async def get(self, principal: Principal) -> None:
        """Read what was done, the newest first, with what belongs together as one line.

        A page may have fewer lines than `limit`, also none, while `next` says that there is more.
        """
        kinds = self.get_query_argument("kind", None)
        search = ActivitySearch(
            project=self.get_query_argument("project", None),
            user=self.get_query_argument("user", None),
            kinds=None if kinds is None else frozenset(kinds.split(",")),
            since=self.time("since"),
            until=self.time("until"),
        )
        cursor = self.get_query_argument("cursor", None)
        items, following = await self.services.activity.page(
            principal, search, cursor, self.limit()
        )
        self.answer(Listing(items=items, next=following))


class Missed(Listing[Activity], frozen=True, kw_only=True):
    """What was missed at a document since `since`; null for somebody who was never there."""

    since: str | None


class AwayHandler(RealtimeHandler):
    """`activity/away`."""

    @route("read", gives=Missed, parameters=(_DOCUMENT, CURSOR, LIMIT))
    async def get(self, principal: Principal) -> None:
        """Read what others have done to a document since one was last there, the newest first."""
        document = self.get_query_argument("document", None)
        cursor = self.get_query_argument("cursor", None)
        limit = self.limit()
        if document is None:
            raise BadRequest("document is missing: the id of the document.")
        missed = await self.services.activity.away(principal, document, cursor, limit)
        since = None if missed.since is None else rfc3339(missed.since)
        self.answer(Missed(items=missed.items, next=missed.next, since=since))


class ExportHandler(RealtimeHandler):
    """`export/activity`."""

    @route("read", gives=Activity, parameters=(_EXPORTED,), media=JSON_LINES)
    async def get(self, principal: Principal) -> None:
        """Write all of a project's activity as JSON lines, the newest first: one for each event."""
        self.services.rates.take(principal)
        project = self.get_query_argument("project", None)
        if project is None:
            raise BadRequest("project is missing: the id of the project to export.")
        pages = self.services.activity.export(principal, project)
        # The first piece, or the refusal, comes before anything is answered.
        piece = await anext(pages, None)
        self.set_header("Content-Type", JSON_LINES)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Disposition", 'attachment; filename="activity.jsonl"')
        while piece is not None:
            self.write(b"".join(encode(line) + b"\n" for line in piece))
            try:
                await self.flush()
            except StreamClosedError:
                return
            piece = await anext(pages, None)
        self.finish()
