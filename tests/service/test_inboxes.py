"""People's inboxes: whose they are, what people do with them, and what time does."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import BadRequest, Forbidden, NotFound, Unavailable
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.ports import Change, Search, Wanted
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import inboxes
from jupyter_realtime.service.inboxes import DAY_MS, now_ms
from tests.builders import eventually, notice, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices, on_each_store
from tests.service.telling import ANA, BEN, idle, items


async def told(services: Services, **fields: str) -> str:
    [posted] = await services.notifier.notify(notice(**fields), {"ana"})
    return posted.notification


async def test_N11_nobody_but_its_person_reads_or_changes_an_inbox(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        one = await told(services)
        visitor = Principal(actor=msgspec.structs.replace(ANA.actor, via="server"))
        for somebody in (principal("ana", "program"), visitor):
            with pytest.raises(Forbidden):
                await services.inboxes.page(somebody, Search(), None, 10)
            with pytest.raises(Forbidden):
                await services.inboxes.change(somebody, [one], Change(archived=True))
            with pytest.raises(Forbidden):
                await services.inboxes.read_all(somebody, Wanted())
        with pytest.raises(NotFound):
            await services.inboxes.get(BEN, one)
        assert await services.inboxes.change(BEN, [one], Change(archived=True)) == ([], 0)
        assert [item.archived for item in await items(services)] == [False]
        for ids in ([], ["x"] * 1001):
            with pytest.raises(BadRequest):
                await services.inboxes.change(ANA, ids, Change(read=True))


async def test_N3_N4_what_one_tab_reads_is_read_in_all_on_both_servers(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        tabs = [Client(here, ANA), Client(here, ANA), Client(there, ANA)]
        for tab in tabs:
            await tab.ask("subscribe", room=user_room("ana"))
        one = await told(here)
        for tab in tabs:
            await tab.until(lambda f: f.get("event") == "notification:new")
        await there.inboxes.change(ANA, [one], Change(read=True, up_to=1))
        for tab in tabs:
            frame = await tab.until(lambda f: f.get("event") == "notification:changed")
            assert (frame["data"]["ids"], frame["data"]["unread"]) == ([one], 0)


@on_each_store
async def test_N5_what_is_snoozed_comes_back_by_itself_also_from_another_server(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "LOOK_SECONDS", 0.05)
    async with open_services(idle) as here, open_services(idle) as there:
        there.inboxes.open()
        one = await told(here)
        await here.inboxes.change(ANA, [one], Change(snooze_ms=now_ms() + 100))
        assert await items(here) == []
        await eventually(lambda: stands(here, one))


async def test_N5_a_snooze_does_not_wait_for_the_next_look(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        services.inboxes.open()
        # It has looked, found nothing, and would look again in half a minute.
        await asyncio.sleep(0)
        one = await told(services)
        await services.inboxes.change(ANA, [one], Change(snooze_ms=now_ms() + 50))
        await eventually(lambda: stands(services, one))


async def test_N5_who_is_away_for_long_gets_all_of_it_back(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "WOKEN_A_UNIT", 2)
    async with open_services(idle) as services:
        ids = [await told(services, group=f"g{number}") for number in range(7)]
        await services.inboxes.change(ANA, ids, Change(snooze_ms=now_ms()))
        services.inboxes.open()
        for one in ids:
            await eventually(lambda one=one: stands(services, one))
        assert (await services.inboxes.page(ANA, Search(), None, 10)).unread == 7


async def test_N8_what_is_old_is_forgotten_in_small_steps_with_who_was_not_seen_since(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "FORGOTTEN_A_UNIT", 2)
    async with open_services(idle) as services:
        for number in range(5):
            await told(services, group=f"g{number}", dedupe=f"c{number}")
        later = now_ms() + 31 * DAY_MS
        monkeypatch.setattr(inboxes, "now_ms", lambda: later)
        assert await services.inboxes.forget() >= 5
        page = await services.inboxes.page(ANA, Search(box="all"), None, 10)
        assert (page.items, page.unread) == ([], 0)
        monkeypatch.undo()
        [posted] = await services.notifier.notify(notice(dedupe="c1"), {"ana"})
        assert posted.is_new


async def test_N5_a_store_that_fails_for_a_while_is_asked_again(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "LOOK_SECONDS", 0.01)
    async with open_services(idle) as services:
        one = await told(services)
        await services.inboxes.change(ANA, [one], Change(snooze_ms=now_ms()))
        store, wake, failed = services.store.inbox, services.store.inbox.wake, asyncio.Event()

        async def full_disk(*_: int) -> int | None:
            failed.set()
            raise Unavailable("The disk is full.")

        monkeypatch.setattr(store, "wake", full_disk)
        services.inboxes.open()
        await asyncio.wait_for(failed.wait(), 5)
        monkeypatch.setattr(store, "wake", wake)
        await eventually(lambda: stands(services, one))


async def stands(services: Services, one: str) -> bool:
    return one in {item.id for item in await items(services)}
