"""A socket that goes while its request waits leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jupyter_realtime.core.access import Verb
from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.rooms import RoomName
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.outbox import Outbox
from jupyter_realtime.service.projects import Projects
from tests.builders import principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_rooms import idle, project_of


class Gate:
    """Holds what goes through until it is opened."""

    def __init__(self, through: Callable[..., Awaitable[Any]]) -> None:
        self._through = through
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, *args: Any) -> Any:
        self.reached.set()
        await self.opened.wait()
        return await self._through(*args)


async def go_while_it_waits(client: Client, gate: Gate, **request: Any) -> None:
    receiving = asyncio.create_task(client.connection.receive(json.dumps({"id": 1, **request})))
    await asyncio.wait_for(gate.reached.wait(), 5)
    client.gone()
    gate.opened.set()
    await receiving


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> Callable[[Services], Gate]:
    """Let the check of each request wait."""

    def gate_of(services: Services) -> Gate:
        gate = Gate(services.projects.check)

        async def check(_self: Projects, who: Principal, verb: Verb, room: RoomName) -> None:
            await gate(who, verb, room)

        monkeypatch.setattr(Projects, "check", check)
        return gate

    return gate_of


async def test_B3_a_state_that_comes_too_late_leaves_no_ghost(
    open_services: OpenServices, gated: Callable[[Services], Gate]
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, principal("ana")), Client(services, principal("bo"))
        request = {"type": "state", "room": room, "event": "progress:x", "key": "k", "data": 1}
        await go_while_it_waits(ana, gated(services), **request)
        assert (await bo.ask("subscribe", room=room))["states"] == []


async def test_S5_who_left_while_being_recognised_does_not_count_as_connected(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        client = Client(services)
        gate = Gate(client.connection._authenticate)
        client.connection._authenticate = gate
        await go_while_it_waits(client, gate, type="auth", token="good")
        assert client.connection.session.principal is None
        assert principal().name not in services.connections._by_person


def test_B2_no_change_overtakes_the_whole_board() -> None:
    outbox = Outbox(1000, lambda: None)
    outbox.pin(("r", "progress:x", "k"), b"1")
    outbox.pin(("other", "progress:x", "k"), b"o")
    outbox.drop_states("r")
    outbox.push(b"board")
    outbox.pin(("r", "progress:x", "k"), b"2")
    assert outbox.take(10**6) == b"oboard2"
    assert outbox.waiting_bytes == 0
