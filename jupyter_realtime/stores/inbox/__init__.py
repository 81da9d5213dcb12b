"""What people were told, in SQL.

Theory of operation
-------------------
A row stands for a group. Its last event in the room `user:<recipient>` has the number `last_event_seq`, and
is appended by the very unit that changes the row: so no row is without its event, and no event without its
row. `counts` says whether the badge counts a row. Each statement that changes a row writes it anew, and the
unit counts it (`unread.py`): so nobody looks at rows that stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...core.actors import Actor
from ...core.notifications import Notification
from ...ports import Change, InboxPage, Posted, Posting, Search, Wanted
from ..units import Executor
from . import changing, passing, posting, reading
from .posting import post
from .row import Stored
from .unsaying import unsay

__all__ = ["SqlInbox", "Stored", "post", "unsay"]

# Behind every time and every id: a page that begins at the newest.
_NEWEST = (2**63 - 1, "")


class SqlInbox:
    """The port `Inbox` on any executor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def post(self, postings: Sequence[Posting], now_ms: int) -> list[Posted]:
        """Tell some people something."""
        return await self._executor.write(posting.post(postings, now_ms))

    async def page(
        self, recipient: str, search: Search, before: tuple[int, str] | None, limit: int
    ) -> InboxPage:
        """List a person's notifications."""
        return await self._executor.read(reading.page(recipient, search, before or _NEWEST, limit))

    async def get(self, recipient: str, notification: str) -> Notification | None:
        """Find one."""
        return await self._executor.read(reading.get(recipient, notification))

    async def change(
        self, recipient: str, wanted: Wanted, change_: Change, by: Actor, now_ms: int
    ) -> int:
        """Change a person's notifications."""
        return await self._executor.write(changing.change(recipient, wanted, change_, by, now_ms))

    async def resolve(self, group: str, people: Collection[str], now_ms: int) -> None:
        """Have what some people were told in a group be over."""
        await self._executor.write(passing.resolve(group, people, now_ms))

    async def wake(self, now_ms: int, limit: int) -> int | None:
        """Bring back what was snoozed until now."""
        return await self._executor.write(passing.wake(now_ms, limit))

    async def withdraw(self, recipient: str, project: str, hide: bool, now_ms: int) -> None:
        """Take a project's notifications away, or give them back."""
        await self._executor.write(passing.withdraw(recipient, project, hide, now_ms))

    async def told(self, project: str) -> set[tuple[str, bool]]:
        """Tell who was told something of a project, and what of that is withdrawn."""
        return await self._executor.read(reading.told(project))

    async def projects(self) -> list[str]:
        """Name the projects of which somebody was told something."""
        return await self._executor.read(reading.projects())

    async def forget(self, before_ms: int, now_ms: int, limit: int) -> int:
        """Forget what was not touched since."""
        return await self._executor.write(passing.forget(before_ms, now_ms, limit))
