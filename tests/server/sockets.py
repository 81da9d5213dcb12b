"""What tests say over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

Connect = Callable[..., Any]


async def read(socket: ClientConnection) -> dict[str, Any]:
    """Wait for the next frame."""
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return frame


async def until_closed(socket: ClientConnection) -> int | None:
    """Wait for the end; gives the close code."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 15)
    except ConnectionClosed:
        return socket.close_code


async def ask(socket: ClientConnection, **request: Any) -> dict[str, Any]:
    """Send a request and wait for its answer."""
    await socket.send(json.dumps(request))
    while (frame := await read(socket)).get("id") != request["id"]:
        pass
    return frame
