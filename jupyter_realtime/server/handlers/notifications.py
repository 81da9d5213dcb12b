"""`api/v1/notifications…`: one's inbox, and telling others something."""

from __future__ import annotations

import msgspec

from ...core.actors import Principal
from ...core.errors import BadRequest
from ...core.notifications import Category, Notification, NotificationType
from ...core.times import unix_seconds
from ...ports import Change, Search, Wanted
from ...ports.inbox import Box
from ...service.telling import Wish
from . import notification_shapes as shapes
from .base import CURSOR, LIMIT, RealtimeHandler, moment_cursor, route
from .describing import Parameter

_BOX = Parameter("box", Box, "Which of them; else `inbox`: neither archived nor snoozed.")
_CATEGORY = Parameter("category", Category, "Of this category only.")
_TYPE = Parameter("type", NotificationType, "Of this type only.")
_PROJECT = Parameter("project", str, "About this project only.")
_TEXT = Parameter("q", str, "With this text in title or message.")


class NotificationsHandler(RealtimeHandler):
    """`notifications`."""

    @route(
        "read",
        gives=shapes.NotificationListing,
        parameters=(_BOX, _CATEGORY, _TYPE, _PROJECT, _TEXT, CURSOR, LIMIT),
    )
    async def get(self, principal: Principal) -> None:
        """List one's own notifications, the newest first."""
        search = Search(
            box=self.choice("box", Box) or "inbox",
            category=self.choice("category", Category),
            type=self.choice("type", NotificationType),
            project=self.get_query_argument("project", None),
            text=self.get_query_argument("q", None) or None,
        )
        page = await self.services.inboxes.page(principal, search, self.moment(), self.limit())
        following = moment_cursor(page.following)
        self.answer(
            shapes.NotificationListing(items=page.items, unread=page.unread, next=following)
        )

    @route("write", takes=shapes.NotificationsChange, gives=shapes.NotificationsAnswer)
    async def patch(self, principal: Principal) -> None:
        """Read, archive or snooze some, or take that back."""
        wanted = self.body(shapes.NotificationsChange)
        items, unread = await self.services.inboxes.change(principal, wanted.ids, _change(wanted))
        self.answer(shapes.NotificationsAnswer(items=items, unread=unread))

    @route("write", takes=shapes.TellRequest, gives=shapes.TellAnswer, status=201)
    async def post(self, principal: Principal) -> None:
        """Tell members of a project something; answered when it is durable."""
        self.services.rates.take(principal)
        wanted = self.body(shapes.TellRequest)
        told = await self.services.telling.tell(
            principal,
            Wish(
                to=[wanted.to] if isinstance(wanted.to, str) else wanted.to,
                type=wanted.type,
                category=wanted.category,
                title=wanted.title,
                message=wanted.message,
                action_url=wanted.action_url,
                dedupe=wanted.dedupe,
                project=wanted.project,
            ),
        )
        self.answer(shapes.TellAnswer(id=told.own, recipients=told.recipients, new=told.new), 201)


class NotificationHandler(RealtimeHandler):
    """`notifications/<id>`."""

    @route("read", gives=Notification)
    async def get(self, principal: Principal, notification: str) -> None:
        """Show one."""
        self.answer(await self.services.inboxes.get(principal, notification))

    @route("write", takes=shapes.NotificationChange, gives=Notification)
    async def patch(self, principal: Principal, notification: str) -> None:
        """Read, archive or snooze one, or take that back."""
        how = _change(self.body(shapes.NotificationChange))
        await self.services.inboxes.change(principal, [notification], how)
        # It may have gone just now, with a right to see it.
        self.answer(await self.services.inboxes.get(principal, notification))


class ReadAllHandler(RealtimeHandler):
    """`notifications/read-all`."""

    @route("write", takes=shapes.ReadAllRequest, gives=shapes.UnreadAnswer)
    async def post(self, principal: Principal) -> None:
        """Read all in the inbox, up to a place."""
        asked = self.body(shapes.ReadAllRequest) if self.request.body else shapes.ReadAllRequest()
        wanted = Wanted(up_to=asked.up_to, category=asked.category, project=asked.project)
        self.answer(
            shapes.UnreadAnswer(unread=await self.services.inboxes.read_all(principal, wanted))
        )


def _change(wanted: shapes.NotificationChange) -> Change:
    snooze = wanted.snoozed_until
    return Change(
        read=wanted.read,
        up_to=wanted.up_to,
        seen=wanted.seen if wanted.read is None else wanted.read or wanted.seen,
        archived=wanted.archived,
        snooze_ms=None if snooze is msgspec.UNSET else _moment_ms(snooze),
    )


def _moment_ms(text: str | None) -> int:
    if text is None:
        return 0
    try:
        return max(1, int(unix_seconds(text) * 1000))
    except ValueError:
        raise BadRequest(
            "snoozed_until is a time like 2026-11-23T09:30:00.000Z, or null."
        ) from None
