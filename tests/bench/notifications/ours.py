"""From the moment at which something happens to the moment at which a page has it, commit and all.

Two ways in which a hundred people come to ten notifications a second: ten different things a second happen
to each of them, which is a thousand causes; and somebody tells the whole team something ten times a second,
over REST, which is a thousand rows all the same.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.jupyter import TOKEN, Jupyter

from ..build import ROOT
from ..peers.inboxes import TELL_PATH, USER_HEADER
from .tabs import Tab, open_tabs

WARM_UP_SECONDS = 0.5
LIMITS = {"requests_per_second": 1_000_000, "connections_per_user": 1_000}
# Whatever is not there by then does not come any more.
ARRIVE_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class Delivered:
    """How long what people were told was under way.

    Parameters
    ----------
    how
        `each`: a cause of its own for each person; `team`: one cause for all.
    wanted_a_second, a_second
        Notifications that were asked for, and that were told.
    cpu
        The part of one core that the server took.
    """

    how: str
    people: int
    tabs: int
    wanted_a_second: float
    a_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu: float


class InboxJupyter(Jupyter):
    """A server with a hundred people."""

    def __init__(self, folder: Path) -> None:
        root = folder / "root"
        root.mkdir(parents=True)
        options = (
            "--ServerApp.identity_provider_class=tests.bench.peers.inboxes.AsTheySay",
            *(f"--RealtimeConfig.{name}={value}" for name, value in LIMITS.items()),
        )
        super().__init__(folder / "home", root, app="tests.bench.peers.inboxes", options=options)

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"PYTHONPATH": str(ROOT)}


def measure(
    folder: Path, people: int, tabs: int, hertzes: list[float], seconds: float
) -> list[Delivered]:
    """Measure both ways, at each rate of notifications a person and second."""
    with InboxJupyter(folder) as server:
        return asyncio.run(_measure(server, people, tabs, hertzes, seconds))


async def _measure(
    server: Jupyter, people: int, each: int, hertzes: list[float], seconds: float
) -> list[Delivered]:
    names = [f"person-{number:03}" for number in range(people)]
    found = []
    url = f"{server.url.replace('http', 'ws', 1)}realtime/ws"
    headers = {"Authorization": f"token {TOKEN}"}
    async with (
        open_tabs(url, names, each) as tabs,
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=None) as client,
    ):
        bench = _Bench(server, client, tabs, names)
        # Everybody has come by when the first has been told.
        await bench.each(hertzes[0], WARM_UP_SECONDS)
        await bench.arrived(round(hertzes[0] * WARM_UP_SECONDS))
        for hertz in hertzes:
            for how, tell in (("each", bench.each), ("team", bench.team)):
                found.append(await bench.run(how, tell, hertz, seconds))
    return found


class _Bench:
    def __init__(
        self, server: Jupyter, client: httpx.AsyncClient, tabs: list[Tab], people: list[str]
    ) -> None:
        assert server.process is not None
        self._server = psutil.Process(server.process.pid)
        self._client = client
        self._tabs = tabs
        self._people = people

    async def each(self, hertz: float, seconds: float) -> None:
        """Let something happen to each person, at each tick."""
        asked = {"people": self._people, "hertz": hertz, "seconds": seconds}
        answer = await self._client.post(TELL_PATH, json=asked)
        answer.raise_for_status()

    async def team(self, hertz: float, seconds: float) -> None:
        """Tell everybody something, at each tick."""
        begin = time.monotonic()
        told = []
        for number in range(round(hertz * seconds)):
            await asyncio.sleep(max(0.0, begin + number / hertz - time.monotonic()))
            told.append(asyncio.create_task(self._tell_team()))
        await asyncio.gather(*told)

    async def _tell_team(self) -> None:
        told = {"title": str(time.monotonic_ns()), "to": "@team", "message": "All of you."}
        answer = await self._client.post(
            "realtime/api/v1/notifications", json=told, headers={USER_HEADER: self._people[0]}
        )
        answer.raise_for_status()
        assert len(answer.json()["recipients"]) >= len(self._people)

    async def run(
        self,
        how: str,
        tell: Callable[[float, float], Awaitable[None]],
        hertz: float,
        seconds: float,
    ) -> Delivered:
        """Tell for some seconds, and wait until all of it has come."""
        cpu, begin = self._cpu_seconds(), time.monotonic()
        await tell(hertz, seconds)
        latencies = await self.arrived(round(hertz * seconds))
        lasted = time.monotonic() - begin
        told = len(latencies) / len(self._tabs) * len(self._people)
        percentiles = statistics.quantiles(latencies, n=100)
        return Delivered(
            how=how,
            people=len(self._people),
            tabs=len(self._tabs),
            wanted_a_second=hertz * len(self._people),
            a_second=told / lasted,
            p50_ms=percentiles[49] / 1e6,
            p99_ms=percentiles[98] / 1e6,
            max_ms=max(latencies) / 1e6,
            cpu=(self._cpu_seconds() - cpu) / lasted,
        )

    async def arrived(self, count: int) -> list[int]:
        """Wait until so many have come to every page."""
        everywhere = asyncio.gather(*(tab.until(count) for tab in self._tabs))
        await asyncio.wait_for(everywhere, ARRIVE_WITHIN_SECONDS)
        return [latency for tab in self._tabs for latency in tab.take()]

    def _cpu_seconds(self) -> float:
        times = self._server.cpu_times()
        return float(times.user + times.system)
