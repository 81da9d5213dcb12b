"""Health: looked at when somebody asks, or when something has failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.issues import DetectorDescription
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import health as health_module
from jupyter_realtime.service.health import Health, Standing
from tests.builders import eventually, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_figures import idle
from tests.service.test_rooms import project_of


class Store:
    """A store that works, or doesn't."""

    def __init__(self) -> None:
        self.probes = 0
        self.error: Exception | None = None
        self.weakness: str | None = None
        self.is_replaced = False
        self.outage: Callable[[], None] | None = None
        self.growth: Callable[[], None] | None = None

    def on_outage(self, listener: Callable[[], None]) -> None:
        self.outage = listener

    def on_growth(self, listener: Callable[[], None]) -> None:
        self.growth = listener

    async def probe(self) -> None:
        self.probes += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error

    def fails(self, error: Exception) -> None:
        """Break, and tell."""
        self.error = error
        if self.outage is not None:
            self.outage()


class Engine:
    """An engine that can, or can't."""

    available = True

    def describe(self) -> list[DetectorDescription]:
        return [
            DetectorDescription(
                name="x",
                title="",
                description="",
                engine="",
                scope="file",
                available=self.available,
                install=None,
            )
        ]


class Watched:
    """A health and all that it told."""

    def __init__(self) -> None:
        self.store, self.engine = Store(), Engine()
        self.replacements = 0
        self.health = Health(self.store, self.engine, self._replaced)  # type: ignore[arg-type]
        self.told: list[Standing] = []
        self._news = asyncio.Event()
        self.health.on_change(self._changed)

    def _replaced(self) -> None:
        self.replacements += 1

    def _changed(self, standing: Standing) -> None:
        self.told.append(standing)
        self._news.set()

    async def until(self, status: str) -> Standing:
        async def wait() -> None:
            while self.health.standing.status != status:
                self._news.clear()
                await self._news.wait()

        await asyncio.wait_for(wait(), 10)
        return self.health.standing


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe again at once."""
    monkeypatch.setattr(health_module, "FRESH_SECONDS", 0.01)


async def test_O2_many_who_ask_share_one_probe() -> None:
    watched = Watched()
    standings = await asyncio.gather(*(watched.health.look() for _ in range(100)))
    assert {s.status for s in standings} == {"ok"}
    assert (await watched.health.look()).checks == {
        "store": "ok",
        "storage": "ok",
        "analysis": "ok",
        "drain": "ok",
    }
    assert watched.store.probes == 1


async def test_O2_nobody_probes_while_all_is_well_and_until_it_is_well(impatient: None) -> None:
    watched = Watched()
    watched.health.open()
    await watched.until("ok")
    watched.store.fails(Unavailable("The database can't be written: the disk is full."))
    down = await watched.until("down")
    assert (down.checks["store"], watched.health.standing.is_ready) == ("down", False)
    assert down.message == "The database can't be written: the disk is full."
    watched.store.error = None
    await watched.until("ok")
    assert watched.health.standing.is_ready
    assert [s.status for s in watched.told[-2:]] == ["down", "ok"]
    probes = watched.store.probes
    for _ in range(20):
        await asyncio.sleep(0.005)
    assert watched.store.probes == probes, "an idle disk is left alone"
    await watched.health.close()


async def test_O2_a_store_that_does_not_answer_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "PROBE_WITHIN_SECONDS", 0.01)
    watched = Watched()

    async def hang() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(watched.store, "probe", hang)
    assert (await watched.health.look()).message == "The database does not answer."


async def test_O2_a_defect_of_ours_is_down_too_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched = Watched()
    watched.store.error = ZeroDivisionError()
    assert (await watched.health.look()).status == "down"
    assert "ZeroDivisionError" in caplog.text


async def test_O2_what_is_weak_is_degraded_and_ready_all_the_same() -> None:
    watched = Watched()
    watched.store.weakness = "The database lies on a network file system."
    watched.engine.available = False
    standing = await watched.health.look()
    assert (standing.status, watched.health.standing.is_ready) == ("degraded", True)
    assert (standing.checks["storage"], standing.checks["analysis"]) == ("degraded", "degraded")
    assert standing.message and "network file system" in standing.message


async def test_O2_who_drains_is_not_ready() -> None:
    watched = Watched()
    watched.health.drain()
    assert not watched.health.standing.is_ready
    assert watched.health.standing.checks["drain"] == "degraded"


async def test_O5_a_replaced_store_is_told() -> None:
    watched = Watched()
    watched.store.is_replaced = True
    watched.store.error = Unavailable("gone")
    await watched.health.look()
    assert watched.replacements == 1


class TestSystemRoom:
    @pytest.fixture(autouse=True)
    def _fast(self, impatient: None) -> Iterator[None]:
        yield

    @staticmethod
    def status(frame: dict[str, Any]) -> str | None:
        is_status = frame.get("event") == "system:status" and frame["type"] == "state"
        return str(frame["data"]["status"]) if is_status else None

    async def break_(self, services: Services) -> Callable[[], None]:
        writer = services.store._writer._connection  # type: ignore[attr-defined]
        room = f"project:{(await services.projects.list(principal()))[0].id}"
        writer.execute("PRAGMA query_only = ON")
        with pytest.raises(Unavailable):
            await services.publishing.publish(principal(), room, "custom:x", 1, None)
        return lambda: writer.execute("PRAGMA query_only = OFF")

    @pytest.mark.parametrize("kind", ["human", "program"])
    async def test_O3_the_board_shows_how_it_is_and_changes_with_it(
        self, open_services: OpenServices, kind: Any
    ) -> None:
        async with open_services(idle) as services:
            services.health.open()
            client = Client(services, principal("ana", kind))
            answer = await client.ask("subscribe", room="system")
            (entry,) = answer["states"]
            assert (entry["event"], entry["actor"]["kind"]) == ("system:status", "system")
            assert entry["data"] == {"status": "ok", "message": None}
            mend = await self.break_(services)
            told = await client.until(lambda f: self.status(f) == "down")
            assert "can't be written" in told["data"]["message"]
            assert told["key"] == entry["key"]
            late = Client(services, principal("bob", kind))
            (seen,) = (await late.ask("subscribe", room="system"))["states"]
            assert seen["data"]["status"] == "down"
            mend()
            await client.until(lambda f: self.status(f) == "ok")
            services.health.drain()
            stopping = await late.until(lambda f: self.status(f) == "degraded")
            assert "stopping" in stopping["data"]["message"]


async def test_O9_a_neighbour_on_the_same_file_is_told_until_it_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health_module, "NEIGHBOUR_SECONDS", 0.3)
    watched = Watched()
    watched.health.open()
    await watched.health.look()
    assert watched.store.growth is not None
    for _ in range(3):
        watched.store.growth()
    standing = watched.health.standing
    assert (standing.status, standing.message) == ("ok", health_module.NEIGHBOUR)
    await eventually(lambda: _is_true(watched.health.standing.message is None))
    assert [s.message for s in watched.told] == [health_module.NEIGHBOUR, None]
    await watched.health.close()


async def test_O9_each_of_two_servers_on_one_file_says_so_on_its_board(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as one, open_services(idle) as other:
        one.health.open()
        other.health.open()
        writer = Client(other, principal())
        room = await project_of(other)
        await writer.ask("publish", room=room, event="custom:x", data=1)
        watcher = Client(one, principal())
        await eventually(lambda: _is_true(one.health.standing.message is not None))
        reply = await watcher.ask("subscribe", room="system")
        [status] = [state["data"] for state in reply["states"]]
        assert status == {"status": "ok", "message": health_module.NEIGHBOUR}


async def _is_true(value: bool) -> bool:
    return value
