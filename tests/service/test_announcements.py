"""Announcements: everybody is told once, also who comes by later."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.announcements import Announcement
from jupyter_realtime.core.errors import BadRequest, Forbidden, NotFound, Unavailable
from jupyter_realtime.core.notifications import Notice, Notification
from jupyter_realtime.ports import RunReporter, Search
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import announcements
from tests.builders import eventually, principal
from tests.service.conftest import OpenServices

OLGA = msgspec.structs.replace(principal("olga"), admin=True)
LONG_AGO = "2001-01-01T00:00:00.000Z"


async def idle(_reporter: RunReporter, _cancel: asyncio.Event) -> None:
    """Run nothing."""


async def comes_by(services: Services, *names: str) -> None:
    for name in names:
        services.directory.seen(principal(name))

    async def have_come() -> bool:
        return len(await services.store.directory.find(names)) == len(names)

    await eventually(have_come)


async def announce(services: Services, title: str = "Maintenance", **fields: Any) -> Announcement:
    known = {"message": "", "type_": "info", "expires": None, **fields}
    made, _ = await services.announcements.announce(OLGA, title, **known)
    return made


async def inbox(services: Services, name: str, box: Any = "inbox") -> list[Notification]:
    return (await services.store.inbox.page(name, Search(box=box), None, 100)).items


def until_told(services: Services, name: str, *titles: str) -> Any:
    async def is_told() -> bool:
        return sorted(one.title for one in await inbox(services, name)) == sorted(titles)

    return eventually(is_told)


async def test_Q4_everybody_known_is_told_at_once_and_a_newcomer_when_they_come(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        await comes_by(services, "ana", "bo")
        _, told = await services.announcements.announce(
            OLGA, "Maintenance", "Soon", "warning", None
        )
        assert told == 2
        [mine] = await inbox(services, "ana")
        assert (mine.title, mine.message, mine.type, mine.category) == (
            "Maintenance", "Soon", "warning", "system",
        )  # fmt: skip
        assert mine.actors == [OLGA.actor]
        assert mine.reason.startswith("This was announced to everybody.")
        await comes_by(services, "carl")
        await until_told(services, "carl", "Maintenance")
        await services.announcements.tell_pending()
        assert [one.count for one in await inbox(services, "ana")] == [1]


async def test_Q4_what_has_expired_reaches_nobody_any_more(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        await announce(services, "For ever")
        await announce(services, "Until 2100", expires="2100-01-01T00:00:00Z")
        monkeypatch.setattr(announcements, "_now_ms", lambda: 4_102_444_800_000)
        await comes_by(services, "carl")
        await services.announcements.tell_pending()
        assert await inbox(services, "carl") == [], "nothing lives longer than notifications"


@pytest.mark.parametrize(
    "who",
    [
        principal("ana"),
        msgspec.structs.replace(principal("olga", "program"), admin=True),
        msgspec.structs.replace(OLGA, scopes=frozenset({"read:*"})),
        Principal(actor=msgspec.structs.replace(OLGA.actor, via="server"), admin=True),
        msgspec.structs.replace(OLGA, read_only=True),
    ],
    ids=["person", "program", "scoped", "visitor", "reader"],
)
async def test_Q4_only_an_admin_announces(open_services: OpenServices, who: Principal) -> None:
    async with open_services(idle) as services:
        made = await announce(services)
        with pytest.raises(Forbidden):
            await services.announcements.announce(who, "Hi", "", "info", None)
        with pytest.raises(Forbidden):
            await services.announcements.take_back(who, made.id)
        with pytest.raises(Forbidden):
            await services.announcements.page(who, None, 10)
        assert await services.announcements.page(OLGA, None, 10) == [made]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"message": "x" * 4001},
        {"expires": "tomorrow"},
        {"expires": "2100-01-01T00:00:00"},
        {"expires": LONG_AGO},
    ],
)
async def test_Q4_what_can_not_be_told_is_not_kept(
    open_services: OpenServices, fields: dict[str, Any]
) -> None:
    async with open_services(idle) as services:
        with pytest.raises(BadRequest):
            await announce(services, **fields)
        assert await services.announcements.page(OLGA, None, 10) == []


async def test_Q5_one_that_is_taken_back_leaves_the_inboxes_and_reaches_nobody(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        await comes_by(services, "ana", "bo")
        wrong, right = await announce(services, "Wrong"), await announce(services, "Right")
        await services.announcements.take_back(OLGA, wrong.id)
        for name in ("ana", "bo"):
            assert [one.title for one in await inbox(services, name)] == ["Right"]
            assert [one.title for one in await inbox(services, name, "archived")] == ["Wrong"]
        await comes_by(services, "carl")
        await until_told(services, "carl", "Right")
        with pytest.raises(NotFound):
            await services.announcements.take_back(OLGA, wrong.id)
        assert await services.announcements.page(OLGA, None, 10) == [right]


async def test_Q5_whom_a_dying_server_left_out_is_told_by_the_next(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "PEOPLE_AT_ONCE", 1)
    async with open_services(idle) as services:
        await comes_by(services, "ana", "bo")
        notify = services.notifier.notify

        async def dies_after_ana(notice: Notice, people: Collection[str]) -> Any:
            if "ana" not in people:
                raise Unavailable("The disk is full.")
            return await notify(notice, people)

        monkeypatch.setattr(services.notifier, "notify", dies_after_ana)
        made = await announce(services)
        assert await inbox(services, "bo") == []
        await comes_by(services, "carl")
    async with open_services(idle) as one, open_services(idle) as other:
        for services in (one, other):
            services.announcements.open()
        for name in ("bo", "carl"):
            await until_told(one, name, made.title)
        await asyncio.gather(*(each.announcements.tell_pending() for each in (one, other)))
        assert [told.count for told in await inbox(one, "ana")] == [1]
