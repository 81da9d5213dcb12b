"""Two Jupyter servers with one PostgreSQL database: what one keeps the other hands out, whatever dies."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from jupyter_realtime.core.messages import SUBPROTOCOL
from tests.jupyter import TOKEN, Jupyter
from tests.postgres import Postgres, postgres

WITHIN_SECONDS = 20.0
EVENTS = 40


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A PostgreSQL server that the test may stop."""
    # Without it the servers' health would be degraded.
    with postgres(fsync=True) as server:
        yield server


@pytest.fixture
def servers(tmp_path: Path, database: Postgres) -> Iterator[list[Jupyter]]:
    """Two servers of one folder and one database."""
    (tmp_path / "root").mkdir()
    option = f"--RealtimeConfig.store_url={database.url()}"
    servers = [
        Jupyter(tmp_path / name, tmp_path / "root", app="jupyter_server", options=(option,))
        for name in ("one", "two")
    ]
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.stop()


def publish(server: Jupyter, room: str, data: object, key: str) -> tuple[int, Any]:
    event = {"room": room, "event": "custom:x", "data": data, "key": key}
    return server.api("POST", "publish", event)


def published(server: Jupyter, room: str, data: object, key: str) -> int:
    """Publish again until it is acknowledged; gives the `seq`."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < deadline:
        status, answer = publish(server, room, data, key)
        if status == 200:
            return int(answer["position"]["seq"])
        assert (status, answer["retryable"]) == (503, True), answer
        time.sleep(min(0.2, answer["retry_after"]))
    raise AssertionError("It is never acknowledged.")


@contextmanager
def listening(server: Jupyter, room: str) -> Iterator[ClientConnection]:
    """Have a socket that hears a room from its beginning."""
    with connect(
        server.url.replace("http", "ws") + "realtime/ws",
        additional_headers={"Authorization": f"token {TOKEN}"},
        subprotocols=[Subprotocol(SUBPROTOCOL)],
    ) as socket:
        socket.send(json.dumps({"type": "subscribe", "id": 1, "room": room, "since": "earliest"}))
        yield socket


def heard(socket: ClientConnection, count: int) -> list[tuple[int, Any]]:
    """Take the next events of a project's own kind: their `seq` and data."""
    found: list[tuple[int, Any]] = []
    while len(found) < count:
        frame = json.loads(socket.recv(WITHIN_SECONDS))
        events = frame.get("events", []) if frame["type"] == "reply" else [frame]
        found += [(one["seq"], one["data"]) for one in events if one.get("event") == "custom:x"]
    return found


def test_L5_O11_what_one_server_acknowledges_the_other_hands_out_whatever_dies(
    servers: list[Jupyter], database: Postgres
) -> None:
    one, two = servers
    projects = [server.api("GET", "projects")[1]["items"] for server in servers]
    assert projects[0] == projects[1]
    room = f"project:{projects[0][0]['id']}"
    with listening(two, room) as socket:
        acknowledged = {
            published((one, two)[number % 2], room, number, f"k{number}"): number
            for number in range(EVENTS)
        }
        assert dict(heard(socket, EVENTS)) == acknowledged
        # One of the servers is killed: the other goes on.
        one.kill()
        acknowledged[published(two, room, "after", "after")] = "after"
        assert heard(socket, 1) == [(max(acknowledged), "after")]
        # The database goes down as if its machine did.
        database.stop(signal.SIGQUIT)
        status, answer = publish(two, room, "down", "down")
        assert (status, answer["code"], answer["retryable"]) == (503, "unavailable", True)
        assert answer["retry_after"] > 0 and "secret" not in answer["message"]
        # States need none, and Jupyter itself goes on.
        state = {"type": "state", "room": room, "event": "progress:x", "key": "k", "data": 1}
        socket.send(json.dumps({**state, "id": "state"}))
        while (frame := json.loads(socket.recv(WITHIN_SECONDS))).get("id") != "state":
            pass
        assert frame["type"] == "reply"
        contents = Request(f"{two.url}api/contents", headers={"Authorization": f"token {TOKEN}"})
        with urlopen(contents, timeout=WITHIN_SECONDS) as answered:
            assert answered.status == 200
        database.start()
        acknowledged[published(two, room, "down", "down")] = "down"
        assert published(two, room, 7, "k7") in acknowledged, "a repetition finds the first"
    one.start()
    with listening(one, room) as socket:
        assert dict(heard(socket, len(acknowledged))) == acknowledged
