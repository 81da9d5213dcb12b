"""What an admin tells everybody."""

from __future__ import annotations

import msgspec

from .actors import Actor
from .notifications import Notice, NotificationType


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody is told who comes by before it `expires`.

    That is a time (RFC 3339), or null: then it is told for as long as notifications are kept.
    """

    id: str
    title: str
    message: str
    type: NotificationType
    actor: Actor
    created_at: str
    expires: str | None


def group_of(announcement: str) -> str:
    """Name the group of an announcement: one row for each who is told, and told once."""
    return f"announcement:{announcement}"


def notice_of(announcement: Announcement) -> Notice:
    """Make of an announcement what each person is told."""
    group = group_of(announcement.id)
    return Notice(
        type=announcement.type,
        category="system",
        title=announcement.title,
        message=announcement.message,
        group=group,
        dedupe=group,
        reason="This was announced to everybody.",
        actor=announcement.actor,
    )
