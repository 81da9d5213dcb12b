"""Who is there: one entry a person, made of what their tabs say, and gone with them."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Forbidden, NotFound, Unavailable
from jupyter_realtime.core.happenings import Happening
from jupyter_realtime.core.members import Grant, Member, NamedMember
from jupyter_realtime.core.preferences import Preferences
from jupyter_realtime.core.presence import Presence
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import (
    connections,
    http_sessions,
    last_seen,
    presence,
    still_running,
)
from tests.builders import actor, eventually, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_rooms import idle, project_of

OWNER = principal(getpass.getuser())
ANA, BO = principal("ana"), principal("bo")
INVISIBLE = Preferences(presence="invisible")


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let graces and farewells be short."""
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(http_sessions, "SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(presence, "FAREWELL_SECONDS", 0.05)


async def say(
    client: Client, room: str, data: dict[str, Any] | None, key: str = "self"
) -> dict[str, Any]:
    return await client.ask("state", room=room, event="user:status", key=key, data=data)


async def document_of(services: Services, path: str = "a.py") -> str:
    _, document = await services.projects.document(OWNER, None, path)
    return document.id


def on_board(services: Services, room: str) -> dict[str, Presence]:
    """Give what hangs in a room, by key."""
    open_ = services.rooms._rooms.get(room)
    entries = open_.board.entries() if open_ else []
    return {entry.key: entry.data for entry in entries if entry.event == "user:status"}


def told(client: Client, key: str) -> list[dict[str, Any] | None]:
    """Give what a client was told of somebody, one after another."""
    states = [f for f in client.frames if f["type"] == "state" and f["event"] == "user:status"]
    return [state["data"] for state in states if state["key"] == key]


async def until_told(client: Client, key: str, wanted: Callable[[Any], bool]) -> None:
    await client.until(lambda f: f["type"] == "state" and f["key"] == key and wanted(f["data"]))


async def test_G1_G2_two_tabs_are_one_entry(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        first, second = await document_of(services), await document_of(services, "b.py")
        bo = Client(services, BO)
        await bo.ask("subscribe", room=room)
        one, other = Client(services, ANA), Client(services, ANA)
        await say(one, room, {"status": "online", "document": first, "cell": "c", "mode": "edit"})
        here = on_board(services, room)
        assert here.keys() == {"ana"}
        assert (here["ana"].user, here["ana"].sessions) == (ANA.actor, 1)
        assert (here["ana"].document, here["ana"].path) == (first, "a.py")
        assert (here["ana"].cell, here["ana"].mode) == ("c", "edit")
        await say(other, room, {"status": "away", "document": second})
        here = on_board(services, room)
        assert (here["ana"].status, here["ana"].document) == ("online", first)
        assert here["ana"].sessions == 2
        await say(one, room, {"status": "away", "document": first})
        assert on_board(services, room)["ana"].status == "away"
        await say(other, room, {"status": "online", "document": second})
        here = on_board(services, room)
        assert (here["ana"].status, here["ana"].path) == ("online", "b.py")
        await say(other, room, None)
        here = on_board(services, room)
        assert (here["ana"].status, here["ana"].sessions) == ("away", 1)
        await until_told(bo, "ana", lambda data: data["path"] == "b.py")
        assert [state["sessions"] for state in told(bo, "ana") if state][:2] == [1, 2]


async def test_G1_what_changes_nothing_is_told_to_nobody(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, ANA), Client(services, BO)
        await bo.ask("subscribe", room=room)
        for _ in range(3):
            await say(ana, room, {"status": "online"})
        await say(ana, room, {"status": "away"})
        await until_told(bo, "ana", lambda data: data["status"] == "away")
        assert len(told(bo, "ana")) == 2


async def test_G1_who_goes_from_cell_to_cell_costs_no_sql(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        document = await document_of(services)
        ana = Client(services, ANA)
        await say(ana, room, {"status": "online", "document": document, "cell": "c"})
        reads: list[object] = []
        read = services.store.read  # type: ignore[attr-defined]  # of the SQLite store

        async def counted(unit: Any) -> Any:
            reads.append(unit)
            return await read(unit)

        monkeypatch.setattr(services.store, "read", counted)
        for cell in "abc":
            await say(ana, room, {"status": "online", "document": document, "cell": cell})
        assert on_board(services, room)["ana"].cell == "c" and reads == []


async def test_G2_what_is_no_document_of_the_project_is_nowhere(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        root = services.projects.root
        (root / "inner" / ".git").mkdir(parents=True)
        (root / "inner" / "b.py").write_text("x\n")
        _, elsewhere = await services.projects.document(OWNER, None, "inner/b.py")
        assert f"project:{elsewhere.project}" != room
        ana = Client(services, ANA)
        since = "2026-01-01T00:00:00.000Z"
        for unknown in ("nonsense", elsewhere.id):
            said = {"status": "online", "document": unknown, "cell": "c", "mode": "edit"}
            running = {"cell": "c", "since": since}
            assert (await say(ana, room, {**said, "running": running}))["type"] == "reply"
            here = on_board(services, room)["ana"]
            where = (here.status, here.document, here.path, here.cell, here.mode)
            assert where == ("online", None, None, None, None)
            assert here.running is not None
            assert (here.running.cell, here.running.since) == (None, since)
            assert list(services.presences.readers()) == []
            assert await services.presences.documents(OWNER, room.partition(":")[2]) == []


async def test_G3_nobody_says_who_they_are(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        eve = Client(services, principal("eve"))
        forged: dict[str, Any] = {
            "user": msgspec.to_builtins(ANA.actor),
            "project": "another",
            "path": "/etc/passwd",
            "last_seen": "2100-01-01T00:00:00.000Z",
            "since": "2100-01-01T00:00:00.000Z",
            "sessions": 1000,
        }
        for field, value in forged.items():
            await say(eve, room, {"status": "online", field: value})
            here = on_board(services, room)
            assert here.keys() == {"eve"}
            assert msgspec.to_builtins(here["eve"])[field] != value
        for key in ("ana", "eve", "", "self/ana"):
            assert (await say(eve, room, {"status": "online"}, key))["code"] == "bad_request"
        for running in (
            {"cell": "c", "since": "yesterday"},
            {"cell": "c", "since": "0001-01-01T00:00:00.0+23:59"},
            {"cell": "c" * 300, "since": "2026-01-01T00:00:00.000Z"},
        ):
            refused = await say(eve, room, {"status": "online", "running": running})
            assert refused["code"] == "bad_request"
        since = "2100-01-01T00:00:00.000Z"
        await say(eve, room, {"status": "online", "running": {"cell": "c", "since": since}})
        running_now = on_board(services, room)["eve"].running
        assert running_now is not None and running_now.since < since


async def test_G3_a_visitor_takes_nobodys_place(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        visitor = Principal(actor=msgspec.structs.replace(actor("ana"), via="server"))
        await say(Client(services, visitor), room, {"status": "online"})
        await say(Client(services, ANA), room, {"status": "away"})
        here = on_board(services, room)
        assert here["ana"].status == "away" and here["ana"].user.via == "local"
        assert here["server:ana"].user.via == "server"


class FakeKernels:
    """Kernels that do what a test says."""

    def __init__(self) -> None:
        self.at_work = {"a.py"}
        self.is_broken = False

    async def busy(self) -> set[str]:
        if self.is_broken:
            raise OSError("no kernels")
        return self.at_work


@pytest.mark.usefixtures("soon")
async def test_G10_what_runs_is_told_on_when_its_page_is_gone(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_running, "LOOK_SECONDS", 0.02)
    kernels = FakeKernels()
    async with open_services(idle) as services:
        services.presences.still_running.watch(kernels)
        room = await project_of(services)
        document = await document_of(services)
        bo = Client(services, BO)
        await bo.ask("subscribe", room=room)
        running = {"cell": "c", "since": "2026-01-01T00:00:00.000Z"}
        at_work = {"status": "online", "document": document, "running": running}
        ana = Client(services, ANA)
        await say(ana, room, at_work)
        ana.gone()
        await until_told(bo, "ana", lambda data: data and data["status"] == "offline")
        await asyncio.sleep(2 * presence.FAREWELL_SECONDS)
        here = on_board(services, room)["ana"]
        assert (here.status, here.path, here.sessions) == ("offline", "a.py", 0)
        assert msgspec.to_builtins(here.running) == running
        assert await services.presences.documents(BO, room.partition(":")[2]) == []
        [one] = await services.presences.present(BO, None, None)
        assert one == here
        # A page that doesn't know of it is the person's all the same.
        back = Client(services, ANA)
        await say(back, room, {"status": "online", "document": document})
        here = on_board(services, room)["ana"]
        assert (here.status, here.sessions) == ("online", 1) and here.running is not None
        await say(back, room, None)
        kernels.at_work = set()
        await until_told(bo, "ana", lambda data: data is None)
        assert on_board(services, room) == {}
        kernels.is_broken = True
        ana = Client(services, ANA)
        await say(ana, room, at_work)
        ana.gone()
        await eventually(lambda: _has_left(services, room))


async def _has_left(services: Services, room: str) -> bool:
    return on_board(services, room) == {}


async def test_G8_what_people_have_open_in_all_their_tabs(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        project = room.partition(":")[2]
        first, second = await document_of(services), await document_of(services, "b.py")
        for who, document in ((ANA, first), (ANA, second), (BO, second), (BO, "nowhere")):
            await say(Client(services, who), room, {"status": "online", "document": document})
        found = await services.presences.documents(BO, project)
        assert [(one.path, [user.name for user in one.people]) for one in found] == [
            ("a.py", ["ana"]),
            ("b.py", ["ana", "bo"]),
        ]
        await services.preferences.put(ANA, INVISIBLE)
        assert [one.path for one in await services.presences.documents(BO, project)] == ["b.py"]
        assert len(await services.presences.documents(ANA, project)) == 2
        services.projects.grant = Grant(owner=OWNER.name, others=None)
        with pytest.raises(Forbidden):
            await services.presences.documents(BO, project)


async def test_G2_a_place_follows_its_file(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        document = await document_of(services)
        ana, bo = Client(services, ANA), Client(services, BO)
        await bo.ask("subscribe", room=room)
        await say(ana, room, {"status": "online", "document": document})
        renamed = Happening(kind="renamed", path="c.py", old_path="a.py", actor=ANA.actor)
        (services.projects.root / "a.py").rename(services.projects.root / "c.py")
        services.updates.open()
        services.updates.tell(renamed)
        await until_told(bo, "ana", lambda data: data and data["path"] == "c.py")
        assert on_board(services, room)["ana"].path == "c.py"
        await services.updates.close()


async def test_G4_a_program_is_not_its_person(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        kernel = Client(services, principal("ana", "program"))
        assert (await say(kernel, room, {"status": "online"}))["type"] == "reply"
        assert on_board(services, room) == {}
        assert await services.presences.present(BO, None, None) == []


@pytest.mark.usefixtures("soon")
async def test_G5_who_is_cut_off_is_offline_after_the_grace(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, ANA), Client(services, BO)
        await bo.ask("subscribe", room=room)
        await say(ana, room, {"status": "online"})
        ana.gone()
        assert on_board(services, room)["ana"].status == "online"
        await until_told(bo, "ana", lambda data: data and data["status"] == "offline")
        await until_told(bo, "ana", lambda data: data is None)
        statuses = [data and data["status"] for data in told(bo, "ana")]
        assert statuses == ["online", "offline", None]
        bo.gone()
        await eventually(lambda: _is_idle(services, room))


async def _is_idle(services: Services, room: str) -> bool:
    presences = services.presences
    return (
        room not in services.rooms._rooms
        and not presences._by_connection
        and not presences._in_project
    )


@pytest.mark.usefixtures("soon")
async def test_G5_who_is_back_within_the_grace_was_never_gone(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        bo = Client(services, BO)
        await bo.ask("subscribe", room=room)
        ana = Client(services, ANA)
        for _ in range(3):
            await say(ana, room, {"status": "online"})
            ana.gone()
            ana = Client(services, ANA)
        await say(ana, room, {"status": "away"})
        await until_told(bo, "ana", lambda data: data["status"] == "away")
        assert {data["status"] for data in told(bo, "ana") if data} == {"online", "away"}
        assert on_board(services, room)["ana"].sessions == 1


@pytest.mark.usefixtures("soon")
async def test_G5_who_comes_back_during_their_farewell_stays(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, ANA), Client(services, BO)
        await bo.ask("subscribe", room=room)
        await say(ana, room, {"status": "online"})
        await say(ana, room, {"status": "offline"})
        assert on_board(services, room)["ana"].status == "offline"
        await say(ana, room, {"status": "online"})
        await asyncio.sleep(2 * presence.FAREWELL_SECONDS)
        assert on_board(services, room)["ana"].status == "online"
        assert told(bo, "ana")[-1] is not None


@pytest.mark.usefixtures("soon")
async def test_G5_F9_a_page_without_a_socket_is_there_as_long_as_it_asks(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        bo = Client(services, BO)
        await bo.ask("subscribe", room=room)
        await services.http_sessions.pin(
            ANA, "tab", room, "user:status", "self", {"status": "online"}
        )
        with services.http_sessions.attended(ANA, "tab"):
            await asyncio.sleep(2 * http_sessions.SILENCE_SECONDS)
            assert on_board(services, room)["ana"].status == "online"
        await until_told(bo, "ana", lambda data: data and data["status"] == "offline")
        await until_told(bo, "ana", lambda data: data is None)


async def test_G6_who_may_no_longer_be_there_is_gone_and_back_with_the_right(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        services.projects.grant = Grant(owner=OWNER.name, others=None)
        [standing] = await services.projects.list(OWNER)
        room = f"project:{standing.id}"
        await services.members.put(OWNER, standing.id, Member(user="ana", role="viewer"))
        ana, owner = Client(services, ANA), Client(services, OWNER)
        await owner.ask("subscribe", room=room)
        assert (await say(ana, room, {"status": "online"}))["type"] == "reply", "viewers are seen"
        await services.members.remove(OWNER, standing.id, NamedMember(user="ana"))
        await until_told(owner, "ana", lambda data: data is None)
        assert on_board(services, room) == {}
        assert await services.presences.present(OWNER, standing.id, None) == []
        assert (await say(ana, room, {"status": "away"}))["code"] == "forbidden"
        await services.members.put(OWNER, standing.id, Member(user="ana", role="member"))
        await eventually(lambda: _is_there(services, room))
        assert "offline" not in [data and data["status"] for data in told(owner, "ana")]


async def _is_there(services: Services, room: str) -> bool:
    return "ana" in on_board(services, room)


async def test_G6_who_loses_the_right_when_they_have_gone_is_not_shown_for_the_grace(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        services.projects.grant = Grant(owner=OWNER.name, others=None)
        [standing] = await services.projects.list(OWNER)
        room = f"project:{standing.id}"
        await services.members.put(OWNER, standing.id, Member(user="ana", role="viewer"))
        ana, owner = Client(services, ANA), Client(services, OWNER)
        await owner.ask("subscribe", room=room)
        await say(ana, room, {"status": "online"})
        await services.members.put(OWNER, standing.id, Member(user="ana", role="member"))
        services.connections.disconnected(ana.connection)
        assert on_board(services, room).keys() == {"ana"}
        await services.members.remove(OWNER, standing.id, NamedMember(user="ana"))
        await until_told(owner, "ana", lambda data: data is None)
        assert on_board(services, room) == {}
        assert await services.presences.present(OWNER, standing.id, None) == []


async def test_G6_nobody_is_there_while_a_project_is_off(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        project = room.partition(":")[2]
        ana = Client(services, ANA)
        await say(ana, room, {"status": "online"})
        await services.projects.enable(OWNER, project, False)
        assert await services.presences.present(OWNER, None, None) == []
        await services.projects.enable(OWNER, project, True)
        await eventually(lambda: _is_there(services, room))


@pytest.mark.usefixtures("soon")
async def test_G7_who_is_invisible_is_shown_to_nobody_else(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        document = await document_of(services)
        ana, bo = Client(services, ANA), Client(services, BO)
        where = f"document:{document}"
        cursor = {"room": where, "event": "user:cursor", "key": "self", "data": {"cell": "c"}}
        for name in (room, where):
            await bo.ask("subscribe", room=name)
        await say(ana, room, {"status": "online", "document": document})
        await ana.ask("state", **cursor)
        await bo.until(lambda f: f.get("event") == "user:cursor" and f["data"] is not None)
        await services.preferences.put(ANA, INVISIBLE)
        await bo.until(lambda f: f.get("event") == "user:cursor" and f["data"] is None)
        await until_told(bo, "ana", lambda data: data is None)
        assert "offline" not in [data and data["status"] for data in told(bo, "ana")]
        assert await services.presences.present(BO, None, None) == []
        assert [one.user.name for one in await services.presences.present(ANA, None, None)] == [
            "ana"
        ]
        before = len(bo.frames)
        assert (await ana.ask("state", **cursor))["type"] == "reply"
        await say(ana, room, {"status": "away", "document": document})
        ana.gone()
        back = Client(services, ANA)
        await say(back, room, {"status": "online", "document": document})
        await bo.ask("ping")
        assert [f["type"] for f in bo.frames[before:]] == ["reply"]
        await services.preferences.put(ANA, Preferences())
        await until_told(bo, "ana", lambda data: data and data["status"] == "online")


async def test_G7_it_counts_on_every_server_of_a_store(open_services: OpenServices) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        room = await project_of(here)
        await say(Client(here, ANA), room, {"status": "online"})
        await there.preferences.put(ANA, INVISIBLE)

        async def is_hidden() -> bool:
            return on_board(here, room) == {}

        await eventually(is_hidden)


async def test_G8_the_list_is_for_those_who_may_read(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        project = room.partition(":")[2]
        document, other = await document_of(services), await document_of(services, "b.py")
        await say(Client(services, ANA), room, {"status": "online", "document": document})
        await say(Client(services, BO), room, {"status": "away", "document": other})
        asked: list[tuple[str | None, str | None]] = [(project, None), (None, None)]
        for wanted in asked:
            found = await services.presences.present(BO, *wanted)
            assert sorted(one.user.name for one in found) == ["ana", "bo"]
        [one] = await services.presences.present(BO, None, document)
        assert (one.user.name, one.path) == ("ana", "a.py")
        services.projects.grant = Grant(owner=OWNER.name, others=None)
        assert await services.presences.present(BO, None, None) == []
        for wanted in ((project, None), (None, document)):
            with pytest.raises(Forbidden):
                await services.presences.present(BO, *wanted)
        with pytest.raises(NotFound):
            await services.presences.present(OWNER, "another", document)


async def test_P18_erased_people_are_not_there(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, ANA), Client(services, BO)
        await bo.ask("subscribe", room=room)
        await say(ana, room, {"status": "online"})
        await services.people.erase(ANA, "ana", by_name=False)
        await until_told(bo, "ana", lambda data: data is None)
        assert on_board(services, room) == {}
        assert await services.presences.present(BO, None, None) == []


@pytest.mark.parametrize("event", ["user:cursor", "user:typing"])
async def test_P1_cursors_are_for_those_who_may_read_the_document(
    open_services: OpenServices, event: str
) -> None:
    async with open_services(idle) as services:
        room = f"document:{await document_of(services)}"
        [standing] = await services.projects.list(OWNER)
        services.projects.grant = Grant(owner=OWNER.name, others=None)
        await services.members.put(OWNER, standing.id, Member(user="ana", role="viewer"))
        ana, bo = Client(services, ANA), Client(services, BO)
        pin = {"room": room, "event": event, "key": "self", "data": {"cell": "c"}}
        await ana.ask("subscribe", room=room)
        assert (await ana.ask("state", **pin))["type"] == "reply", "viewers have cursors"
        assert (await bo.ask("state", **pin))["code"] == "forbidden"
        assert (await bo.ask("subscribe", room=room))["code"] == "forbidden"
        listener = msgspec.structs.replace(ANA, read_only=True)
        assert (await Client(services, listener).ask("state", **pin))["code"] == "forbidden"
        await services.members.remove(OWNER, standing.id, NamedMember(user="ana"))

        async def is_closed() -> bool:
            return room not in services.rooms._rooms

        await eventually(is_closed)


def seen(found: list[Presence]) -> dict[str, tuple[str, str]]:
    return {one.user.name: (one.status, one.last_seen) for one in found}


@pytest.mark.usefixtures("soon")
async def test_G9_when_somebody_was_last_seen_is_kept_to_the_minute(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana = Client(services, ANA)
        await say(ana, room, {"status": "online"})
        online = seen(await services.presences.present(BO, None, None))["ana"]
        assert online[0] == "online" and online[1].endswith(":00.000Z")
        ana.gone()

        async def is_offline() -> bool:
            return seen(await services.presences.present(BO, None, None))["ana"][0] == "offline"

        await eventually(is_offline)
        before = seen(await services.presences.present(BO, None, None))
    # Another server, or this one after a restart.
    async with open_services(idle) as services:
        project = (await project_of(services)).partition(":")[2]
        assert seen(await services.presences.present(BO, project, None)) == before
        await services.preferences.put(ANA, INVISIBLE)
        assert await services.presences.present(BO, project, None) == []
        assert seen(await services.presences.present(ANA, project, None)) == before
        await services.preferences.put(ANA, Preferences())
        services.projects.grant = Grant(owner=OWNER.name, others=None)
        assert await services.presences.present(OWNER, project, None) == []


async def test_G9_it_is_written_each_minute_and_at_the_end(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_seen, "MINUTE_SECONDS", 0.02)
    async with open_services(idle) as services:
        room = await project_of(services)
        project = room.partition(":")[2]
        await say(Client(services, ANA), room, {"status": "online"})
        services.last_seen._unwritten.clear()
        services.last_seen.open(services.presences.online)

        async def is_written() -> bool:
            return bool(await services.store.directory.seen_in(project, 10))

        await eventually(is_written)
        await say(Client(services, BO), room, {"status": "online"})
    async with open_services(idle) as services:
        found = await services.store.directory.seen_in(project, 10)
        assert {known.actor.name for known in found} == {"ana", "bo"}


async def test_G9_whoever_is_invisible_is_not_seen(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        await services.preferences.put(ANA, INVISIBLE)
        await say(Client(services, ANA), room, {"status": "online"})
        assert list(services.presences.online()) == []
        assert services.last_seen._unwritten == {}


async def test_G9_what_could_not_be_written_is_the_next_time(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        project = (await project_of(services)).partition(":")[2]
        services.last_seen.note(project, "ana")
        noted = dict(services.last_seen._unwritten)

        async def refuse(_: object) -> None:
            raise Unavailable("The disk is full.")

        with monkeypatch.context() as full:
            full.setattr(services.store.directory, "note", refuse)
            await services.last_seen.write()
        assert services.last_seen._unwritten == noted
        await services.last_seen.write()
        assert services.last_seen._unwritten == {}
