"""What people see and erase of themselves, and what that does to those who are connected."""

import asyncio
import getpass
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Forbidden
from jupyter_realtime.core.members import Member
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from tests.builders import actor, draft, eventually, lane, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices

OWNER = principal(getpass.getuser())
ANA = principal("ana")
ADMIN = msgspec.structs.replace(principal("olga"), admin=True)


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


async def project_of(services: Services) -> str:
    [project] = await services.projects.list(OWNER)
    return project.id


async def stored(services: Services, who: Principal, name: str) -> dict[str, list[Any]]:
    sections: dict[str, list[Any]] = {}
    async for page in services.people.data(who, name):
        sections.setdefault(page.section, []).extend(page.items)
    return sections


@pytest.mark.parametrize(
    "who",
    [
        principal("ana", "program"),
        msgspec.structs.replace(ANA, scopes=frozenset({"read:*"})),
        Principal(actor=msgspec.structs.replace(actor("ana"), via="server")),
        principal("bo"),
        msgspec.structs.replace(principal("olga", "program"), admin=True),
    ],
)
async def test_P17_it_is_for_people_themselves_and_for_admins(
    open_services: OpenServices, who: Principal
) -> None:
    async with open_services(idle) as services:
        with pytest.raises(Forbidden):
            await stored(services, who, "ana")
        for by_name in (True, False):
            with pytest.raises(Forbidden):
                await services.people.erase(who, "ana", by_name=by_name)


async def test_P18_a_person_is_forgotten_in_logs_on_boards_and_by_runs_that_go_on(
    open_services: OpenServices,
) -> None:
    go_on = asyncio.Event()

    async def slowly(reporter: RunReporter, _cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        await go_on.wait()
        await reporter.finished("succeeded", None)

    async with open_services(slowly) as services:
        project = await project_of(services)
        room = f"project:{project}"
        ana, bo = Client(services, ANA), Client(services, principal("bo"))
        await bo.ask("subscribe", room=room)
        await ana.ask("state", room=room, event="progress:x", key="k", data=1)
        await ana.ask("publish", room=room, event="custom:x", data=1)
        run = await services.analyses.start(ANA, ["a.py"], None, project, outside=False)
        await bo.until(lambda f: f.get("event") == "analysis:started")
        done = await services.people.erase(ANA, "ana", by_name=False)
        assert done.erased["events"] >= 2 and done.erased["analyses"] == 1 and done.kept == {}
        await bo.until(lambda f: f.get("event") == "progress:x" and f["data"] is None)
        go_on.set()
        end = await bo.until(lambda f: f.get("event") == "analysis:complete")
        assert end["actor"]["display_name"] == "Former user"
        again = await bo.ask("subscribe", room=room, since="earliest")
        assert {event["actor"]["name"] for event in again["events"]} == {""}
        assert {state["actor"]["name"] for state in again["states"]} == {""}
        page = await services.store.log.page(run.room, None, 100)
        assert page.events and {event.actor.name for event in page.events} == {""}
        assert not any((await stored(services, ANA, "ana")).values())


async def test_P18_an_inbox_begins_anew_also_for_who_listens_at_another_server(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        inbox = user_room("ana")
        for _ in range(3):
            await here.store.log.append(draft(inbox, by="bo"))
        clients = [Client(here, ANA), Client(there, ANA)]
        since = {}
        for client in clients:
            reply = await client.ask("subscribe", room=inbox, since="earliest")
            since = {**reply["position"], "id": reply["events"][-1]["id"]}
        await here.people.erase(ANA, "ana", by_name=False)
        for client in clients:
            told = await client.until(lambda f: f["type"] == "resync")
            assert (told["room"], told["reason"]) == (inbox, "epoch")
            reply = await client.ask("subscribe", room=inbox, since=since)
            assert (reply["recovered"], reply["position"]["seq"]) == (False, 0)
        await here.store.log.append(draft(inbox, "new", by="bo"))
        for client in clients:
            event = await client.until(lambda f: f["type"] == "event" and f["data"] == "new")
            assert event["seq"] == 1


async def test_P19_erasing_oneself_gives_no_right_back(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        await services.members.put(OWNER, project, Member(user="ana", role="viewer"))
        done = await services.people.erase(ANA, "ana", by_name=False)
        assert (done.erased["members"], done.kept) == (0, {"members": 1})
        ana = Client(services, ANA)
        refused = await ana.ask("publish", room=f"project:{project}", event="custom:x", data=1)
        assert refused["code"] == "forbidden"
        done = await services.people.erase(ADMIN, "ana", by_name=True)
        assert (done.erased["members"], done.kept) == (1, {})
        reply = await ana.ask("publish", room=f"project:{project}", event="custom:x", data=1)
        assert reply["type"] == "reply", "the cache of roles has heard of it"


async def test_P18_connections_of_an_erased_persons_tokens_end(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        issued = await services.credentials.mint(ANA, "ci", ["read:*"], 3600)
        program = principal("ana", "program")
        client = Client(services, msgspec.structs.replace(program, token_id=issued.id))
        human = Client(services, ANA)
        await services.people.erase(ADMIN, "ana", by_name=True)
        assert await client.until_closed() == 4504
        assert human.closed_with is None


async def test_P20_publishing_goes_on_meanwhile(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = f"project:{await project_of(services)}"
        theirs = [replace(draft(room), key=f"{n}") for n in range(3000)]
        await asyncio.gather(*map(services.store.log.append, theirs))
        bo = Client(services, principal("bo"))
        await bo.ask("subscribe", room=room)
        erasing = asyncio.create_task(services.people.erase(ANA, "ana", by_name=False))
        published = 0
        while not erasing.done():
            await bo.ask("publish", room=room, event="custom:x", data=published)
            published += 1
        erased = (await erasing).erased
        assert {name: count for name, count in erased.items() if count} == {
            "events": 3000,
            "keys": 3000,
        }
        assert published > 3

        async def has_all() -> bool:
            return len(bo.seqs(room)) == published

        await eventually(has_all)
        assert bo.seqs(room) == list(range(3001, 3001 + published))
