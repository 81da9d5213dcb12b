"""`api/v1/announcements…`: what admins tell everybody."""

from __future__ import annotations

import msgspec

from ...core.actors import Principal
from ...core.announcements import Announcement
from ...core.times import unix_seconds
from . import notification_shapes as shapes
from .base import CURSOR, LIMIT, RealtimeHandler, moment_cursor, route
from .shapes import Listing


class AnnouncementsHandler(RealtimeHandler):
    """`announcements`."""

    @route("read", gives=Listing[Announcement], parameters=(CURSOR, LIMIT))
    async def get(self, principal: Principal) -> None:
        """List what was announced, the newest first; for admins."""
        limit = self.limit()
        items = await self.services.announcements.page(principal, self.moment(), limit)
        following = _place(items[-1]) if len(items) == limit else None
        self.answer(Listing(items=items, next=moment_cursor(following)))

    @route("write", takes=shapes.AnnounceRequest, gives=shapes.AnnounceAnswer, status=201)
    async def post(self, principal: Principal) -> None:
        """Tell everybody something, also those who come by before it expires; for admins."""
        self.services.rates.take(principal)
        wanted = self.body(shapes.AnnounceRequest)
        made, told = await self.services.announcements.announce(
            principal, wanted.title, wanted.message, wanted.type, wanted.expires
        )
        self.answer(shapes.AnnounceAnswer(**msgspec.structs.asdict(made), told=told), 201)


class AnnouncementHandler(RealtimeHandler):
    """`announcements/<id>`."""

    @route("write", status=204)
    async def delete(self, principal: Principal, announcement: str) -> None:
        """Take an announcement back: it is told to nobody any more, and leaves all inboxes."""
        await self.services.announcements.take_back(principal, announcement)
        self.set_status(204)
        self.finish()


def _place(last: Announcement) -> tuple[int, str]:
    return round(unix_seconds(last.created_at) * 1000), last.id
