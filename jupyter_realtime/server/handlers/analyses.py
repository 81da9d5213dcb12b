"""`api/v1/analyses…`: start, list, look at, cancel, and report from outside."""

from __future__ import annotations

import secrets

from ...core.access import Verb
from ...core.actors import Principal
from ...core.errors import BadRequest
from ...core.messages import MAX_KEY_CHARACTERS
from ...core.reports import Report
from . import shapes
from .base import RealtimeHandler, route

MAX_REPORTS = 1000


class AnalysesHandler(RealtimeHandler):
    """`analyses`."""

    @route("execute")
    async def post(self, principal: Principal) -> None:
        """Start a run, or register one from outside."""
        wanted = self.body(shapes.AnalysisRequest)
        run = await self.services.analyses.start(
            principal, wanted.paths, wanted.detectors, wanted.project, outside=wanted.external
        )
        self.answer(run, 201)

    @route("read")
    async def get(self, principal: Principal) -> None:
        """List runs, the newest first."""
        runs, following = await self.services.history.recent(
            principal,
            self.get_query_argument("project", None),
            self.integer("cursor"),
            self.limit(),
        )
        self.answer(shapes.Listing(items=runs, next=_cursor(following)))


class AnalysisHandler(RealtimeHandler):
    """`analyses/<id>`."""

    @route("read")
    async def get(self, principal: Principal, run: str) -> None:
        """Show how a run stands."""
        found = await self.services.history.find(principal, Verb.READ, run)
        self.answer(found.analysis)

    @route("execute")
    async def delete(self, principal: Principal, run: str) -> None:
        """Cancel."""
        self.answer(await self.services.analyses.cancel(principal, run), 202)


class IssuesHandler(RealtimeHandler):
    """`analyses/<id>/issues`."""

    @route("read")
    async def get(self, principal: Principal, run: str) -> None:
        """List what a run has found, in the order found."""
        issues, following = await self.services.history.issues(
            principal, run, self.integer("cursor") or 0, self.limit()
        )
        self.answer(shapes.Listing(items=issues, next=_cursor(following)))


class ReportsHandler(RealtimeHandler):
    """`analyses/<id>/reports`."""

    @route("execute")
    async def post(self, principal: Principal, run: str) -> None:
        """Take what an outside runner reports; the same `Idempotency-Key` again changes nothing."""
        key = self.request.headers.get("Idempotency-Key") or secrets.token_urlsafe(9)
        reports = self.body(list[Report])
        if len(reports) > MAX_REPORTS or len(key) > MAX_KEY_CHARACTERS:
            raise BadRequest(f"At most {MAX_REPORTS} reports, and {MAX_KEY_CHARACTERS} in a key.")
        kept = await self.services.analyses.report(principal, run, reports, key)
        self.answer(shapes.ReportAnswer(state=kept.state))


def _cursor(following: int | None) -> str | None:
    return None if following is None else str(following)
