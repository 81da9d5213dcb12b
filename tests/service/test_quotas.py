"""Those who look after a server are told when something runs short."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.notifications import Notification
from jupyter_realtime.core.quotas import Reading
from jupyter_realtime.ports import RunReporter, Search
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import quotas
from tests.builders import eventually
from tests.service.conftest import OpenServices
from tests.service.test_members import OWNER


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


class Disk:
    """A disk that a test fills."""

    def __init__(self, used: int) -> None:
        self.used = used
        self.looks = 0

    async def read(self) -> list[Reading]:
        self.looks += 1
        if self.looks == 1:
            raise ZeroDivisionError("A gauge that is broken for once.")
        return [Reading("disk", "The disk", self.used, 100, "bytes")]


async def inbox(services: Services) -> list[Notification]:
    return (await services.store.inbox.page(OWNER.name, Search(), None, 100)).items


async def look(services: Services, disk: Disk, used: int, times: int = 2) -> None:
    disk.used, disk.looks = used, 1
    for _ in range(times):
        await services.quotas.look(disk)


async def test_Q7_a_full_disk_is_told_once_by_however_many_starts_and_servers(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "EVERY_SECONDS", 0.01)
    disk = Disk(95)
    for _ in range(2):
        async with open_services(idle) as one, open_services(idle) as other:
            for services in (one, other):
                disk.looks = 0
                services.quotas.open(disk)
                await eventually(lambda: has_looked(disk, 6))
                await services.quotas.close()
            [told] = await inbox(one)
            assert (told.category, told.type, told.count) == ("quota", "warning", 1)
            assert told.reason.startswith("You look after this server. By default: quotas")


async def has_looked(disk: Disk, times: int) -> bool:
    return disk.looks >= times


async def test_Q7_worse_and_again_count_up_in_one_row(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        disk = Disk(0)
        seen = []
        for used in (95, 89, 95, 99, 50, 95):
            await look(services, disk, used)
            [told] = await inbox(services)
            seen.append((told.type, told.count))
        assert seen == [
            ("warning", 1), ("warning", 1), ("warning", 1),
            ("error", 2), ("error", 2), ("warning", 3),
        ]  # fmt: skip


async def test_Q7_what_could_not_be_told_is_told_when_the_store_is_back(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        disk = Disk(0)

        async def down(*_args: Any) -> Any:
            raise Unavailable("The disk is full.")

        with monkeypatch.context() as patch:
            patch.setattr(services.store.inbox, "post", down)
            with pytest.raises(Unavailable):
                await look(services, disk, 95)
        assert await inbox(services) == []
        await look(services, disk, 95, times=1)
        assert [told.count for told in await inbox(services)] == [1]
