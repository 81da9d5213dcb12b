"""How people want to be told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from ..core.preferences import Preferences


class PreferenceStore(Protocol):
    """What people have settled for themselves."""

    async def of(self, people: Collection[str]) -> dict[str, Preferences]:
        """Read what several people have settled; who has settled nothing is left out."""
        ...

    async def put(self, person: str, preferences: Preferences, now_ms: int) -> None:
        """Keep what somebody has settled."""
        ...
