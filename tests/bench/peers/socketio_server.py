"""python-socketio on aiohttp, emitting to a room: `socketio_server.py PAYLOAD_BYTES`."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

import socketio
from aiohttp import web

from .control import filler, take_commands

ROOM = "bench"


async def main(payload_bytes: int) -> None:
    """Serve until the process is ended."""
    server = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"])
    application = web.Application()
    server.attach(application)
    emitting: set[asyncio.Task[None]] = set()

    async def connect(sid: str, _environment: dict[str, Any]) -> None:
        await server.enter_room(sid, ROOM)

    server.on("connect", connect)

    async def emit(stamp: int, count: int) -> None:
        data = {"t": stamp, "p": filler(stamp, payload_bytes)}
        for _ in range(count):
            await server.emit("bench", data, to=ROOM)

    def broadcast(stamp: int, count: int) -> None:
        task = asyncio.get_running_loop().create_task(emit(stamp, count))
        emitting.add(task)
        task.add_done_callback(emitting.discard)

    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=4096).start()
    control_port = await take_commands(broadcast)
    print("listening", listener.getsockname()[1], control_port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
