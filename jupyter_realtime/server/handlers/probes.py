"""`health` and `ready`: the routes for which nobody has to be known.

Strangers read the answers, so they say what is wrong in one word a check, and no more; the reasons stand
in the log, and on the board of the room `system`.
"""

from __future__ import annotations

from jupyter_server.auth.decorator import allow_unauthenticated

from ..._version import __version__
from ...core.messages import PROTOCOL
from ...service.health import Standing
from . import shapes
from .base import RealtimeHandler
from .describing import Description, describe


class HealthHandler(RealtimeHandler):
    """`health`: whether it works; always 200, since restarting Jupyter would not mend a disk."""

    @describe(Description(gives=shapes.Health, is_open=True))
    @allow_unauthenticated
    async def get(self) -> None:
        """Say whether it works: by a look, or one of a moment ago."""
        self.answer(_health(await self.runtime.look(wait=True)))


class ReadyHandler(RealtimeHandler):
    """`ready`: 200 when clients should come here, else 503; never waits for a server that starts."""

    @describe(Description(gives=shapes.Health, statuses=(200, 503), is_open=True))
    @allow_unauthenticated
    async def get(self) -> None:
        """Say whether the store writes and reads and the server stays."""
        standing = await self.runtime.look(wait=False)
        self.answer(_health(standing), 200 if standing.is_ready else 503)


def _health(standing: Standing) -> shapes.Health:
    return shapes.Health(
        status=standing.status,
        checks=standing.checks,
        version=__version__,
        protocol=PROTOCOL,
    )
