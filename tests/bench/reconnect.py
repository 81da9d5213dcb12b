"""Everybody comes back at once, and has missed the same events."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.jupyter import Jupyter

from .fanout import PAYLOAD_BYTES
from .load import Load
from .peers.control import payload
from .servers import STOCK_APP, Server, speak_ours, start_jupyter

# As many as Tornado's listen queue takes: a lost SYN would be repeated by the kernel after a second.
HANDSHAKES_AT_ONCE = 100
EVENT_MARK = '"event":"custom:bench"'


@dataclass(frozen=True)
class Reconnect:
    """How long it took until the last client had all that it had missed."""

    clients: int
    missed: int
    seconds: float


def reconnect(clients: int, missed: int) -> Reconnect:
    """Cut all clients of one room off, publish, and let them return."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_jupyter(Path(folder), STOCK_APP, PAYLOAD_BYTES) as server,
        returning_clients(server, clients, missed) as connect,
    ):
        return Reconnect(clients, missed, connect())


@contextmanager
def returning_clients(server: Server, clients: int, missed: int) -> Iterator[Callable[[], float]]:
    """Let clients miss events; gives what lets them return and says how long it took in seconds."""
    assert server.jupyter is not None
    with Load(clients, server.speaks) as load:
        load.wait_until_ready()
        since = _position(server.jupyter, server.room)
    _publish(server.jupyter, server.room, missed)
    subscribe = {"type": "subscribe", "id": 0, "room": server.room, "since": since}
    speaks = speak_ours(server.jupyter, subscribe)
    speaks += ["--expect", EVENT_MARK, "--times", str(missed)]
    speaks += ["--handshakes", str(HANDSHAKES_AT_ONCE)]
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Load(clients, speaks)).wait_until_ready()


def _position(jupyter: Jupyter, room: str) -> dict[str, Any]:
    status, page = jupyter.api("GET", f"rooms/{room}/events?since=0&limit=1")
    assert status == 200, page
    position: dict[str, Any] = page["position"]
    return position


def _publish(jupyter: Jupyter, room: str, count: int) -> None:
    for number in range(count):
        data = {"number": number, "p": payload(0, PAYLOAD_BYTES)}
        event = {"room": room, "event": "custom:bench", "data": data}
        status, answer = jupyter.api("POST", "publish", event)
        assert status == 200, answer
