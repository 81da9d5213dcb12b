"""Preferences are read once for all who ask at the same time, and never from before one has asked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.preferences import Preferences
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from tests.builders import eventually
from tests.service.conftest import OpenServices

DAILY = Preferences(digest="daily")


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


class Reads:
    """The store's reads, each held up until a test lets it go on."""

    def __init__(self, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[set[str]] = []
        self.go_on = asyncio.Semaphore(0)
        self.fails = False
        of = services.store.preferences.of

        async def held_up(people: Collection[str]) -> dict[str, Preferences]:
            self.asked.append(set(people))
            await self.go_on.acquire()
            if self.fails:
                raise Unavailable("The disk is gone.")
            return await of(people)

        monkeypatch.setattr(services.store.preferences, "of", held_up)


async def until(reads: Reads, count: int) -> None:
    async def have_asked() -> bool:
        return len(reads.asked) >= count

    await eventually(have_asked)


async def test_those_who_ask_meanwhile_are_read_together(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        await services.store.preferences.put("bo", DAILY, 1)
        reads, book = Reads(services, monkeypatch), services.preferences
        first = asyncio.create_task(book.of("ana"))
        await until(reads, 1)
        others = [asyncio.create_task(book.of(name)) for name in ("bo", "carl", "bo")]
        await asyncio.sleep(0)
        others[1].cancel()
        reads.go_on.release()
        assert await first == Preferences()
        reads.go_on.release()
        assert [await others[0], await others[2]] == [DAILY, DAILY]
        assert reads.asked == [{"ana"}, {"bo", "carl"}]


async def test_H1_who_asks_after_a_change_gets_it_whoever_is_still_read(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        reads, book = Reads(services, monkeypatch), services.preferences
        before = asyncio.create_task(book.of("ana"))
        await until(reads, 1)
        await services.store.preferences.put("ana", DAILY, 1)
        after = asyncio.create_task(book.of("ana"))
        await asyncio.sleep(0)
        for _ in range(2):
            reads.go_on.release()
        await before
        assert await after == DAILY


async def test_a_read_that_fails_is_told_to_all_of_it_and_to_nobody_else(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        reads, book = Reads(services, monkeypatch), services.preferences
        reads.fails = True
        together = [asyncio.create_task(book.of("ana")) for _ in range(2)]
        await until(reads, 1)
        reads.go_on.release()
        failed = await asyncio.gather(*together, return_exceptions=True)
        assert [type(error) for error in failed] == [Unavailable, Unavailable]
        reads.fails = False
        reads.go_on.release()
        assert await book.of("ana") == Preferences()
