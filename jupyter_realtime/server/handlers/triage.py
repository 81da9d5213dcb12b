"""`api/v1/projects/<id>/{dismissals,baselines}`: what people decide about issues."""

from __future__ import annotations

from urllib.parse import quote, unquote

from ...core.actors import Principal
from ...core.triage import Baseline, Dismissal
from . import shapes
from .base import CURSOR, LIMIT, RealtimeHandler, route
from .describing import Parameter

_PATH = Parameter("path", str, "In this file only, relative to the project's root; else wherever.")


class DismissalsHandler(RealtimeHandler):
    """`projects/<id>/dismissals`."""

    @route("read", gives=shapes.Listing[Dismissal], parameters=(CURSOR, LIMIT))
    async def get(self, principal: Principal, project: str) -> None:
        """List the issues that were dismissed, with the reasons."""
        fingerprint, _, path = self.get_query_argument("cursor", "").partition(":")
        after = unquote(fingerprint), unquote(path)
        limit = self.limit()
        found = await self.services.triage.dismissals(principal, project, after, limit)
        last = _cursor(found[-1]) if len(found) == limit else None
        self.answer(shapes.Listing(items=found, next=last))

    @route("write", takes=shapes.DismissalRequest, gives=Dismissal)
    async def put(self, principal: Principal, project: str) -> None:
        """Dismiss an issue, with a reason."""
        wanted = self.body(shapes.DismissalRequest)
        self.answer(
            await self.services.triage.dismiss(
                principal, project, wanted.fingerprint, wanted.path, wanted.reason
            )
        )


class DismissalHandler(RealtimeHandler):
    """`projects/<id>/dismissals/<fingerprint>`."""

    @route("write", status=204, parameters=(_PATH,))
    async def delete(self, principal: Principal, project: str, fingerprint: str) -> None:
        """Take a dismissal back."""
        path = self.get_query_argument("path", None)
        await self.services.triage.restore(principal, project, fingerprint, path)
        self.set_status(204)
        self.finish()


class BaselinesHandler(RealtimeHandler):
    """`projects/<id>/baselines`."""

    @route("read", gives=shapes.Listing[Baseline], parameters=(CURSOR, LIMIT))
    async def get(self, principal: Principal, project: str) -> None:
        """List the baselines, by name."""
        limit = self.limit()
        after = self.get_query_argument("cursor", "")
        found = await self.services.triage.baselines(principal, project, after, limit)
        last = found[-1].name if len(found) == limit else None
        self.answer(shapes.Listing(items=found, next=last))


class BaselineHandler(RealtimeHandler):
    """`projects/<id>/baselines/<name>`."""

    @route("read", gives=shapes.BaselineContent)
    async def get(self, principal: Principal, project: str, name: str) -> None:
        """Show by what the issues of a baseline are known."""
        found = await self.services.triage.baseline(principal, project, name)
        issues = [shapes.BaselineIssue(fingerprint=known_by, path=path) for known_by, path in found]
        self.answer(shapes.BaselineContent(name=name, issues=issues))

    @route("write", takes=shapes.BaselineRequest, gives=Baseline)
    async def put(self, principal: Principal, project: str, name: str) -> None:
        """Keep what a finished analysis has found under this name."""
        wanted = self.body(shapes.BaselineRequest)
        self.answer(
            await self.services.triage.keep_baseline(principal, project, name, wanted.analysis)
        )

    @route("write", status=204)
    async def delete(self, principal: Principal, project: str, name: str) -> None:
        """Forget a baseline."""
        await self.services.triage.drop_baseline(principal, project, name)
        self.set_status(204)
        self.finish()


def _cursor(last: Dismissal) -> str:
    # A reported fingerprint may have any character in it.
    return f"{quote(last.fingerprint, safe='')}:{quote(last.path, safe='')}"
