"""`api/v1/…deliveries…`: what went out by mail and push, why, and what could not."""

from __future__ import annotations

from ...core.access import Verb
from ...core.actors import Principal
from ...core.deliveries import DeliveryState
from ...core.rooms import RoomName
from . import delivery_shapes as shapes
from .base import CURSOR, LIMIT, RealtimeHandler, moment_cursor, route
from .describing import Parameter
from .shapes import Listing

_SYSTEM = RoomName.parse("system")
_STATE = Parameter("state", DeliveryState, "In which state; else `dead`: those that were given up.")


class NotificationDeliveriesHandler(RealtimeHandler):
    """`notifications/<id>/deliveries`."""

    @route("read", gives=Listing[shapes.DeliveryItem])
    async def get(self, principal: Principal, notification: str) -> None:
        """Tell by what one of one's notifications goes out, by which rule, and what became of it."""
        await self.services.inboxes.get(principal, notification)
        found = await self.services.store.deliveries.of(principal.name, notification)
        self.answer(Listing(items=[shapes.item_of(one) for one in found], next=None))


class _AdminsHandler(RealtimeHandler):
    async def _check_admin(self, principal: Principal) -> None:
        await self.services.projects.check(principal, Verb.MANAGE, _SYSTEM)


class DeliveriesHandler(_AdminsHandler):
    """`deliveries`."""

    @route("read", gives=Listing[shapes.AnyDeliveryItem], parameters=(_STATE, CURSOR, LIMIT))
    async def get(self, principal: Principal) -> None:
        """List everybody's deliveries in a state, the newest first; for admins."""
        await self._check_admin(principal)
        state: DeliveryState = self.choice("state", DeliveryState) or "dead"
        limit = self.limit()
        found = await self.services.store.deliveries.in_state(state, self.moment(), limit)
        last = found[-1] if len(found) == limit else None
        following = moment_cursor(None if last is None else (last.created_ms, last.id))
        self.answer(Listing(items=[shapes.any_item_of(one) for one in found], next=following))


class RetryHandler(_AdminsHandler):
    """`deliveries/<id>/retry`."""

    @route("write", status=204)
    async def post(self, principal: Principal, delivery: str) -> None:
        """Try one again that was given up; for admins."""
        await self._check_admin(principal)
        await self.services.dispatcher.revive(delivery)
        self.set_status(204)
        self.finish()
