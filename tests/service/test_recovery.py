"""Clients that come back late, read slowly, or whose log was cut meanwhile."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from typing import Any

import pytest

from jupyter_realtime.core.messages import MAX_EVENTS_A_REPLY
from jupyter_realtime.core.rooms import RoomName
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.service.retention import Pruner, Retention
from tests.builders import draft, eventually, lane, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_rooms import idle, project_of


async def events_of(client: Client, room: str, since: Any) -> list[int]:
    """Ask until there is no more."""
    got: list[int] = []
    while True:
        reply = await client.ask("subscribe", room=room, since=since)
        assert reply["recovered"] and len(reply["events"]) <= MAX_EVENTS_A_REPLY
        got += [event["seq"] for event in reply["events"]]
        since = reply["position"]
        if not reply["more"]:
            return got


async def test_R3_large_events_come_in_replies_that_fit_the_queue(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        for _ in range(100):
            await services.store.log.append(draft(room, "x" * 60_000))
        client = Client(services, principal())
        assert await events_of(client, room, "earliest") == list(range(1, 101))
        assert client.closed_with is None


async def test_R7_replies_wait_for_a_client_that_reads_slowly(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        for _ in range(9):
            await services.store.log.append(draft(room, "x" * 60_000))
        client = Client(services, principal())
        client.stalled = True

        async def ask_for_much() -> None:
            for n in range(6):
                request = {"type": "subscribe", "id": f"s{n}", "room": room, "since": "earliest"}
                await client.connection.receive(json.dumps(request))

        asking = asyncio.create_task(ask_for_much())
        limit = services.connections.limits.queue_bytes

        async def is_full() -> bool:
            return client.connection.outbox.waiting_bytes > limit // 2

        await eventually(is_full)
        assert client.connection.outbox.waiting_bytes <= 2 * limit
        client.stalled = False
        client.read()
        await asyncio.wait_for(asking, 10)
        replies = [await client.until(lambda f, n=n: f.get("id") == f"s{n}") for n in range(6)]
        assert [len(reply["events"]) for reply in replies] == [8] * 6
        assert client.closed_with is None


async def test_R6_who_missed_nothing_resumes_after_everything_was_pruned(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        for _ in range(5):
            await services.store.log.append(draft(room))
        pruner = Pruner(
            services.store.log, services.store.visits, Retention(events_days=0, events_per_room=1)
        )
        assert await pruner.prune() == 5
        epoch = (await services.store.log.position(room)).epoch
        client = Client(services, principal())
        there = await client.ask("subscribe", room=room, since={"epoch": epoch, "seq": 5})
        assert there["recovered"] and there["events"] == []
        late = await client.ask("subscribe", room=room, since={"epoch": epoch, "seq": 4})
        assert (late["recovered"], late["position"]["seq"]) == (False, 5)


@pytest.mark.parametrize(
    ("kept", "left"),
    [
        (Retention(events_days=36500, events_per_room=10), 10),
        (Retention(events_days=1e-6, events_per_room=1000), 0),
    ],
    ids=["too many", "too old"],
)
async def test_R6_a_running_server_forgets_within_seconds(
    open_services: OpenServices, kept: Retention, left: int
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        pruner = Pruner(services.store.log, services.store.visits, kept)
        services.store.on_commit(pruner.committed)
        pruner.open()
        try:
            for head in (30, 35):
                while (await services.store.log.append(draft(room))).seq < head:
                    pass

                async def is_short(head: int = head) -> bool:
                    page = await services.store.log.page(room, None, 1000)
                    return page.head == head and len(page.events) == left

                await eventually(is_short)
        finally:
            await pruner.close()


async def test_R6_a_server_that_slept_through_a_pruning_says_so(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        room = await project_of(here)
        client = Client(there, principal())
        await client.ask("subscribe", room=room)
        # A room that was just opened looks into its log once more; then it is to hear nothing.
        looking = there.rooms._rooms[room].catching_up
        if looking is not None:
            await looking
        with monkeypatch.context() as deaf:
            deaf.setattr(there.rooms, "_compare_heads", lambda: asyncio.sleep(0))
            for _ in range(6):
                await here.store.log.append(draft(room))
            await Pruner(here.store.log, here.store.visits, Retention(30, 2)).prune()
        there.rooms.grown()
        resync = await client.until(lambda f: f["type"] == "resync")
        assert resync["reason"] == "pruned"
        await here.store.log.append(draft(room))
        assert client.seqs(room) == [], "nothing joins on until it asks again"
        reply = await client.ask("subscribe", room=room)
        assert reply["position"]["seq"] == 7


async def test_R5_five_hundred_stalled_readers_cost_little_more_than_one(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        # Connections a person are limited, so these are five hundred people.
        stalled = [Client(services, principal(f"p{n}")) for n in range(500)]
        quick = Client(services, principal("quick"))
        for client in (*stalled, quick):
            await client.ask("subscribe", room=room)
        for client in stalled:
            client.stalled = True
        tracemalloc.start()
        for _ in range(200):
            await services.store.log.append(draft(room, "x" * 30_000))
        await quick.until(lambda f: f.get("seq") == 200)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 60e6, "each of them may hold 1 MiB, but of the same bytes"
        for client in stalled:
            client.stalled = False
            client.read()
            assert [f["type"] for f in client.frames].count("resync") == 1
            assert client.closed_with is None


async def test_P15_a_replay_is_authorised_when_it_is_answered(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right to read goes while the log is being read."""
    async with open_services(idle) as services:
        room = await project_of(services)
        await services.store.log.append(draft(room, "secret"))
        replay = services.rooms.replay

        async def slowly(*arguments: Any) -> Any:
            resumption = await replay(*arguments)
            monkeypatch.setattr(services.projects, "role", lambda *_: None)
            return resumption

        monkeypatch.setattr(services.rooms, "replay", slowly)
        client = Client(services, principal())
        refused = await client.ask("subscribe", room=room, since="earliest")
        assert refused["code"] == "forbidden"
        await services.store.log.append(draft(room, "secret"))
        assert client.seqs(room) == []

        async def is_forgotten() -> bool:
            return services.rooms.open_count == 0

        # The room that was opened for it is still reading its log.
        await eventually(is_forgotten)


