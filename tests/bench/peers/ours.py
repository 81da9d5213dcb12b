"""A Jupyter server with our extension, and a control port by which it delivers what is in no log.

It gives a room events as the store does after a commit, which lets the benchmark tell what delivering
costs from what making durable costs. The log is made to agree that they are in it: a room that is ahead of
its log takes it for one restored from a backup, and breaks off. The server is thrown away after the run.
"""

from __future__ import annotations

import os
import time
from typing import Any

import msgspec
from jupyter_server.serverapp import ServerApp

from jupyter_realtime.core.actors import Actor
from jupyter_realtime.core.batch import Batch
from jupyter_realtime.core.log import StoredEvent
from jupyter_realtime.core.messages import Position, ResyncReason, StateEntry
from jupyter_realtime.core.rooms import RoomName
from jupyter_realtime.service.rooms import Rooms

from .control import payload, take_commands

PORT_VARIABLE = "BENCH_CONTROL_PORT"
PAYLOAD_VARIABLE = "BENCH_PAYLOAD_BYTES"
ACTOR = Actor(
    name="ana",
    display_name="Ana",
    initials="A",
    color="#7a3e9d",
    avatar_url=None,
    kind="human",
    via="local",
)


def next_events(room: str, head: int, stamp: int, count: int) -> list[StoredEvent]:
    """Make the events that follow a room's head."""
    data = msgspec.Raw(payload(stamp, int(os.environ[PAYLOAD_VARIABLE])).encode())
    return [
        StoredEvent(
            room=room,
            seq=seq,
            event="custom:bench",
            id=f"event-{seq:06}",
            time_ms=time.time_ns() // 1_000_000,
            actor=ACTOR,
            data=data,
        )
        for seq in range(head + 1, head + 1 + count)
    ]


class Deaf:
    """A member who keeps the room open, and hears nothing."""

    def offer_events(self, batch: Batch) -> None:
        pass

    def offer_state(self, entry: StateEntry, wire: bytes) -> None:
        pass

    def break_off(self, reason: ResyncReason) -> None:
        raise AssertionError(f"The room breaks off: {reason}")


class BenchServer(ServerApp):
    """A stock server otherwise."""

    name = "jupyter-server"

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Listen for commands as soon as the loop runs."""
        super().initialize(*args, **kwargs)
        self.io_loop.add_callback(self._listen)

    async def _listen(self) -> None:
        services = await self.web_app.settings["jupyter_realtime"].services()
        project, _ = await services.projects.of_path("")
        rooms: Rooms = services.rooms
        room = await rooms.enter(RoomName.parse(f"project:{project.id}"), Deaf())

        async def heads(_names: list[str]) -> dict[str, Position]:
            return {room.name: Position(epoch=room.epoch, seq=room.head)}

        services.store.log.heads = heads

        def broadcast(stamp: int, count: int) -> None:
            rooms.committed(next_events(room.name, room.head, stamp, count))

        await take_commands(broadcast, int(os.environ[PORT_VARIABLE]))


if __name__ == "__main__":
    BenchServer.launch_instance()
