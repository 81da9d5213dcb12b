"""What is counted, and how it is reported."""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry, generate_latest

from jupyter_realtime.core.rooms import RoomName
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.metrics import Metrics
from tests.builders import principal
from tests.prometheus import samples
from tests.service.clients import Client
from tests.service.conftest import OpenServices


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """No analysis runs here."""


async def test_O1_their_figures_are_summed_and_go_with_them(open_services: OpenServices) -> None:
    registry = CollectorRegistry()
    mine = Metrics(registry)
    async with open_services(idle) as one, open_services(idle) as two:
        mine.add(one)
        mine.add(two)
        one.figures.events, two.figures.events = 2, 3
        one.figures.closes[4001] += 1
        two.figures.publish_seconds.observe(0.003)
        found = samples(generate_latest(registry).decode())
        mine.remove(one)
        later = samples(generate_latest(registry).decode())
        mine.remove(two)
    assert (found["events_total"], later["events_total"]) == (5, 3)
    assert found["closes_total{code=4001}"] == 1
    assert found["publish_seconds_bucket{le=0.0025}"] == 0
    assert found["publish_seconds_bucket{le=0.005}"] == 1
    assert samples(generate_latest(registry).decode()) == {}


async def test_O1_replays_resyncs_and_closes_are_counted(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        ana = principal()
        room = f"project:{(await services.projects.list(ana))[0].id}"
        await services.publishing.publish(ana, room, "custom:x", 1, None)
        client = Client(services, ana)
        await client.ask("subscribe", room=room, since="earliest")
        await client.ask("subscribe", room=room, since={"epoch": "another", "seq": 1})
        stranger = Client(services)
        await stranger.ask("auth", token="bad")
        assert (await stranger.until_closed()) == 4500
        figures = services.figures
        assert (figures.replays, figures.replayed_events) == ({True: 1, False: 1}, 1)
        assert (figures.events, figures.closes) == (1, {4500: 1})
        assert services.rooms.open_count == 1


async def test_O1_what_a_slow_client_does_not_get_live_is_counted(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        ana = principal()
        room = f"project:{(await services.projects.list(ana))[0].id}"
        client = Client(services, ana)
        await client.ask("subscribe", room=room)
        await services.publishing.publish(ana, room, "custom:x", 1, None)
        await client.until(lambda f: f["type"] == "event")
        client.stalled = True
        state = RoomName.parse(room), "progress:x"
        for number in range(3):
            await services.rooms.pin(*state, "k", number, ana.actor, owner="somebody")
        big = "x" * 60_000
        for _ in range(20):
            await services.publishing.publish(ana, room, "custom:x", big, None)
        figures = services.figures
        assert figures.deliveries + figures.drops["event"] == 21, "each is one or the other"
        assert figures.drops["state"] == 2, "the latest value is on its way"
        assert (figures.drops["event"], figures.resyncs["overflow"]) == (3, 1)
        client.gone()
