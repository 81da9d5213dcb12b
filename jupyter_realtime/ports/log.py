"""The logs of rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from ..core.log import MAX_PAGE_BYTES, Draft, Page, StoredEvent
from ..core.messages import Position


class Log(Protocol):
    """The logs of all rooms.

    Guarantees
    ----------
    - Within a room `seq` counts 1, 2, 3 … without a hole, in the order of commits.
    - `append` returns after the event is durable, and never before.
    - The same `(principal, room, key)` with the same event and data gives the first position again,
      as long as the event is kept; with others it raises `Conflict`.
    - Of several appends in one commit a failing one fails alone. If the whole commit is lost, all of
      them raise a retryable `Unavailable`.
    - Pruning takes the oldest events first and never the head's position: who missed nothing can
      always resume. With an event goes its idempotency key.
    """

    @property
    def epoch(self) -> str:
        """The epoch of all logs of this store."""
        ...

    async def append(self, draft: Draft) -> Position:
        """Append one event."""
        ...

    def submit(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event; the future has its `seq` when it is durable."""
        ...

    async def position(self, room: str) -> Position:
        """Tell where the head is; `seq` 0 for a room without events."""
        ...

    async def heads(self, rooms: Sequence[str]) -> dict[str, Position]:
        """Tell the heads of several rooms at once; rooms without events are left out."""
        ...

    async def page(
        self, room: str, after: int | None, limit: int, most_bytes: int = MAX_PAGE_BYTES
    ) -> Page:
        """Read events behind `after` (None: the earliest kept) in one transaction.

        Up to `limit` of them, and up to `most_bytes` of their data, but one at least.
        """
        ...

    async def back(
        self, room: str, before: int | None, events: Sequence[str], limit: int
    ) -> list[StoredEvent]:
        """Read events of these names that stand before a `seq` (None: the newest), the newest first."""
        ...

    async def prunable(self, before_ms: int, keep: int, limit: int) -> list[str]:
        """List rooms with events from before a moment, or with more than `keep`."""
        ...

    async def prune(self, room: str, before_ms: int, keep: int, at_most: int) -> int:
        """Forget up to `at_most` of the oldest events that are too old or too many; returns how many."""
        ...
