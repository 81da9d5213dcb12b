import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import connections
from jupyter_realtime.service.polling import News, Wanted
from tests.builders import draft, eventually, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices, on_each_store


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


async def project_of(services: Services) -> str:
    [project] = await services.projects.list(principal())
    return f"project:{project.id}"


async def test_L5_a_published_event_reaches_everybody_in_the_room_the_sender_too(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, principal("ana")), Client(services, principal("bo"))
        for client in (ana, bo):
            assert (await client.ask("subscribe", room=room))["recovered"] is True
        reply = await ana.ask("publish", room=room, event="custom:x", data={"a": 1}, key="k")
        for client in (ana, bo):
            event = await client.until(lambda f: f["type"] == "event")
            assert (event["seq"], event["data"]) == (reply["position"]["seq"], {"a": 1})
            assert event["actor"]["name"] == "ana"
        again = await ana.ask("publish", room=room, event="custom:x", data={"a": 1}, key="k")
        assert again["position"] == reply["position"]
        assert bo.seqs(room) == [1]


async def test_R1_nothing_is_lost_or_doubled_while_people_subscribe_in_a_storm(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)

        async def storm() -> None:
            # It ends: a storm that goes on until the readers are done outruns them on some machines.
            for _ in range(5):
                await asyncio.gather(*(services.store.log.append(draft(room)) for _ in range(20)))

        clients = []
        for number in range(30):
            storming = asyncio.create_task(storm())
            client = Client(services, principal(f"reader{number}"))
            reply = await client.ask("subscribe", room=room, since="earliest")
            got = [event["seq"] for event in reply["events"]]
            while reply["more"]:
                since = {"epoch": reply["position"]["epoch"], "seq": got[-1]}
                reply = await client.ask("subscribe", room=room, since=since)
                got += [event["seq"] for event in reply["events"]]
            clients.append((client, got))
            await storming
        # The last one comes live to everybody, also to who has all others by a reply.
        head = (await services.store.log.append(draft(room))).seq
        for client, got in clients:
            await client.until(lambda f: f["type"] == "event" and f["seq"] == head)
            assert got + client.seqs(room) == list(range(1, head + 1))


