"""What a server's machine has left."""

from __future__ import annotations

from typing import Protocol

from ..core.quotas import Reading


class Usage(Protocol):
    """What is used of what there is."""

    async def read(self) -> list[Reading]:
        """Read all gauges that can be read just now; what has no limit is left out."""
        ...
