"""The kernels of a server, as far as presence asks for them."""

from __future__ import annotations

from typing import Protocol


class Kernels(Protocol):
    """What runs for which file."""

    async def busy(self) -> set[str]:
        """Name the files whose kernel is at something, as paths below the folder that the server shows."""
        ...
