"""`health` and `ready`: the routes for which nobody has to be known.

Strangers read the answers, so they say what is wrong in one word a check, and no more; the reasons stand
in the log, and on the board of the room `system`.
"""

from __future__ import annotations

from jupyter_server.auth.decorator import allow_unauthenticated

from ..._version import __version__
from ...core.errors import RealtimeError
from ...core.messages import PROTOCOL
from . import shapes
from .base import RealtimeHandler


class HealthHandler(RealtimeHandler):
    """`health`: whether it works; always 200, since restarting Jupyter would not mend a disk."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Look, or say what was found a moment ago."""
        try:
            self.services = await self.runtime.services()
        except RealtimeError:
            self.answer(_health("down", {"store": "down"}))
            return
        standing = await self.services.health.look()
        self.answer(_health(standing.status, standing.checks))


class ReadyHandler(RealtimeHandler):
    """`ready`: 200 when clients should come here, else 503; never waits for a server that starts."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Say whether the store writes and reads and the server stays."""
        if not self.runtime.is_open:
            self.answer(_health("down", {"store": "down"}), 503)
            return
        self.services = await self.runtime.services()
        standing = await self.services.health.look()
        status = 200 if self.services.health.is_ready else 503
        self.answer(_health(standing.status, standing.checks), status)


def _health(status: shapes.Status, checks: dict[str, shapes.Status]) -> shapes.Health:
    return shapes.Health(status=status, checks=checks, version=__version__, protocol=PROTOCOL)
