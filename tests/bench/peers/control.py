"""The control port of a server written in Python: each line `STAMP COUNT` asks for a burst of events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

# Takes a stamp and how many events.
Broadcast = Callable[[int, int], None]


async def take_commands(broadcast: Broadcast, port: int = 0) -> int:
    """Listen for commands; returns the port."""

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            stamp, count = map(int, line.split())
            broadcast(stamp, count)
        writer.close()

    server = await asyncio.start_server(obey, "127.0.0.1", port)
    bound: int = server.sockets[0].getsockname()[1]
    # Whoever holds the server keeps it alive; the process ends with the run.
    _servers.append(server)
    return bound


_servers: list[asyncio.Server] = []


def filler(stamp: int, payload_bytes: int) -> str:
    """What makes `{"t":<stamp>,"p":"…"}` as long as it has to be."""
    return "x" * (payload_bytes - len(f'{{"t":{stamp},"p":""}}'))


def payload(stamp: int, payload_bytes: int) -> str:
    """An event's data as JSON of this length."""
    return f'{{"t":{stamp},"p":"{filler(stamp, payload_bytes)}"}}'
