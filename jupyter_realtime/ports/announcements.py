"""What was announced."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from ..core.announcements import Announcement


class Announcements(Protocol):
    """What was announced to everybody."""

    async def add(self, announcement: Announcement) -> None:
        """Keep one."""
        ...

    async def page(self, before: tuple[int, str] | None, limit: int) -> list[Announcement]:
        """List them, the newest first, behind a `(created_ms, id)`."""
        ...

    async def pending(self, now_ms: int, since_ms: int) -> list[Announcement]:
        """List those that were made since then and have not expired, the oldest first."""
        ...

    async def remove(self, announcement: str) -> bool:
        """Forget one; False if there is none."""
        ...

    async def forget(self, before_ms: int) -> int:
        """Forget those that were made, and have expired, before; returns how many."""
        ...

    async def reached(self, announcement: str, people: Collection[str]) -> dict[str, str]:
        """Tell by which notification an announcement has reached some people, by name."""
        ...
