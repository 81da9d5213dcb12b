"""`api/v1/analyses…`: start, list, look at, cancel, and report from outside."""

from __future__ import annotations

import secrets
from typing import Annotated

from msgspec import Meta

from ...core.access import Verb
from ...core.actors import Principal
from ...core.errors import BadRequest
from ...core.issues import Analysis, Issue
from ...core.messages import MAX_KEY_CHARACTERS
from ...core.reports import Report
from . import shapes
from .base import CURSOR, LIMIT, RealtimeHandler, moment_cursor, route
from .describing import Parameter

MAX_REPORTS = 1000
_PROJECT = Parameter("project", str, "Of this project only; else of all that one may read.")
_KEY = Parameter(
    "Idempotency-Key",
    Annotated[str, Meta(max_length=MAX_KEY_CHARACTERS)],
    "The same again changes nothing.",
    "header",
)


class AnalysesHandler(RealtimeHandler):
    """`analyses`."""

    @route("execute", takes=shapes.AnalysisRequest, gives=Analysis, status=201)
    async def post(self, principal: Principal) -> None:
        """Start a run, or register one from outside."""
        wanted = self.body(shapes.AnalysisRequest)
        run = await self.services.analyses.start(
            principal,
            wanted.paths,
            wanted.detectors,
            wanted.project,
            outside=wanted.external,
            baseline=wanted.baseline,
            quiet=wanted.quiet,
        )
        self.answer(run, 201)

    @route("read", gives=shapes.Listing[Analysis], parameters=(_PROJECT, CURSOR, LIMIT))
    async def get(self, principal: Principal) -> None:
        """List runs, the newest first."""
        runs, following = await self.services.history.recent(
            principal,
            self.get_query_argument("project", None),
            self.moment(),
            self.limit(),
        )
        self.answer(shapes.Listing(items=runs, next=moment_cursor(following)))


class AnalysisHandler(RealtimeHandler):
    """`analyses/<id>`."""

    @route("read", gives=Analysis)
    async def get(self, principal: Principal, run: str) -> None:
        """Show how a run stands."""
        found = await self.services.history.find(principal, Verb.READ, run)
        self.answer(found.analysis)

    @route("execute", gives=Analysis, status=202)
    async def delete(self, principal: Principal, run: str) -> None:
        """Cancel a run."""
        self.answer(await self.services.analyses.cancel(principal, run), 202)


class IssuesHandler(RealtimeHandler):
    """`analyses/<id>/issues`."""

    @route("read", gives=shapes.Listing[Issue], parameters=(CURSOR, LIMIT))
    async def get(self, principal: Principal, run: str) -> None:
        """List what a run has found, in the order found."""
        issues, following = await self.services.history.issues(
            principal, run, self.integer("cursor") or 0, self.limit()
        )
        cursor = None if following is None else str(following)
        self.answer(shapes.Listing(items=issues, next=cursor))


class SarifHandler(RealtimeHandler):
    """`analyses/<id>/sarif`."""

    @route("read", gives=shapes.SarifLog)
    async def get(self, principal: Principal, run: str) -> None:
        """Write a run as SARIF 2.1.0, notebooks by the lines of their files."""
        self.services.rates.take(principal)
        self.answer(await self.services.exports.sarif(principal, run))


class ReportsHandler(RealtimeHandler):
    """`analyses/<id>/reports`."""

    @route("execute", takes=list[Report], gives=shapes.ReportAnswer, parameters=(_KEY,))
    async def post(self, principal: Principal, run: str) -> None:
        """Take what an outside runner reports; the same `Idempotency-Key` again changes nothing."""
        key = self.request.headers.get("Idempotency-Key") or secrets.token_urlsafe(9)
        reports = self.body(list[Report])
        if len(reports) > MAX_REPORTS or len(key) > MAX_KEY_CHARACTERS:
            raise BadRequest(f"At most {MAX_REPORTS} reports, and {MAX_KEY_CHARACTERS} in a key.")
        kept = await self.services.analyses.report(principal, run, reports, key)
        self.answer(shapes.ReportAnswer(state=kept.state))
