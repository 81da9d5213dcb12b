"""Who has come by: whom a team has, and who may be told of a project."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.members import Member
from jupyter_realtime.ports import Known
from tests.builders import eventually, notice, principal
from tests.client.live import until
from tests.service.conftest import OpenServices
from tests.service.telling import (
    ANA,
    BEN,
    OWNER,
    come_by,
    give,
    idle,
    items,
    only_by_row,
    project_of,
)


async def test_N10_a_team_is_who_may_read_and_is_known_or_named(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        await come_by(services, ANA, BEN)
        await give(services, project, "viewer", "carl")
        assert await services.directory.team(project) == {OWNER.name, "ana", "ben", "carl"}
        only_by_row(services)
        assert await services.directory.team(project) == {OWNER.name, "carl"}
        dora = Principal(actor=principal("dora").actor, groups=frozenset({"team"}))
        await come_by(services, dora)
        await services.members.put(OWNER, project, Member(group="team", role="viewer"))
        assert await services.directory.team(project) == {OWNER.name, "carl", "dora"}


async def test_N10_programs_visitors_and_scoped_tokens_make_nobody_known(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        visitor = Principal(actor=msgspec.structs.replace(ANA.actor, name="v", via="server"))
        scoped = Principal(actor=principal("s").actor, scopes=("read:*",))
        for somebody in (principal("p", "program"), visitor, scoped):
            services.directory.seen(somebody)
        await come_by(services, BEN)
        assert [one.actor.name async for one in services.directory.everybody()] == ["ben"]


async def test_N10_whoever_has_just_come_by_can_be_told_before_that_is_written(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        services.directory.seen(ANA)
        await services.notifier.notify(notice(project=project), {"ana", "nobody"})
        assert len(await items(services)) == 1
        assert await items(services, "nobody") == []


async def test_N10_a_newcomer_is_announced_once_on_all_servers(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        come: list[str] = []

        async def newcomer(known: Known) -> None:
            come.append(known.actor.name)

        for services in (here, there):
            services.directory.on_new(newcomer)
        for services in (here, there):
            for _ in range(3):
                services.directory.seen(ANA)
        await come_by(here, BEN)
        await come_by(there, principal("carl"))
        await until(lambda: len(come) == 3)
        assert sorted(come) == ["ana", "ben", "carl"]


async def test_N10_who_could_not_be_noted_is_noted_next_time(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        store, see, failed = services.store.directory, services.store.directory.see, asyncio.Event()

        async def full_disk(known: Known) -> bool:
            failed.set()
            raise Unavailable("The disk is full.")

        monkeypatch.setattr(store, "see", full_disk)
        services.directory.seen(ANA)
        await asyncio.wait_for(failed.wait(), 5)
        monkeypatch.setattr(store, "see", see)

        async def noted() -> bool:
            services.directory.seen(ANA)
            return bool(await store.find(["ana"]))

        await eventually(noted)
