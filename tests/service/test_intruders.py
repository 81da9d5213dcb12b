"""What people may not do, tried by those who know how the service works."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import BadRequest, Forbidden, LimitReached
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.rates import MIN_BUCKETS, Rates
from tests.builders import principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_rooms import idle, project_of

ANA = principal("ana")


def token_for(*scopes: str) -> Principal:
    """A program of Ana's that may only what its token names."""
    return msgspec.structs.replace(principal("ana", "program"), scopes=frozenset(scopes))


async def documents_of(services: Services, count: int) -> list[str]:
    """The rooms of so many documents."""
    made = [await services.projects.document(ANA, None, f"{n}.py") for n in range(count)]
    return [f"document:{document.id}" for _, document in made]


def cursor(room: str, data: Any) -> dict[str, Any]:
    return {"room": room, "event": "user:cursor", "key": "k", "data": data}


@pytest.mark.parametrize("kind", ["analysis", "document"])
async def test_P3_the_id_of_a_project_opens_no_room_of_another_kind(
    open_services: OpenServices, kind: str
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        client = Client(services, ANA)
        # So that all about the project is known already.
        await client.ask("publish", room=project, event="custom:x", data=1)
        other = f"{kind}:{project.partition(':')[2]}"
        refused = await client.ask("subscribe", room=other)
        assert refused["code"] == "not_found"
        if kind == "analysis":
            refused = await client.ask("publish", room=other, event="custom:x", data=1)
            assert refused["code"] == "not_found"
            assert (await services.store.log.position(other)).seq == 0


@pytest.mark.parametrize("path", ["a.py", "nothing.py"])
async def test_T2_a_token_for_something_else_does_not_learn_which_files_there_are(
    open_services: OpenServices, path: str
) -> None:
    async with open_services(idle) as services:
        project = (await project_of(services)).partition(":")[2]
        stranger = token_for("read:system")
        for where in (None, project):
            with pytest.raises(Forbidden):
                await services.analyses.start(stranger, [path], None, where, outside=True)


async def test_B5_a_socket_has_states_in_so_many_rooms_at_most_and_others_when_it_unpins(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        monkeypatch.setattr(services.publishing, "_rooms_per_connection", 2)
        rooms = await documents_of(services, 3)
        client = Client(services, ANA)
        where = {"cell": None, "anchor": 0, "head": 0}
        for room in rooms[:2]:
            assert (await client.ask("state", **cursor(room, where)))["type"] == "reply"
        assert (await client.ask("state", **cursor(rooms[2], where)))["code"] == "limit"
        assert (await client.ask("state", **cursor(rooms[0], None)))["type"] == "reply"
        assert (await client.ask("state", **cursor(rooms[2], where)))["type"] == "reply"
        assert client.connection.pinned_in == set(rooms[1:])


async def test_B5_what_is_refused_is_not_remembered(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        client = Client(services, ANA)
        for number in range(10):
            room = f"document:nothing{number}"
            assert (await client.ask("state", **cursor(room, None)))["code"] == "not_found"
        assert client.connection.pinned_in == set()


async def test_F8_a_session_is_not_taken_over_by_a_token_with_other_rights(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        visitor = msgspec.structs.replace(
            ANA, actor=msgspec.structs.replace(ANA.actor, via="server")
        )
        tokens = token_for("state:*"), token_for("state:*", "read:*")
        ids = {
            await services.http_sessions.pin(each, "tab", room, "progress:x", "k", 1)
            for each in (ANA, visitor, principal("ana", "program"), *tokens)
        }
        assert len(ids) == 5


async def test_F9_a_session_that_has_unpinned_all_is_not_kept(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        sessions = services.http_sessions
        await sessions.pin(ANA, "tab", room, "progress:x", "k", 1)
        assert len(sessions) == 1
        await sessions.pin(ANA, "tab", room, "progress:x", "k", None)
        assert len(sessions) == 0


async def test_F6_a_session_has_states_in_so_many_rooms_at_most(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        monkeypatch.setattr(services.publishing, "_rooms_per_connection", 1)
        first, second = await documents_of(services, 2)
        where = {"cell": None, "anchor": 0, "head": 0}
        await services.http_sessions.pin(ANA, "tab", first, "user:cursor", "k", where)
        with pytest.raises(LimitReached):
            await services.http_sessions.pin(ANA, "tab", second, "user:cursor", "k", where)


def test_F6_people_with_a_new_name_at_each_request_fill_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr("jupyter_realtime.service.rates.time.monotonic", lambda: now)
    rates = Rates(10)
    for number in range(5 * MIN_BUCKETS):
        now += 0.01
        rates.take(principal(f"anonymous{number}"))
    assert len(rates._buckets) <= MIN_BUCKETS


async def test_S1_who_is_recognised_too_late_is_not_welcomed_any_more(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        client = Client(services)
        recognise = client.connection._authenticate
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(token: str) -> Principal:
            asked.set()
            await go_on.wait()
            return await recognise(token)

        client.connection._authenticate = slowly
        asking = asyncio.create_task(
            client.connection.receive('{"type":"auth","id":1,"token":"good"}')
        )
        await asyncio.wait_for(asked.wait(), 5)
        client.connection.session.tick(client.connection.session._began + 11, 0.0)
        go_on.set()
        await asking
        client.read()
        assert not [frame for frame in client.frames if frame["type"] == "welcome"]
        assert client.connection.session.principal is None


async def test_P4_a_project_is_not_reached_through_the_one_around_it(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        around = (await project_of(services)).partition(":")[2]
        inner = services.projects.root / "inner"
        inner.mkdir()
        (inner / "b.py").touch()
        run = await services.analyses.start(ANA, ["inner/b.py"], None, around, outside=True)
        assert run.paths == ["inner/b.py"]
        (inner / ".jupyter-realtime.toml").write_text("enabled = false")
        for path in ("inner", "inner/b.py"):
            with pytest.raises(BadRequest, match="another project"):
                await services.analyses.start(ANA, [path], None, around, outside=True)
        with pytest.raises(BadRequest, match="another project"):
            await services.projects.document(ANA, around, "inner/b.py")
