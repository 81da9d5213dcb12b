"""Those who look after a server are told when something runs short."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.notifications import Notification
from jupyter_realtime.core.quotas import Reading
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.ports import Change, RunReporter, Search, Wanted
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
            seen.append([(told.type, told.count) for told in await inbox(services)])
        assert seen == [
            [("warning", 1)], [("warning", 1)], [("warning", 1)],
            [("error", 2)], [], [("warning", 3)],
        ]  # fmt: skip


async def test_Q7_what_is_over_is_read_and_archived_in_every_tab(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        await look(services, Disk(0), 95)
        await look(services, Disk(0), 50)
        page = await services.store.inbox.page(OWNER.name, Search(box="all"), None, 100)
        [told] = page.items
        assert (told.read, told.archived, page.unread) == (True, True, 0)
        log = (await services.store.log.page(user_room(OWNER.name), None, 100)).events
        assert [event.event for event in log] == ["notification:new", "notification:changed"]
        changed = msgspec.json.decode(log[-1].data)
        assert (changed["ids"], changed["archived"], changed["unread"]) == ([told.id], True, 0)
        # Once: somebody who takes it out of the archive keeps it.
        await services.store.inbox.change(
            OWNER.name, Wanted(ids=[told.id]), Change(archived=False), OWNER.actor, 1
        )
        await look(services, Disk(0), 50)
        assert await inbox(services)


async def test_Q7_what_is_over_when_a_server_starts_again_goes_and_is_told_anew(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        await look(services, Disk(0), 95)
    async with open_services(idle) as services:
        await look(services, Disk(0), 87)
        assert len(await inbox(services)) == 1, "it is not well below"
        await look(services, Disk(0), 50)
        assert await inbox(services) == []
    async with open_services(idle) as services:
        await look(services, Disk(0), 95)
        assert [told.count for told in await inbox(services)] == [2]


async def test_Q7_what_could_not_be_ended_is_ended_when_the_store_is_back(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        disk = Disk(0)
        await look(services, disk, 95)

        async def down(*_args: Any) -> None:
            raise Unavailable("The disk is away.")

        with monkeypatch.context() as patch:
            patch.setattr(services.store.inbox, "resolve", down)
            with pytest.raises(Unavailable):
                await look(services, disk, 50)
        assert len(await inbox(services)) == 1
        await look(services, disk, 50, times=1)
        assert await inbox(services) == []


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
