"""`api/v1/…`: who one is, documents, events."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ...core.access import Verb
from ...core.actors import Principal
from ...core.codec import check_key
from ...core.errors import NotFound
from ...core.issues import DetectorDescription
from ...core.messages import Position
from ...core.rooms import RoomName, document_room
from ...ports import Document
from . import shapes
from .base import LIMIT, RealtimeHandler, route
from .describing import Parameter

_SINCE = Parameter(
    "since", Annotated[int, Meta(ge=0)], "Behind this `seq`; else from the oldest that is kept."
)


class MeHandler(RealtimeHandler):
    """`me`."""

    @route("read", gives=shapes.Me)
    async def get(self, principal: Principal) -> None:
        """Say who one is to the server."""
        scopes = None if principal.scopes is None else sorted(principal.scopes)
        actor = principal.actor
        self.answer(shapes.Me(user=actor, kind=actor.kind, via=actor.via, scopes=scopes))


class DocumentsHandler(RealtimeHandler):
    """`documents`."""

    @route("write", takes=shapes.DocumentRequest, gives=shapes.DocumentItem)
    async def put(self, principal: Principal) -> None:
        """Give a file its id."""
        wanted = self.body(shapes.DocumentRequest)
        _, document = await self.services.projects.document(principal, wanted.project, wanted.path)
        self.services.disk.opened(document.id)
        self.answer(_item(document))


class DocumentHandler(RealtimeHandler):
    """`documents/<id>`."""

    @route("read", gives=shapes.DocumentItem)
    async def get(self, principal: Principal, document: str) -> None:
        """Say which file a document is now."""
        self.answer(_item(await self.services.projects.known_document(principal, document)))


def _item(document: Document) -> shapes.DocumentItem:
    return shapes.DocumentItem(
        id=document.id,
        room=document_room(document.id),
        project=document.project,
        path=document.path,
    )


class PublishHandler(RealtimeHandler):
    """`publish`."""

    @route("write", takes=shapes.PublishRequest, gives=shapes.PublishAnswer)
    async def post(self, principal: Principal) -> None:
        """Publish an event; answered when it is durable."""
        self.services.rates.take(principal)
        wanted = self.message(shapes.PublishRequest)
        check_key(wanted.key)
        position = await self.services.publishing.publish(
            principal, wanted.room, wanted.event, wanted.data, wanted.key
        )
        self.answer(shapes.PublishAnswer(position=position))


class EventsHandler(RealtimeHandler):
    """`rooms/<room>/events`."""

    @route("read", gives=shapes.EventListing, parameters=(_SINCE, LIMIT))
    async def get(self, principal: Principal, room: str) -> None:
        """Read a piece of a room's log."""
        name = RoomName.parse(room)
        await self.services.projects.check(principal, Verb.READ, name)
        page = await self.services.store.log.page(room, self.integer("since"), self.limit())
        self.answer(
            shapes.EventListing(
                # Not behind the head, whatever was asked for: somebody may go on from here.
                position=Position(epoch=page.epoch, seq=min(page.last, page.head)),
                items=[event.logged for event in page.events],
                more=page.last < page.head,
            )
        )


class DetectorsHandler(RealtimeHandler):
    """`detectors`."""

    @route("read", gives=shapes.Listing[DetectorDescription])
    async def get(self, principal: Principal) -> None:
        """List the detectors, and how to install those that are missing."""
        items: list[DetectorDescription] = self.services.analyses.detectors()
        self.answer(shapes.Listing(items=items, next=None))


class RuleHandler(RealtimeHandler):
    """`detectors/<name>/rules/<rule>`."""

    @route("read", gives=shapes.RuleText)
    async def get(self, _principal: Principal, detector: str, rule: str) -> None:
        """Say what a rule means, in a few sentences."""
        text = await self.services.analyses.explain(detector, rule)
        self.answer(shapes.RuleText(detector=detector, rule=rule, text=text))


class UnknownHandler(RealtimeHandler):
    """Any other path below `api/v1/`."""

    @route("read")
    async def get(self, _principal: Principal, path: str) -> None:
        """Say that there is nothing, in the shape that clients expect."""
        raise NotFound(f"There is no route api/v1/{path[:80]}.")

    post = put = patch = delete = get
