"""Tornado's `write_message` to each client, as its chat demo does: `tornado_server.py PAYLOAD_BYTES`."""

from __future__ import annotations

import asyncio
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from .control import payload, take_commands


class Everybody(WebSocketHandler):
    """A client that receives all that is sent."""

    clients: set[Everybody] = set()  # noqa: RUF012  # as in the chat demo

    def open(self, *args: str, **kwargs: str) -> None:
        self.set_nodelay(True)
        self.clients.add(self)

    def on_message(self, message: str | bytes) -> None:
        pass

    def on_close(self) -> None:
        self.clients.discard(self)


async def main(payload_bytes: int) -> None:
    """Serve until the process is ended."""

    def broadcast(stamp: int, count: int) -> None:
        text = payload(stamp, payload_bytes)
        for _ in range(count):
            for client in Everybody.clients:
                client.write_message(text)

    [listener] = bind_sockets(0, "127.0.0.1", backlog=4096)
    HTTPServer(Application([("/", Everybody)])).add_sockets([listener])
    control_port = await take_commands(broadcast)
    print("listening", listener.getsockname()[1], control_port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
