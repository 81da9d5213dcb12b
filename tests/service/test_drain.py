"""The end of a server: what was asked is answered, then everybody is sent away, and not all at once."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from jupyter_realtime.core.errors import CloseCode
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import connections as connections_module
from jupyter_realtime.service.connections import RETURNS_A_SECOND
from tests.builders import principal
from tests.client.live import until
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_figures import idle


async def project_room(services: Services) -> str:
    return f"project:{(await services.projects.list(principal()))[0].id}"


def goodbye(client: Client) -> dict[str, object]:
    (frame,) = [frame for frame in client.frames if frame["type"] == "goodbye"]
    return frame


def kinds(client: Client) -> set[str]:
    return {frame["type"] for frame in client.frames}


async def drain(services: Services) -> None:
    await services.connections.close(CloseCode.DRAIN, "The server is stopping.")


async def publish(client: Client, room: str, number: int) -> None:
    await client.connection.receive(
        f'{{"type":"publish","id":{number},"room":"{room}","event":"custom:x","data":{number}}}'
    )


async def test_O7_publishes_under_way_are_answered_before_goodbye(
    open_services: OpenServices, tmp_path: Path
) -> None:
    async with open_services(idle) as services:
        room = await project_room(services)
        client = Client(services, principal())
        other = sqlite3.connect(tmp_path / "realtime.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for number in range(20):
            await publish(client, room, number)
        draining = asyncio.create_task(drain(services))
        await asyncio.sleep(0)
        await publish(client, room, 20)
        refused = await client.until(lambda f: f.get("id") == 20)
        assert (refused["code"], refused["retryable"]) == ("unavailable", True)
        assert client.closed_with is None, "it still waits for its answers"
        other.execute("ROLLBACK")
        other.close()
        await draining
        assert client.closed_with == CloseCode.DRAIN
        answered = [frame["id"] for frame in client.frames if frame["type"] == "reply"]
        assert sorted(answered) == list(range(20))
        assert client.frames[-1] == goodbye(client), "and nothing after it"
        assert (await services.store.log.position(room)).seq == 20


async def test_O7_thousands_do_not_come_back_in_the_same_second(
    open_services: OpenServices,
) -> None:
    count = 5000
    async with open_services(idle) as services:
        clients = [Client(services, principal(f"user-{n}")) for n in range(count)]
        await drain(services)
        # A busy machine may need longer than the drain for five thousand frames.
        await until(lambda: all(kinds(client) >= {"goodbye"} for client in clients))
        returns = [float(str(goodbye(client)["retry_after"])) for client in clients]
        busiest = max(Counter(int(seconds) for seconds in returns).values())
        assert min(returns) > 0 and max(returns) < 2 + count / RETURNS_A_SECOND
        assert busiest < 1.3 * RETURNS_A_SECOND
        alone = connections_module._return_seconds(1)
        assert 0 < alone <= 1.25


async def test_O7_who_stalls_keeps_the_server_no_longer_than_the_rest(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(connections_module, "DRAIN_SECONDS", 0.3)
    async with open_services(idle) as services:
        room = await project_room(services)
        stalled, healthy = Client(services, principal()), Client(services, principal("bob"))
        stalled.stalled = True
        other = sqlite3.connect(tmp_path / "realtime.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await publish(stalled, room, 1)
        began = time.monotonic()
        await drain(services)
        assert time.monotonic() - began < 3
        assert healthy.closed_with == stalled.closed_with == CloseCode.DRAIN
        other.execute("ROLLBACK")
        other.close()


async def test_O7_a_handshake_that_had_begun_is_sent_away_too(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        await drain(services)
        late = Client(services)
        assert await late.until_closed() == CloseCode.DRAIN
        late.connection.identified(principal())
        late.read()
        assert [frame["type"] for frame in late.frames] == ["goodbye"], "and not welcomed after it"


async def test_O7_a_replaced_store_says_that_the_backend_was_lost(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        client = Client(services, principal())
        await services.connections.close(CloseCode.BACKEND_LOST, "The database was replaced.")
        assert await client.until_closed() == CloseCode.BACKEND_LOST