async def test_R8_a_connection_that_ends_while_it_subscribes_leaves_nothing(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        client = Client(services, principal())
        enter = services.rooms.enter

        async def slowly(name: RoomName, member: Any) -> Any:
            entered = await enter(name, member)
            client.gone()
            return entered

        monkeypatch.setattr(services.rooms, "enter", slowly)
        await client.connection.receive(f'{{"type":"subscribe","id":1,"room":"{room}"}}')

        async def is_empty() -> bool:
            return services.rooms.open_count == 0

        await eventually(is_empty)


async def test_B5_a_connection_pins_a_bounded_number_of_bytes(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        ana = Client(services, principal())
        answers = [
            await ana.ask("state", room=room, event="progress:x", key=str(n), data="x" * 50_000)
            for n in range(4)
        ]
        assert [a.get("code") for a in answers] == [None, None, "limit", "limit"]
        smaller = await ana.ask("state", room=room, event="progress:x", key="0", data="x")
        assert smaller["type"] == "reply"
        again = await ana.ask("state", room=room, event="progress:x", key="2", data="x" * 50_000)
        assert again["type"] == "reply"


async def test_B5_a_board_fits_into_a_reply(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        answers = []
        for n in range(12):
            client = Client(services, principal(f"p{n}"))
            answers.append(
                await client.ask("state", room=room, event="progress:x", key="k", data="x" * 60_000)
            )
        assert [a["type"] for a in answers] == ["reply"] * 8 + ["error"] * 4
        reply = await Client(services, principal()).ask("subscribe", room=room)
        assert len(reply["states"]) == 8


async def test_B6_a_run_is_seen_from_another_server_of_the_store(
    open_services: OpenServices,
) -> None:
    half_way, go_on = asyncio.Event(), asyncio.Event()

    async def script(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane(state="queued")])
        await reporter.progress(0.5, 3.0, [lane(done=1)])
        half_way.set()
        ends = [asyncio.ensure_future(event.wait()) for event in (go_on, cancel)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await reporter.detector_complete(lane(state="succeeded", done=2), None)
        await reporter.finished("succeeded", None)

    async with open_services(script) as here, open_services(idle) as there:
        project = (await project_of(here)).partition(":")[2]
        client = Client(there, principal())
        await client.ask("subscribe", room=f"project:{project}")
        run = await here.analyses.start(principal(), ["a.py"], None, project, outside=False)
        await asyncio.wait_for(half_way.wait(), 10)
        await client.ask("subscribe", room=run.room)
        await here.leases.look_after()
        shown = await client.until(
            lambda f: (
                f["type"] == "state" and f["room"] == run.room and f["data"].get("progress") == 0.5
            )
        )
        assert shown["event"] == "analysis:progress"
        go_on.set()
        for room in (run.room, f"project:{project}"):
            await client.until(
                lambda f, room=room: (
                    f["type"] == "state"
                    and f["room"] == room
                    and f["data"].get("state") == "succeeded"
                    and f["event"] == "analysis:progress"
                )
            )
        shown_progress = [
            f["data"]["progress"]
            for f in client.frames
            if f["type"] == "state" and f["room"] == run.room and "progress" in f["data"]
        ]
        assert shown_progress == sorted(shown_progress)


async def test_L6_a_lost_hint_delays_an_event_and_loses_none(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_realtime.service.rooms.SLOW_LOOK_SECONDS", 0.05)
    async with open_services(idle) as services:
        room = await project_of(services)
        client = Client(services, principal())
        await client.ask("subscribe", room=room)
        with monkeypatch.context() as lost:
            lost.setattr(services.store._writer._answers, "_listeners", [])  # type: ignore[attr-defined]
            await services.store.log.append(draft(room))
        assert client.seqs(room) == []
        services.rooms.open()
        await client.until(lambda f: f.get("seq") == 1 and f["type"] == "event")


async def test_P16_many_who_ask_at_once_have_a_project_read_once(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        room = await project_of(services)
        services.projects.standings._known.clear()
        reads: list[str] = []
        get = services.store.projects.get

        async def counting(project: str) -> Any:
            reads.append(project)
            return await get(project)

        monkeypatch.setattr(services.store.projects, "get", counting)
        client = Client(services, principal())
        answers = await asyncio.gather(
            *(client.ask("publish", room=room, event="custom:x", data=n) for n in range(50))
        )
        assert all(answer["type"] == "reply" for answer in answers)
        assert len(reads) == 1
