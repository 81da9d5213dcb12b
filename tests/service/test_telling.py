"""What people and their programs tell others by themselves."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import BadRequest, Forbidden, NotFound, RateLimited
from jupyter_realtime.service import telling
from tests.builders import principal
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
    wish,
)


async def test_N10_whoever_tells_a_project_something_is_told_as_soon_as_they_have_come_by(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        services.directory.seen(ANA)
        told = await services.telling.tell(ANA, wish(project=project))
        assert (told.recipients, told.new) == (["ana"], 1)
        assert told.own == (await items(services))[0].id


async def test_N10_only_who_may_publish_tells_and_a_visitor_tells_nobody(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        await give(services, project, "viewer")
        with pytest.raises(Forbidden):
            await services.telling.tell(ANA, wish(project=project))
        visitor = Principal(actor=msgspec.structs.replace(BEN.actor, via="server"))
        with pytest.raises(Forbidden, match="Visitors"):
            await services.telling.tell(visitor, wish())
        with pytest.raises(NotFound):
            await services.telling.tell(BEN, wish(project="nowhere"))


async def test_N10_one_stranger_among_them_and_nobody_is_told(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        await project_of(services)
        await come_by(services, BEN)
        with pytest.raises(NotFound, match="'eve' is no member"):
            await services.telling.tell(ANA, wish(to=["ben", "eve"]))
        assert await items(services, "ben") == []
        for to in ([], ["ben"] * 201):
            with pytest.raises(BadRequest, match="1 to 200"):
                await services.telling.tell(ANA, wish(to=to))


async def test_N10_the_team_is_told_once_each_and_only_while_it_is_one(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        await give(services, project, "member")
        await come_by(services, BEN)
        told = await services.telling.tell(ANA, wish(to=["@team", "ana", "@me"], project=project))
        assert told.recipients == sorted({"ana", OWNER.name})
        assert await items(services, "ben") == []


async def test_N2_a_dedupe_is_its_callers_own_and_a_long_one_is_refused_not_shortened(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        await project_of(services)
        await come_by(services, ANA, BEN)
        for who in (ANA, BEN, principal("ana", "program")):
            for _ in range(2):
                await services.telling.tell(who, wish(to=["ana"], dedupe="run 1"))
        assert len(await items(services)) == 3
        for end in "ab":
            with pytest.raises(BadRequest, match="dedupe"):
                await services.telling.tell(ANA, wish(dedupe="x" * 200 + end))


async def test_N11_a_program_that_has_gone_wrong_is_slowed_down_and_a_person_is_not(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "TOLD_A_MINUTE", 3)
    async with open_services(idle) as services:
        await project_of(services)
        program = principal("ana", "program")
        for _ in range(3):
            await services.telling.tell(program, wish())
        with pytest.raises(RateLimited) as refused:
            await services.telling.tell(program, wish())
        assert 0 < (refused.value.retry_after or 0) <= 20
        await services.telling.tell(principal("ben", "program"), wish())
        for _ in range(5):
            await services.telling.tell(ANA, wish())
        assert len(await items(services)) == 8
