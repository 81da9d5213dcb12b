"""What hangs on the board of the room `system`: how the service is, for everybody who looks."""

from __future__ import annotations

import asyncio
import time

from ..core.actors import SYSTEM_ACTOR
from ..core.events import SystemStatus
from ..core.messages import StateEntry
from ..core.rooms import SYSTEM, RoomName
from ..core.times import rfc3339
from .health import Health, Standing
from .rooms import Rooms

EVENT = "system:status"
# There is one service, and one entry about it.
KEY = "service"


class SystemStatusBoard:
    """Pins the health on the board, and changes it there when it changes."""

    def __init__(self, rooms: Rooms, health: Health) -> None:
        self._rooms = rooms
        self._health = health
        self._since = time.time()
        self._telling: set[asyncio.Task[None]] = set()
        rooms.show_with(self.board)
        health.on_change(self._changed)

    async def board(self, room: RoomName) -> list[StateEntry]:
        """Give the entry, for a board that is opened."""
        if room != SYSTEM:
            return []
        standing = self._health.standing
        return [
            StateEntry(
                event=EVENT,
                key=KEY,
                time=rfc3339(self._since),
                actor=SYSTEM_ACTOR,
                data=_status(standing),
            )
        ]

    async def told(self) -> None:
        """Wait until everybody who is there has been handed the latest."""
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _changed(self, standing: Standing) -> None:
        self._since = time.time()
        task = asyncio.get_running_loop().create_task(self._tell(standing))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, standing: Standing) -> None:
        await self._rooms.pin(SYSTEM, EVENT, KEY, _status(standing), SYSTEM_ACTOR, owner=None)


def _status(standing: Standing) -> SystemStatus:
    return SystemStatus(status=standing.status, message=standing.message)
