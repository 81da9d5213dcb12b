"""Browsers that take pushes. Who carries pushes to them is the port `Pusher`, among the deliveries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ..core.push import PushSubscription


@dataclass(frozen=True)
class Browser:
    """A browser that takes somebody's pushes.

    Parameters
    ----------
    id
        The SHA-256 of its endpoint, in hex.
    label
        For people: which browser it is.
    """

    id: str
    person: str
    subscription: PushSubscription
    label: str
    created_ms: int


class Browsers(Protocol):
    """Browsers that take pushes.

    Guarantees
    ----------
    - A browser is one person's: whoever has subscribed with it last.
    """

    async def put(self, browser: Browser, most: int) -> None:
        """Keep one, of at most so many of that person's; the oldest ones go."""
        ...

    async def of(self, people: Collection[str]) -> list[Browser]:
        """List those of some people, the oldest first."""
        ...

    async def forget(self, person: str, browser: str) -> bool:
        """Forget one of somebody's; false where there is none."""
        ...
