"""Reading the inbox: pages by key, one row, and who was told of what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    or_,
    select,
)

from ...core.notifications import Notification
from ...ports import InboxPage, Search
from .. import unread
from ..tables import notification
from ..units import Unit
from .row import (
    AWAY,
    IN_INBOX,
    LISTED,
    MINE,
    Stored,
    any_or,
    notification_of,
)

BY_ID = select(notification).where(MINE, notification.c.id == bindparam("wanted"))
TOLD_OF = (
    select(notification.c.recipient, notification.c.withdrawn)
    .where(notification.c.project == bindparam("of_project"))
    .distinct()
)
PROJECTS = select(notification.c.project).where(notification.c.project.is_not(None)).distinct()
_BOXES = {
    "inbox": IN_INBOX,
    "unread": unread.COUNTED,
    "archived": notification.c.archived == 1,
    "snoozed": and_(AWAY, notification.c.archived == 0),
    "all": notification.c.listed == 1,
}


def _page_of(box: str) -> Any:
    """Select a page of one box; each is a statement of its own, so that it can use an index."""
    return (
        select(notification)
        .where(
            MINE,
            LISTED,
            _BOXES[box],
            any_or("category", notification.c.category),
            any_or("type", notification.c.type),
            any_or("project", notification.c.project),
            or_(
                bindparam("text", type_=Text).is_(None),
                (notification.c.title + "\n" + notification.c.message).ilike(
                    bindparam("text", type_=Text), escape="\\"
                ),
            ),
            # Said apart, so that the index is entered where the page begins.
            notification.c.updated_ms <= bindparam("before_ms"),
            or_(
                notification.c.updated_ms < bindparam("before_ms"),
                notification.c.id < bindparam("before"),
            ),
        )
        .order_by(notification.c.updated_ms.desc(), notification.c.id.desc())
        .limit(bindparam("most"))
    )


PAGES = {box: _page_of(box) for box in _BOXES}


def page(recipient: str, search: Search, before: tuple[int, str], limit: int) -> Unit[InboxPage]:
    """List a person's notifications."""
    before_ms, before_id = before
    wanted = None if search.text is None else f"%{_escaped(search.text)}%"
    rows = yield (
        PAGES[search.box],
        {
            "of": recipient,
            "category": search.category,
            "type": search.type,
            "project": search.project,
            "text": wanted,
            "before_ms": before_ms,
            "before": before_id,
            "most": limit,
        },
    )
    last = Stored(*rows[-1]) if len(rows) == limit else None
    return InboxPage(
        items=[notification_of(row) for row in rows],
        unread=(yield from unread.read(recipient)),
        following=None if last is None else (last.updated_ms, last.id),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def get(recipient: str, wanted: str) -> Unit[Notification | None]:
    """Find one that stands in the inbox."""
    rows = yield BY_ID, {"of": recipient, "wanted": wanted}
    if not rows:
        return None
    row = Stored(*rows[0])
    return Notification(**row.fields) if row.listed and not row.withdrawn else None


def told(project: str) -> Unit[set[tuple[str, bool]]]:
    """Tell who was told something of a project, and what of that is withdrawn."""
    rows = yield TOLD_OF, {"of_project": project}
    return {(recipient, bool(withdrawn)) for recipient, withdrawn in rows}


def projects() -> Unit[list[str]]:
    """Name the projects of which somebody was told something."""
    rows = yield PROJECTS, {}
    return [row[0] for row in rows]
