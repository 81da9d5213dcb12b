"""Roles and switches: what they do to people who are connected already."""

import asyncio
import getpass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.access import Verb
from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Conflict, Forbidden, NotFound, RealtimeError
from jupyter_realtime.core.members import Grant, Member, NamedMember, Role
from jupyter_realtime.core.messages import Since
from jupyter_realtime.core.notifications import Notification, check_notice
from jupyter_realtime.core.rooms import RoomName
from jupyter_realtime.ports import Project, RunReporter, Search
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import standings
from jupyter_realtime.service.members import role_notice
from jupyter_realtime.service.polling import Wanted
from tests.builders import draft, eventually, lane, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices

OWNER = principal(getpass.getuser())
ANA = principal("ana")


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


async def project_of(services: Services) -> str:
    [project] = await services.projects.list(OWNER)
    return project.id


def only_by_row(services: Services) -> None:
    """Let only those in who have a row, so that losing one means losing everything."""
    services.projects.grant = Grant(owner=OWNER.name, others=None)


async def give(services: Services, project: str, role: Role, user: str = "ana") -> None:
    await services.members.put(OWNER, project, Member(user=user, role=role))


async def test_P9_a_viewer_row_makes_a_viewer_at_once(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        room = f"project:{project}"
        ana = Client(services, ANA)
        await ana.ask("subscribe", room=room)
        assert (await ana.ask("publish", room=room, event="custom:x", data=1))["type"] == "reply"
        await give(services, project, "viewer")
        refused = await ana.ask("publish", room=room, event="custom:x", data=2)
        assert (refused["type"], refused["code"]) == ("error", "forbidden")
        with pytest.raises(Forbidden):
            await services.analyses.start(ANA, ["a.py"], None, project, outside=False)
        state = await ana.ask("state", room=room, event="progress:x", key="k", data=1)
        assert state["type"] == "reply", "a viewer sets states"
        await services.members.remove(OWNER, project, NamedMember(user="ana"))
        assert (await ana.ask("publish", room=room, event="custom:x", data=3))["type"] == "reply"
        changed = [f for f in ana.frames if f.get("event") == "member:changed"]
        assert [f["data"] for f in changed] == [
            {"user": "ana", "role": "viewer"},
            {"user": "ana", "role": None},
        ]
        assert changed[0]["actor"]["name"] == OWNER.name


async def test_P12_whoever_is_thrown_out_gets_nothing_that_was_committed_later(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        room = f"project:{project}"
        await give(services, project, "member")
        ana, owner = Client(services, ANA), Client(services, OWNER)
        for client in (ana, owner):
            await client.ask("subscribe", room=room)
        # All of this may share one commit: then the order within it decides.
        before = [services.store.log.append(draft(room)) for _ in range(5)]
        removal = services.members.remove(OWNER, project, NamedMember(user="ana"))
        after = [services.store.log.append(draft(room)) for _ in range(5)]
        await asyncio.gather(*before, removal, *after)
        head = (await services.store.log.position(room)).seq
        await owner.until(lambda f: f.get("seq") == head)
        ended = await ana.until(lambda f: f["type"] == "error")
        assert (ended["id"], ended["room"], ended["code"]) == (None, room, "forbidden")
        [change] = [f["seq"] for f in owner.frames if f.get("event") == "member:changed"]
        assert all(seq < change for seq in ana.seqs(room))
        assert (await ana.ask("subscribe", room=room))["code"] == "forbidden"


async def test_P12_what_somebody_has_pinned_is_taken_down_with_them(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        room = f"project:{project}"
        await give(services, project, "viewer")
        ana, owner = Client(services, ANA), Client(services, OWNER)
        await owner.ask("subscribe", room=room)
        await ana.ask("state", room=room, event="progress:x", key="k", data=1)
        await owner.until(lambda f: f["type"] == "state" and f["data"] == 1)
        await services.members.remove(OWNER, project, NamedMember(user="ana"))
        await owner.until(lambda f: f["type"] == "state" and f["data"] is None)


async def test_P12_without_a_socket_what_somebody_has_pinned_is_taken_down_too(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        room = f"project:{project}"
        await give(services, project, "viewer")
        owner = Client(services, OWNER)
        await owner.ask("subscribe", room=room)
        await services.http_sessions.pin(ANA, "tab", room, "progress:x", "k", 1)
        await owner.until(lambda f: f["type"] == "state" and f["data"] == 1)
        await services.members.remove(OWNER, project, NamedMember(user="ana"))
        await owner.until(lambda f: f["type"] == "state" and f["data"] is None)


async def test_P13_a_poll_that_waits_in_a_project_is_told_at_once(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        room = f"project:{project}"
        position = await services.store.log.position(room)
        here = Wanted(Since(epoch=position.epoch, seq=position.seq), None)
        poll = asyncio.create_task(services.polling.poll(ANA, {room: here}, 25))
        other = Client(services, ANA)
        await other.ask("subscribe", room=room)
        await services.projects.enable(OWNER, project, False)
        answer = await asyncio.wait_for(poll, 10)
        assert isinstance(answer[room], Forbidden)


async def test_P12_a_subscription_that_is_being_made_ends_with_its_own_answer(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        room = f"project:{project}"
        await give(services, project, "viewer")
        ana = Client(services, ANA)
        replay = services.rooms.replay

        async def slowly(*args: Any) -> Any:
            found = await replay(*args)
            await services.members.remove(OWNER, project, NamedMember(user="ana"))
            return found

        monkeypatch.setattr(services.rooms, "replay", slowly)
        answer = await ana.ask("subscribe", room=room, since="earliest")
        assert (answer["type"], answer["code"]) == ("error", "forbidden")
        assert [f["type"] for f in ana.frames] == ["welcome", "error"], "and no second end"


async def test_P11_a_role_that_another_server_changed_counts_here(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        for services in (here, there):
            only_by_row(services)
        project = await project_of(here)
        room = f"project:{project}"
        await give(there, project, "member")
        ana, owner = Client(here, ANA), Client(here, OWNER)
        await eventually(lambda: succeeds(here.projects.check_project(ANA, Verb.READ, project)))
        for client in (ana, owner):
            await client.ask("subscribe", room=room)
        await there.members.remove(OWNER, project, NamedMember(user="ana"))
        secret = await there.store.log.append(draft(room))
        await owner.until(lambda f: f.get("seq") == secret.seq)
        await ana.until(lambda f: f["type"] == "error" and f["room"] == room)
        assert secret.seq not in ana.seqs(room)


async def succeeds(check: Any) -> bool:
    try:
        await check
    except RealtimeError:
        return False
    return True


async def test_P11_rooms_hear_of_growth_whatever_happens_to_the_roles(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        room = f"project:{await project_of(here)}"
        ana = Client(here, ANA)
        await ana.ask("subscribe", room=room)

        async def broken() -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(here.projects.standings, "refresh", broken)
        position = await there.store.log.append(draft(room))
        await ana.until(lambda f: f.get("seq") == position.seq)


async def test_P11_a_check_of_a_known_room_asks_the_store_nothing(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        run = await services.analyses.start(ANA, ["a.py"], None, project, outside=True)
        rooms = [RoomName.parse(f"project:{project}"), RoomName.parse(run.room)]
        for room in rooms:
            await services.projects.check(ANA, Verb.PUBLISH, room)

        async def never(_unit: object) -> None:
            raise AssertionError("the store was asked")

        monkeypatch.setattr(services.store, "read", never)
        for room in rooms:
            await services.projects.check(ANA, Verb.PUBLISH, room)


async def test_P10_only_owners_manage_and_the_server_keeps_its_own(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        bo = Member(user="bo", role="viewer")
        program = principal(OWNER.name, "program")
        for who in (ANA, program):
            with pytest.raises(Forbidden, match="manage"):
                await services.members.put(who, project, bo)
            with pytest.raises(Forbidden, match="manage"):
                await services.projects.enable(who, project, False)
        with pytest.raises(Conflict, match="runs this server"):
            await services.members.put(OWNER, project, Member(user=OWNER.name, role="viewer"))
        with pytest.raises(Conflict, match="runs this server"):
            await services.members.remove(OWNER, project, NamedMember(user=OWNER.name))
        with pytest.raises(NotFound):
            await services.members.remove(OWNER, project, NamedMember(user="nobody"))
        with pytest.raises(NotFound):
            await services.members.put(OWNER, "nowhere", bo)
        await give(services, project, "owner")
        await services.members.put(ANA, project, bo)
        grouped = Principal(actor=principal("eve").actor, groups=frozenset({"team"}))
        await services.members.put(ANA, project, Member(group="team", role="viewer"))
        with pytest.raises(Forbidden):
            await services.projects.check_project(grouped, Verb.PUBLISH, project)


async def test_P10_members_are_listed_in_pages(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        for name in ("carl", "bo", "ana"):
            await give(services, project, "viewer", name)
        await services.members.put(OWNER, project, Member(group="team", role="member"))
        seen, after = [], None
        while True:
            page, after = await services.members.list(ANA, project, after, 2)
            seen += page
            if after is None:
                break
        expected = {("user", n): "viewer" for n in ("ana", "bo", "carl")}
        expected |= {("user", OWNER.name): "owner", ("group", "team"): "member"}
        assert [(m.key, m.role) for m in seen] == sorted(expected.items())


# -- switches ------------------------------------------------------------------------------------


async def assert_off(services: Services, project: str, words: str) -> None:
    """Nothing works there, and everybody is told why."""
    room = f"project:{project}"
    client = Client(services, ANA)
    for request in (
        {"type_": "subscribe", "room": room},
        {"type_": "publish", "room": room, "event": "custom:x", "data": 1},
        {"type_": "state", "room": room, "event": "progress:x", "key": "k", "data": 1},
    ):
        refused = await client.ask(**request)  # type: ignore[arg-type]
        assert refused["code"] == "forbidden" and words in refused["message"]
    for outside in (True, False):
        with pytest.raises(Forbidden, match=words):
            await services.analyses.start(ANA, ["a.py"], None, project, outside=outside)
    with pytest.raises(Forbidden, match=words):
        await services.projects.document(ANA, project, "a.py")
    assert await services.history.recent(ANA, None, None, 10) == ([], None)
    [listed] = await services.projects.list(ANA)
    assert listed.off is not None and words in listed.off


async def assert_on(services: Services, project: str) -> None:
    client = Client(services, ANA)
    reply = await client.ask("subscribe", room=f"project:{project}")
    assert reply["type"] == "reply"


async def test_P13_an_owner_turns_a_project_off_and_on(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        run = await services.analyses.start(ANA, ["a.py"], None, project, outside=True)
        ana = Client(services, ANA)
        for room in (f"project:{project}", run.room, "system"):
            await ana.ask("subscribe", room=room)
        await services.projects.enable(OWNER, project, False)
        for room in (f"project:{project}", run.room):
            ended = await ana.until(lambda f, room=room: f.get("room") == room)  # type: ignore[misc]
            assert (ended["type"], ended["id"]) == ("error", None)
        assert list(ana.connection.session.rooms) == ["system"]
        await assert_off(services, project, "turned this project off")
        await services.projects.enable(OWNER, project, True)
        await assert_on(services, project)


async def test_P13_what_runs_there_is_cancelled(open_services: OpenServices) -> None:
    async def until_cancelled(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        await cancel.wait()
        await reporter.finished("cancelled", None)

    async with open_services(until_cancelled) as services:
        project = await project_of(services)
        run = await services.analyses.start(ANA, ["a.py"], None, project, outside=False)
        await services.projects.enable(OWNER, project, False)

        async def is_over() -> bool:
            kept = await services.store.analyses.get(run.id)
            return kept is not None and kept.analysis.state == "cancelled"

        await eventually(is_over)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"enabled = false", "says enabled = false"),
        (b"enabled = 0", "neither true nor false"),
        (b"enabled = False", "can't be read"),
        (b"\xff", "can't be read"),
        (b"a = " + b"[" * 50_000, "can't be read"),
        (b"#" * 70_000, "more than 65536 bytes"),
    ],
)
async def test_P13_a_marker_file_turns_a_project_off_and_on(
    content: bytes, words: str, open_services: OpenServices, tmp_path: Path
) -> None:
    marker = tmp_path / "root" / ".jupyter-realtime.toml"
    marker.write_bytes(content)
    async with open_services(idle) as services:
        project = await project_of(services)
        await assert_off(services, project, words)
        with pytest.raises(Conflict, match=words):
            await services.projects.enable(OWNER, project, True)
        marker.write_text("enabled = true")
        await services.projects.standings.look_at_markers()
        await assert_on(services, project)
        marker.unlink()
        await services.projects.standings.look_at_markers()
        await assert_on(services, project)


async def test_P13_a_marker_file_is_watched(
    open_services: OpenServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "WATCH_SECONDS", 0.01)
    async with open_services(idle) as services:
        project = await project_of(services)
        ana = Client(services, ANA)
        await ana.ask("subscribe", room=f"project:{project}")
        services.projects.standings.open()
        (tmp_path / "root" / ".jupyter-realtime.toml").write_text("enabled = false")
        await ana.until(lambda f: f["type"] == "error" and "enabled = false" in f["message"])


async def test_P13_a_switch_at_another_server_counts_here(open_services: OpenServices) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        project = await project_of(here)
        ana = Client(here, ANA)
        await ana.ask("subscribe", room=f"project:{project}")
        await project_of(there)
        await there.projects.enable(OWNER, project, False)
        await ana.until(
            lambda f: f["type"] == "error" and "turned this project off" in f["message"]
        )
        await there.projects.enable(OWNER, project, True)
        await eventually(lambda: succeeds(here.projects.check_project(ANA, Verb.READ, project)))


async def told(services: Services, name: str) -> list[Notification]:
    return (await services.store.inbox.page(name, Search(), None, 100)).items


async def test_Q6_a_person_is_told_which_role_somebody_else_gave_them(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        ana = Client(services, ANA)
        await ana.ask("subscribe", room="user:ana")
        await give(services, project, "viewer")
        rung = await ana.until(lambda f: f.get("event") == "notification:new")
        assert rung["data"]["title"] == f"{OWNER.name} added you to root as a viewer"
        assert rung["actor"]["name"] == OWNER.name
        for _ in range(2):
            await give(services, project, "owner")
        [one] = await told(services, "ana")
        assert (one.title, one.count) == (f"{OWNER.name} made you an owner in root", 2)
        assert (one.category, one.project) == ("system", project)
        await services.members.put(ANA, project, Member(user="ana", role="member"))
        await services.members.put(OWNER, project, Member(group="ana", role="member"))
        assert [one.count for one in await told(services, "ana")] == [2], "nobody else did it"


async def test_Q6_who_loses_the_role_loses_what_they_were_told_of_it(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        services.withdrawal.open()
        project = await project_of(services)
        await give(services, project, "viewer")
        await services.members.remove(OWNER, project, NamedMember(user="ana"))

        async def is_gone() -> bool:
            return await told(services, "ana") == []

        await eventually(is_gone)
        await give(services, project, "member")
        [one] = await told(services, "ana")
        assert one.title == f"{OWNER.name} added you to root as a member"


async def test_Q6_of_a_project_that_is_off_nobody_is_told(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        await services.projects.enable(OWNER, project, False)
        await give(services, project, "viewer")
        assert await told(services, "ana") == []


async def test_Q6_names_of_any_length_can_be_told() -> None:
    by = msgspec.structs.replace(principal("olga").actor, display_name="O" * 500)
    check_notice(role_notice(by, Project("p", "/p", "n" * 500), "owner", is_new=True))
