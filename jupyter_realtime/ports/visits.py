"""When people were at documents."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

# As `(document, person)`.
Visit = tuple[str, str]


class Visits(Protocol):
    """When people were at documents.

    A visit goes on for as long as it is noted again within its pause.
    """

    async def note(self, visits: Collection[Visit], now_ms: int, pause_ms: int) -> None:
        """Note who is where now; documents that there are not are left out."""
        ...

    async def until(self, visit: Visit, now_ms: int, pause_ms: int) -> int | None:
        """Tell when the last visit ended that is over; None where there was none."""
        ...

    async def prune(self, before_ms: int, at_most: int) -> int:
        """Forget who was last where before a moment; returns of how many visitors."""
        ...
