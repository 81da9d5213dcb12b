"""A server that stops: nobody comes in any more, nothing acknowledged is lost, and clients return."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from jupyter_realtime.client.aio import AsyncRealtime
from jupyter_realtime.core.log import Draft
from tests.builders import eventually
from tests.jupyter import TOKEN, Jupyter
from tests.server.sockets import Connect, read, until_closed
from tests.server.test_fallback import is_waiting
from tests.server.test_probes import runtime_of, until_ready
from tests.server.test_rest import project_of

Api = Callable[..., Any]

PUBLISHERS = 3


async def test_O7_who_drains_takes_nobody_in_and_answers_what_was_asked(
    api: Api,
    connect: Connect,
    jp_serverapp: Any,
    jp_data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = f"project:{await project_of(api)}"
    socket = await connect()
    assert (await read(socket))["type"] == "welcome"
    await until_ready(api)
    runtime = runtime_of(jp_serverapp)
    services = await runtime.services()
    position = await services.store.log.position(room)
    since = {"epoch": position.epoch, "seq": position.seq}
    polling = asyncio.create_task(api("POST", "poll", {"rooms": {room: since}}))
    await is_waiting(services)
    other = sqlite3.connect(jp_data_dir / "realtime.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await socket.send(
        f'{{"type":"publish","id":1,"room":"{room}","event":"custom:x","data":"a secret plan"}}'
    )
    await socket.send('{"type":"ping","id":2}')
    assert (await read(socket))["id"] == 2
    event = {"room": room, "event": "custom:x", "data": "another plan"}
    asked, submit = asyncio.Event(), services.store.log.submit

    def noted(drafted: Draft) -> asyncio.Future[int]:
        asked.set()
        return submit(drafted)

    monkeypatch.setattr(services.store.log, "submit", noted)
    publishing = asyncio.create_task(api("POST", "publish", event))
    await asyncio.wait_for(asked.wait(), 10)
    stopping = asyncio.create_task(runtime.stop())
    assert (await polling)[0] == 200, "who waits is answered at once"
    not_ready = await until_ready(api, 503)
    assert (not_ready["status"], not_ready["checks"]["drain"]) == ("degraded", "degraded")
    assert (await api("GET", "health"))[1] == not_ready
    status, error = await api("GET", "me")
    assert (status, error["retryable"], error["retry_after"] > 0) == (503, True, True)
    with pytest.raises(InvalidStatus) as refused:
        await connect()
    assert refused.value.response.status_code == 503
    other.execute("ROLLBACK")
    other.close()
    assert (await publishing)[1]["position"]["seq"] in (1, 2)
    reply, goodbye = await read(socket), await read(socket)
    assert (reply["type"], reply["id"]) == ("reply", 1)
    assert (goodbye["type"], goodbye["code"]) == ("goodbye", 4001)
    assert 0 < goodbye["retry_after"] <= 1.25
    assert await until_closed(socket) == 4001
    await stopping
    assert (await api("GET", "ready"))[0] == 503


class Publishers:
    """Clients that publish one event after another, whatever happens to the server."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.acknowledged: dict[str, int] = {}
        self._stop = asyncio.Event()

    def stop(self) -> None:
        self._stop.set()

    async def run(self, client: AsyncRealtime, name: str) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            key = f"{name}-{number}"
            position = await client.publish("custom:x", {"key": key}, room=self.room, key=key)
            self.acknowledged[key] = position.seq

    async def reach(self, count: int) -> None:
        async def has_come_so_far() -> bool:
            return len(self.acknowledged) >= count

        await eventually(has_come_so_far, within_seconds=60)


def logged(server: Jupyter, room: str) -> dict[str, int]:
    found: dict[str, int] = {}
    since, more = 0, True
    while more:
        _, page = server.api("GET", f"rooms/{room}/events?since={since}&limit=1000")
        for item in page["items"]:
            key = item["data"]["key"]
            assert item["seq"] == since + 1 and key not in found, "no hole, nothing twice"
            since = found[key] = item["seq"]
        more = page["more"]
    return found


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
async def test_O7_a_stopped_server_loses_nothing_and_its_clients_come_back(
    tmp_path: Path, sent: signal.Signals
) -> None:
    (tmp_path / "root").mkdir()
    options = ("--RealtimeConfig.log_format=json", "--ServerApp.answer_yes=True")
    server = Jupyter(
        tmp_path / "home",
        tmp_path / "root",
        app="jupyter_server",
        options=options,
        in_terminal=sent is signal.SIGINT,
    )
    await asyncio.to_thread(server.start)
    clients: list[AsyncRealtime] = []
    try:
        room = f"project:{server.api('GET', 'projects')[1]['items'][0]['id']}"
        url = f"{server.url}realtime/"
        clients += [await AsyncRealtime.connect(url, TOKEN) for _ in range(PUBLISHERS)]
        heard: list[int] = []
        await clients[0].subscribe(room, lambda event: heard.append(event.seq), since="earliest")
        publishers = Publishers(room)
        publishing = [
            asyncio.create_task(publishers.run(client, str(number)))
            for number, client in enumerate(clients)
        ]
        await publishers.reach(60)
        assert server.process is not None
        server.process.send_signal(sent)
        assert await asyncio.to_thread(server.process.wait, 30) == 0
        acknowledged = dict(publishers.acknowledged)
        await asyncio.to_thread(server.start)
        kept = await asyncio.to_thread(logged, server, room)
        assert acknowledged.items() <= kept.items()
        assert '"event": "server.stopped"' in server.log
        await publishers.reach(len(acknowledged) + 30)
        publishers.stop()
        await asyncio.wait_for(asyncio.gather(*publishing), 30)
        kept = await asyncio.to_thread(logged, server, room)
        assert kept.items() == publishers.acknowledged.items()

        async def has_heard_all() -> bool:
            return len(heard) >= len(kept)

        await eventually(has_heard_all, within_seconds=60)
        assert heard == list(range(1, len(kept) + 1))
    finally:
        for client in clients:
            await client.close()
        await asyncio.to_thread(server.stop)
