import asyncio
from collections.abc import Sequence

import pytest

from jupyter_realtime.core.board import MAX_ENTRIES_AN_OWNER
from jupyter_realtime.core.errors import BadRequest, Forbidden, LimitReached, RateLimited
from jupyter_realtime.core.messages import StateEntry
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import http_sessions
from jupyter_realtime.service.polling import News, Wanted
from jupyter_realtime.service.rates import Rates
from tests.builders import eventually, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices

EVENT = "progress:train"
ANA = principal("ana")


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


async def project_of(services: Services) -> str:
    [project] = await services.projects.list(principal())
    return f"project:{project.id}"


async def board(services: Services, room: str) -> Sequence[StateEntry]:
    """What somebody sees who looks."""
    answers = await services.polling.poll(principal("eve"), {room: Wanted(None, None)}, 0)
    told = answers[room]
    assert isinstance(told, News)
    return told.states


async def test_F8_a_state_is_pinned_under_an_id_that_the_server_derives(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        sessions = services.http_sessions
        mine = await sessions.pin(ANA, "tab", room, EVENT, "k", 1)
        assert await sessions.pin(ANA, "tab", room, EVENT, "k", 2) == mine
        others = {
            await sessions.pin(who, session, room, EVENT, "k", 3)
            for who, session in (
                (ANA, "other tab"),
                (principal("bo"), "tab"),
                (principal("ana", "program"), "tab"),
            )
        }
        assert len(others) == 3 and mine not in others
        [entry] = [e for e in await board(services, room) if e.key == f"{mine}/k"]
        assert (entry.data, entry.actor.name) == (2, "ana")
        await sessions.pin(ANA, "tab", room, EVENT, "k", None)
        assert {e.key for e in await board(services, room)} == {f"{id_}/k" for id_ in others}


async def test_F8_nobody_writes_on_a_sockets_entry(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        bo = Client(services, principal("bo"))
        await bo.ask("state", room=room, event=EVENT, key="k", data="mine")
        theirs = bo.connection.id
        for session, key in ((theirs, "k"), ("tab", f"../{theirs}/k"), ("tab", f"{theirs}/k")):
            await services.http_sessions.pin(ANA, session, room, EVENT, key, "forged")
            await services.http_sessions.pin(ANA, session, room, EVENT, key, None)
        assert [(e.key, e.data) for e in await board(services, room)] == [(f"{theirs}/k", "mine")]


async def test_F9_what_was_pinned_goes_some_time_after_the_last_request(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_sessions, "SILENCE_SECONDS", 0.1)
    async with open_services(idle) as services:
        room = await project_of(services)
        sessions = services.http_sessions
        bo = Client(services, principal("bo"))
        await bo.ask("subscribe", room=room)
        mine = await sessions.pin(ANA, "tab", room, EVENT, "k", 1)
        with sessions.attended(ANA, "tab"):
            # Longer than the silence that ends a session.
            await asyncio.sleep(0.3)
            assert [e.key for e in await board(services, room)] == [f"{mine}/k"]
        gone = await bo.until(lambda f: f["type"] == "state" and f["data"] is None)
        assert (gone["key"], gone["actor"]["name"]) == (f"{mine}/k", "ana")
        assert await board(services, room) == []
        assert len(sessions) == 0


async def test_F9_a_session_that_has_nothing_pinned_is_not_kept(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        sessions = services.http_sessions
        await sessions.pin(ANA, "tab", room, EVENT, "k", None)
        with pytest.raises(Forbidden):
            await sessions.pin(ANA, "tab", "system", EVENT, "k", 1)
        with sessions.attended(ANA, "tab"), sessions.attended(ANA, None):
            assert len(sessions) == 0


async def test_F6_sessions_and_what_they_pin_are_limited(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        sessions, limits = services.http_sessions, services.connections.limits
        for number in range(MAX_ENTRIES_AN_OWNER):
            await sessions.pin(ANA, "tab", room, EVENT, str(number), 1)
        with pytest.raises(LimitReached):
            await sessions.pin(ANA, "tab", room, EVENT, "one more", 1)
        await sessions.pin(ANA, "tab", room, EVENT, "0", 2)
        for number in range(limits.connections_per_user - 1):
            await sessions.pin(ANA, str(number), room, EVENT, "k", 1)
        with pytest.raises(LimitReached):
            await sessions.pin(ANA, "one more", room, EVENT, "k", 1)
        await sessions.pin(principal("bo"), "tab", room, EVENT, "k", 1)
        for session, key in (("", "k"), ("x" * 129, "k"), ("tab", ""), ("tab", "x" * 129)):
            with pytest.raises(BadRequest):
                await sessions.pin(ANA, session, room, EVENT, key, 1)


async def test_F6_a_session_pins_in_a_limited_number_of_rooms(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        limit = services.connections.limits.rooms_per_connection
        cursor = {"cell": None, "anchor": 0, "head": 0}
        rooms = []
        for number in range(limit + 1):
            _, document = await services.projects.document(principal(), None, f"{number}.ipynb")
            rooms.append(f"document:{document.id}")
        pin = services.http_sessions.pin
        for room in rooms[:limit]:
            await pin(ANA, "tab", room, "user:cursor", "self", cursor)
        with pytest.raises(LimitReached):
            await pin(ANA, "tab", rooms[limit], "user:cursor", "self", cursor)
        await pin(ANA, "tab", rooms[0], "user:cursor", "self", cursor)


async def test_F6_a_person_asks_as_often_as_over_a_socket() -> None:
    rates = Rates(10)
    for _ in range(20):
        rates.take(ANA)
    with pytest.raises(RateLimited) as refused:
        rates.take(ANA)
    assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= 0.1
    rates.take(principal("bo"))

    async def has_recovered() -> bool:
        try:
            rates.take(ANA)
        except RateLimited:
            return False
        return True

    await eventually(has_recovered)
