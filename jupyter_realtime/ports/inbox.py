"""What people were told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..core.actors import Actor
from ..core.notifications import Category, Notice, Notification, NotificationType

Box = Literal["inbox", "unread", "archived", "snoozed", "all"]
Toast = Literal["now", "later", "off"]


@dataclass(frozen=True)
class Delivery:
    """What is to go out by mail or push, and which rule decided so.

    Parameters
    ----------
    due_ms
        Not before this moment, in Unix milliseconds.
    """

    channel: Literal["push", "email"]
    mode: Literal["digest", "instant"]
    rule: str
    due_ms: int


@dataclass(frozen=True)
class Posting:
    """A notice for one recipient, decided.

    Parameters
    ----------
    listed
        Whether it stands in the inbox.
    toast_ms
        Where `toast` is `later`: when quiet hours are over.
    rule
        Which rule put it into the inbox, or not.
    """

    recipient: str
    notice: Notice
    listed: bool
    rule: str
    toast: Toast = "now"
    toast_ms: int | None = None
    deliveries: Sequence[Delivery] = ()


@dataclass(frozen=True)
class Search:
    """Which notifications somebody looks for; None: any."""

    box: Box = "inbox"
    category: Category | None = None
    type: NotificationType | None = None
    project: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Change:
    """What becomes of notifications; None: as it is.

    Parameters
    ----------
    up_to
        With `read`: which event was seen last; None: all that is there.
    snooze_ms
        Until when they are away; 0 brings them back.
    """

    read: bool | None = None
    up_to: int | None = None
    seen: bool | None = None
    archived: bool | None = None
    snooze_ms: int | None = None


@dataclass(frozen=True)
class Wanted:
    """Which notifications are to change: some by id, or all whose last event is at `up_to` at most.

    All of a `category` and of a `project`, where these are set.
    """

    ids: Sequence[str] | None = None
    up_to: int | None = None
    category: Category | None = None
    project: str | None = None


@dataclass(frozen=True)
class Posted:
    """What became of a posting; `is_new` is false where its cause was told already."""

    recipient: str
    notification: str
    is_new: bool


@dataclass(frozen=True)
class InboxPage:
    """A piece of somebody's inbox, what is unread in all of it, and where the next piece begins."""

    items: list[Notification]
    unread: int
    following: tuple[int, str] | None


class Inbox(Protocol):
    """What people were told.

    Guarantees
    ----------
    - What is posted is one commit: rows, deliveries, and a `notification:new` in each recipient's room. A
      cause (`dedupe`) that a recipient was told already changes nothing for them.
    - Of several who post into one group at the same time, on any server, each is counted once.
    - A change is one commit with its `notification:changed`; what changes nothing tells nothing.
    - The count in an event, and in a page, is that of its commit.
    - Reading up to an event leaves unread what came behind it.
    """

    async def post(self, postings: Sequence[Posting], now_ms: int) -> list[Posted]:
        """Tell some people something, in one commit."""
        ...

    async def page(
        self, recipient: str, search: Search, before: tuple[int, str] | None, limit: int
    ) -> InboxPage:
        """List a person's notifications, the newest first, behind an `(updated_ms, id)`."""
        ...

    async def get(self, recipient: str, notification: str) -> Notification | None:
        """Find one that stands in a person's inbox."""
        ...

    async def change(
        self, recipient: str, wanted: Wanted, change: Change, by: Actor, now_ms: int
    ) -> int:
        """Change a person's notifications; returns what is unread from then on."""
        ...

    async def resolve(self, group: str, people: Collection[str], now_ms: int) -> None:
        """Have what some people were told in a group be over: read, archived, and no known cause any more.

        So whoever tells it again tells it anew.
        """
        ...

    async def wake(self, now_ms: int, limit: int) -> int | None:
        """Bring back what was snoozed until now; returns when the next one is due, None for none."""
        ...

    async def withdraw(self, recipient: str, project: str, hide: bool, now_ms: int) -> None:
        """Take a project's notifications away from somebody who may no longer see it, or give them back.

        What their room's log holds of it is emptied.
        """
        ...

    async def told(self, project: str) -> set[tuple[str, bool]]:
        """Tell who was told something of a project: by name, and whether it is withdrawn; or some of it."""
        ...

    async def projects(self) -> list[str]:
        """Name the projects of which somebody was told something."""
        ...

    async def forget(self, before_ms: int, now_ms: int, limit: int) -> int:
        """Forget up to `limit` notifications that were not touched since, and as many causes.

        What is snoozed stays until it is back. Returns of what there was more how many: whether to go on.
        """
        ...
