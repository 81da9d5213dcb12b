"""A crowd that comes back at once has the log read once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_realtime.core.errors import Unavailable
from tests.builders import draft, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_rooms import idle, project_of


async def test_R9_a_crowd_reads_once_and_nobody_is_told_what_is_old(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    async with open_services(idle) as services:
        room = await project_of(services)
        for _ in range(20):
            await services.store.log.append(draft(room))
        log = services.store.log
        page = log.page

        def counting(*arguments: Any) -> Any:
            return _counted(reads, page, *arguments)

        clients = [Client(services, principal(f"p{n}")) for n in range(50)]
        await clients[0].ask("subscribe", room=room)

        monkeypatch.setattr(log, "page", counting)
        since = {"epoch": log.epoch, "seq": 5}
        answers = await asyncio.gather(
            *(client.ask("subscribe", room=room, since=since) for client in clients)
        )
        for answer in answers:
            assert [event["seq"] for event in answer["events"]] == list(range(6, 21))
        assert len(reads) == 1
        await log.append(draft(room))
        again = await Client(services, principal("late")).ask("subscribe", room=room, since=since)
        assert [event["seq"] for event in again["events"]] == list(range(6, 22))
        assert len(reads) == 2


async def _counted(reads: list[str], page: Any, *arguments: Any) -> Any:
    # The room itself looks at its head now and then.
    if arguments[1] == 5:
        reads.append(arguments[0])
    return await page(*arguments)


async def test_R9_a_read_that_fails_fails_those_who_wait_and_nobody_else(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        client = Client(services, principal())
        await client.ask("subscribe", room=room)

        async def failing(*_arguments: Any) -> Any:
            raise Unavailable("The disk is away.")

        with monkeypatch.context() as broken:
            broken.setattr(services.store.log, "page", failing)
            refused = await client.ask("subscribe", room=room, since="earliest")
            assert (refused["code"], refused["retryable"]) == ("unavailable", True)
        assert (await client.ask("subscribe", room=room, since="earliest"))["recovered"]


async def test_R9_who_opens_a_room_that_can_not_be_read_is_refused_at_once(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        opened: list[str] = []
        position = services.store.log.position

        async def counting(name: str) -> Any:
            opened.append(name)
            return await position(name)

        async def failing(*_arguments: Any) -> Any:
            raise Unavailable("The disk is away.")

        monkeypatch.setattr(services.store.log, "position", counting)
        monkeypatch.setattr(services.store.log, "page", failing)
        client = Client(services, principal())
        refused = await client.ask("subscribe", room=room, since="earliest")
        assert refused["code"] == "unavailable"
        assert opened.count(room) == 1
