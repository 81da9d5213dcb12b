"""`api/v1/presence`: who is there."""

from __future__ import annotations

from ...core.actors import Principal
from ...core.presence import OpenDocument, Presence
from .base import RealtimeHandler, route
from .describing import Parameter
from .shapes import Listing

_PROJECT = Parameter("project", str, "In this project; else in all that one may read.")
_DOCUMENT = Parameter("document", str, "Only who is in this document.")


class PresenceHandler(RealtimeHandler):
    """`presence`."""

    @route("read", gives=Listing[Presence], parameters=(_PROJECT, _DOCUMENT))
    async def get(self, principal: Principal) -> None:
        """List who is there, one entry a person and project."""
        items = await self.services.presences.present(
            principal,
            self.get_query_argument("project", None),
            self.get_query_argument("document", None),
        )
        self.answer(Listing(items=items, next=None))


class OpenDocumentsHandler(RealtimeHandler):
    """`projects/<id>/open-documents`."""

    @route("read", gives=Listing[OpenDocument])
    async def get(self, principal: Principal, project: str) -> None:
        """List the documents that people have open just now, in whichever tab."""
        items = await self.services.presences.documents(principal, project)
        self.answer(Listing(items=items, next=None))
