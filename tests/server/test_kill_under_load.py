"""`kill -9` of the server, again and again, while twenty people publish.

`make test` kills a few times; `make soak` fifty (`KILLS`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from jupyter_realtime.core.messages import SUBPROTOCOL
from tests.builders import eventually
from tests.jupyter import TOKEN, Jupyter

KILLS = int(os.environ.get("KILLS", "4"))
PUBLISHERS = 20
IN_FLIGHT = 8
# How many are acknowledged between two kills: enough that the server is in the middle of it.
ACKNOWLEDGED_A_LIFE = 500
DEADLINE_SECONDS = 120.0


class Publisher:
    """Publishes numbered events, and sends again by key what was not acknowledged."""

    def __init__(self, server: Jupyter, room: str, name: str) -> None:
        self._server, self._room, self._name = server, room, name
        self._next = 0
        self._waiting: dict[str, int] = {}
        self.acknowledged: dict[str, int] = {}
        self.contradictions: list[str] = []
        self.is_stopping = False

    async def run(self) -> None:
        """Go on until told to stop, and everything is acknowledged."""
        while not self.is_stopping or self._waiting:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await self._live()
            await asyncio.sleep(0.05)

    async def _live(self) -> None:
        url = f"ws://127.0.0.1:{self._server.port}/realtime/ws"
        headers = {"Authorization": f"token {TOKEN}"}
        async with connect(
            url, additional_headers=headers, subprotocols=[Subprotocol(SUBPROTOCOL)]
        ) as socket:
            for key in list(self._waiting):
                await self._send(socket, key)
            while self._waiting or not self.is_stopping:
                while len(self._waiting) < IN_FLIGHT and not self.is_stopping:
                    self._next += 1
                    key = f"{self._name}-{self._next}"
                    self._waiting[key] = self._next
                    await self._send(socket, key)
                self._take(json.loads(await asyncio.wait_for(socket.recv(), 30)))

    async def _send(self, socket: ClientConnection, key: str) -> None:
        request = {"type": "publish", "id": key, "room": self._room, "event": "custom:n"}
        await socket.send(json.dumps(request | {"data": key, "key": key}))

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "reply":
            key, seq = frame["id"], frame["position"]["seq"]
            if self.acknowledged.setdefault(key, seq) != seq:
                self.contradictions.append(key)
            self._waiting.pop(key, None)
        elif frame["type"] == "error":
            # Sent again with the same key by the next life.
            assert frame["retryable"], frame


def whole_log(server: Jupyter, room: str) -> list[dict[str, Any]]:
    """Read all events of a room."""
    events: list[dict[str, Any]] = []
    while True:
        since = events[-1]["seq"] if events else 0
        _, page = server.api("GET", f"rooms/{room}/events?since={since}&limit=1000")
        events += page["items"]
        if not page["more"]:
            return events


async def test_L2_nothing_that_was_acknowledged_is_missing_after_many_deaths(
    tmp_path: Path,
) -> None:
    (tmp_path / "root").mkdir()
    options = ("--RealtimeConfig.connections_per_user=100",)
    server = Jupyter(tmp_path / "home", tmp_path / "root", app="jupyter_server", options=options)
    await asyncio.to_thread(server.start)
    try:
        _, listing = server.api("GET", "projects")
        room = f"project:{listing['items'][0]['id']}"
        people = [Publisher(server, room, f"p{n}") for n in range(PUBLISHERS)]
        running = [asyncio.create_task(person.run()) for person in people]
        for life in range(1, KILLS + 1):
            await _acknowledged(people, life * ACKNOWLEDGED_A_LIFE)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        for person in people:
            person.is_stopping = True
        await asyncio.wait_for(asyncio.gather(*running), DEADLINE_SECONDS)
        log = await asyncio.to_thread(whole_log, server, room)
    finally:
        await asyncio.to_thread(server.stop)
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    twice = [key for key, count in Counter(event["data"] for event in log).items() if count > 1]
    at = {event["data"]: event["seq"] for event in log}
    told = {key: seq for person in people for key, seq in person.acknowledged.items()}
    assert not twice and not any(person.contradictions for person in people)
    assert {key: at.get(key) for key in told} == told
    assert set(at) == set(told), "everybody went on until all was acknowledged"
    assert len(told) > KILLS * ACKNOWLEDGED_A_LIFE


async def _acknowledged(people: list[Publisher], count: int) -> None:
    async def are_enough() -> bool:
        return sum(len(person.acknowledged) for person in people) >= count

    await eventually(are_enough, within_seconds=DEADLINE_SECONDS)