async def test_R5_a_stalled_reader_gets_one_resync_and_continues_from_its_own_position(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        slow, quick = Client(services, principal("slow")), Client(services, principal("quick"))
        for client in (slow, quick):
            reply = await client.ask("subscribe", room=room, since="earliest")
        slow.stalled = True
        big = {"text": "x" * 30_000}
        for _ in range(60):
            await services.store.log.append(draft(room, big))
        assert slow.connection.outbox.waiting_bytes <= 2 * services.connections.limits.queue_bytes
        await quick.until(lambda f: f["type"] == "event" and f["seq"] == 60)
        slow.stalled = False
        slow.read()
        resync = await slow.until(lambda f: f["type"] == "resync")
        assert resync == {"type": "resync", "room": room, "reason": "overflow"}
        got = slow.seqs(room)
        reply["position"]["seq"] = got[-1]
        while not got or got[-1] < 60:
            reply = await slow.ask("subscribe", room=room, since=reply["position"])
            got += [e["seq"] for e in reply["events"]]
        assert got == list(range(1, 61)) and not reply["more"]
        assert sum(f["type"] == "resync" for f in slow.frames) == 1


@on_each_store
async def test_L5_events_cross_between_two_servers_of_one_store(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        room = await project_of(here)
        client = Client(here, principal())
        await client.ask("subscribe", room=room)
        await asyncio.gather(
            *(services.store.log.append(draft(room)) for services in (here, there) * 10)
        )
        await client.until(lambda f: f["type"] == "event" and f["seq"] == 20)
        assert client.seqs(room) == list(range(1, 21))


async def test_B1_states_are_replaced_and_taken_down(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, principal("ana")), Client(services, principal("bo"))
        pin: dict[str, Any] = {"room": room, "event": "progress:train", "key": "k"}
        await ana.ask("state", **pin, data=1)
        await ana.ask("state", **pin, data=2)
        reply = await bo.ask("subscribe", room=room)
        [state] = reply["states"]
        assert (state["data"], state["actor"]["name"]) == (2, "ana")
        assert state["key"] == f"{ana.connection.id}/k"
        await ana.ask("state", **pin, data=None)
        assert (await bo.until(lambda f: f["type"] == "state"))["data"] is None
        assert (await ana.ask("subscribe", room=room))["states"] == []


async def test_B1_a_state_that_waits_is_replaced_by_the_next(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, slow = Client(services, principal("ana")), Client(services, principal("slow"))
        await slow.ask("subscribe", room=room)
        slow.stalled = True
        for number in range(50):
            await ana.ask("state", room=room, event="progress:train", key="k", data=number)
        slow.stalled = False
        slow.read()
        assert [f["data"] for f in slow.frames if f["type"] == "state"] == [49]


async def test_B3_what_a_connection_pinned_goes_with_it_after_a_grace(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "GRACE_SECONDS", 0.05)
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, principal("ana")), Client(services, principal("bo"))
        await bo.ask("subscribe", room=room)
        await ana.ask("state", room=room, event="progress:train", key="k", data=1)
        ana.gone()
        assert (await Client(services, principal()).ask("subscribe", room=room))["states"] != []
        gone = await bo.until(lambda f: f["type"] == "state" and f["data"] is None)
        assert gone["key"] == f"{ana.connection.id}/k"


async def test_B3_a_room_that_is_none_keeps_nothing_on_the_others(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by fuzzing: the name of no room ended the clearing of all boards behind it."""
    monkeypatch.setattr("jupyter_realtime.service.connections.GRACE_SECONDS", 0.05)
    async with open_services(idle) as services:
        room = await project_of(services)
        ana, bo = Client(services, principal("ana")), Client(services, principal("bo"))
        await bo.ask("subscribe", room=room)
        pin = {"event": "progress:train", "key": "k", "data": 1}
        for name in ("a:b:c", "", room, "project:"):
            await ana.ask("state", room=name, **pin)
        assert ana.connection.pinned_in == {room}
        ana.gone()
        await bo.until(lambda f: f["type"] == "state" and f["data"] is None)


async def test_B3_a_board_can_not_be_filled_without_end(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana = Client(services, principal())
        for number in range(64):
            await ana.ask("state", room=room, event="progress:x", key=str(number), data=1)
        refused = await ana.ask("state", room=room, event="progress:x", key="64", data=1)
        assert refused["code"] == "limit"
        replaced = await ana.ask("state", room=room, event="progress:x", key="1", data=2)
        assert replaced["type"] == "reply"


async def test_S1_a_first_frame_can_say_who_it_is(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        client = Client(services)
        assert (await client.ask("ping"))["code"] == "unauthenticated"
        await client.ask("auth", token="good")
        assert [f["type"] for f in client.frames] == ["error", "welcome", "reply"]
        assert (await client.ask("auth", token="bad"))["code"] == "unauthenticated"
        assert client.closed_with is None, "a bad renewal leaves the connection as it was"
        stranger = Client(services)
        await stranger.ask("auth", token="bad")
        assert await stranger.until_closed() == 4500


async def test_S7_a_token_can_not_change_whose_the_connection_is(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        for who in (principal("bo"), principal("ana", "program")):
            refused = await Client(services, who).ask("auth", token="good")
            assert refused["code"] == "bad_request"


async def test_S5_a_person_has_a_limited_number_of_connections(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        limit = services.connections.limits.connections_per_user
        clients = [Client(services, principal()) for _ in range(limit)]
        refused = Client(services, principal())
        assert await refused.until_closed() == 4503
        refused.gone()
        assert Client(services, principal("bo")).closed_with is None
        assert clients[0].closed_with is None
        clients[0].gone()
        assert Client(services, principal()).closed_with is None


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"type": "subscribe", "room": "project:nowhere"}, "not_found"),
        ({"type": "subscribe", "room": "analysis:nowhere"}, "not_found"),
        ({"type": "subscribe", "room": "user:bo"}, "forbidden"),
        ({"type": "subscribe", "room": "galaxy:far"}, "bad_request"),
        ({"type": "publish", "room": "system", "event": "custom:x", "data": 1}, "forbidden"),
        (
            {"type": "state", "room": "system", "event": "system:status", "key": "k", "data": 1},
            "forbidden",
        ),
    ],
)
async def test_P1_what_one_may_not_do_is_refused_and_the_connection_goes_on(
    open_services: OpenServices, request_: dict[str, Any], code: str
) -> None:
    async with open_services(idle) as services:
        client = Client(services, principal())
        assert (await client.ask(request_.pop("type"), **request_))["code"] == code
        assert (await client.ask("ping"))["type"] == "reply"


async def test_P4_projects_outside_the_root_are_not_there(
    open_services: OpenServices, tmp_path: Path
) -> None:
    async with open_services(idle) as services:
        other = await services.store.projects.ensure(str(tmp_path / "elsewhere"), "elsewhere")
        client = Client(services, principal())
        refused = await client.ask("subscribe", room=f"project:{other.id}")
        assert refused["code"] == "not_found"


async def test_R5_what_is_committed_while_the_log_is_read_is_no_other_epoch(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        read = services.store.log.page
        was_read = asyncio.Event()

        async def read_then_commit(*args: Any) -> Any:
            page = await read(*args)
            if not was_read.is_set():
                await services.store.log.append(draft(room))
                was_read.set()
            return page

        monkeypatch.setattr(services.store.log, "page", read_then_commit)
        client = Client(services, principal())
        await client.ask("subscribe", room=room)
        await asyncio.wait_for(was_read.wait(), 10)
        await client.ask("publish", room=room, event="custom:x", data=2)
        await client.until(lambda f: f.get("seq") == 2)
        assert client.seqs(room) == [1, 2]
        assert not [frame for frame in client.frames if frame["type"] == "resync"]


async def test_R8_who_goes_away_while_a_room_is_opened_takes_it_from_nobody(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        find_head = services.store.log.position
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(name: str) -> Any:
            asked.set()
            await go_on.wait()
            return await find_head(name)

        monkeypatch.setattr(services.store.log, "position", slowly)
        wanted = {room: Wanted(None, None)}
        leaving = asyncio.create_task(services.polling.poll(principal("ana"), wanted, 0))
        await asyncio.wait_for(asked.wait(), 5)
        staying = asyncio.create_task(services.polling.poll(principal("bo"), wanted, 0))
        client = Client(services, principal("eve"))
        asking = asyncio.create_task(client.ask("subscribe", room=room))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        go_on.set()
        assert isinstance((await asyncio.wait_for(staying, 5))[room], News)
        assert (await asking)["type"] == "reply"
        client.gone()
        await eventually(_nobody_is_in(services))


def _nobody_is_in(services: Services) -> Callable[[], Awaitable[bool]]:
    async def is_empty() -> bool:
        return services.rooms.open_count == 0

    return is_empty
