"""Browsers that take pushes, and who hands pushes to their push services."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.push import PushSubscription
from .deliveries import Refused


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


@dataclass(frozen=True)
class Push:
    """What one browser is sent: ids and a count, nothing of what they stand for.

    Parameters
    ----------
    id
        Stays the same when it is sent again.
    notifications
        Their ids, the newest first; none for one that only tries whether pushes arrive.
    """

    id: str
    notifications: Sequence[str]


class Gone(Refused):
    """The browser takes no pushes any more: it is to be forgotten."""


class Pusher(Protocol):
    """Hands pushes to browsers' push services."""

    @property
    def public_key(self) -> str:
        """With which browsers subscribe: an uncompressed point on P-256, in base64url."""
        ...

    def check(self, subscription: PushSubscription) -> None:
        """Refuse a browser to which nothing could be sent.

        Raises
        ------
        BadRequest
        """
        ...

    async def send(self, push: Push, subscription: PushSubscription) -> None:
        """Send one push to one browser; returns, or raises, within a minute.

        Raises
        ------
        Undelivered, Refused, Gone
            With words for an admin, in which no endpoint and no key is.
        """
        ...

    async def close(self) -> None:
        """End what is under way."""
        ...
