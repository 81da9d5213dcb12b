"""Who loses the right to read a project loses what they were told of it, whatever happens just then."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import withdrawal
from tests.builders import eventually, notice
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.telling import (
    ANA,
    OWNER,
    give,
    idle,
    only_by_row,
    project_of,
    take,
    titles,
)


async def told_of(services: Services, project: str, title: str = "The secret") -> None:
    about = notice(title, group=title, project=project)
    await services.notifier.notify(about, {"ana"})


async def has(services: Services, *wanted: str) -> None:
    async def shown() -> bool:
        return await titles(services) == sorted(wanted)

    await eventually(shown)


async def test_N7_what_was_told_goes_with_the_right_and_comes_back_with_it(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        services.withdrawal.open()
        project = await project_of(services)
        await give(services, project, "viewer")
        await told_of(services, project)
        await services.notifier.notify(notice("Of no project", group="g"), {"ana"})
        tab = Client(services, ANA)
        await tab.ask("subscribe", room=user_room("ana"))
        await take(services, project)
        await has(services, "Of no project")
        await tab.until(lambda f: f.get("event") == "notification:changed")
        replayed = Client(services, ANA)
        log = await replayed.ask("subscribe", room=user_room("ana"), since="earliest")
        assert "The secret" not in str(log)
        await told_of(services, project, "Another one")
        assert await titles(services) == ["Of no project"], "and hears nothing more of it"
        await give(services, project, "viewer")
        await has(services, "Of no project", "The secret")


async def test_N7_a_project_that_is_off_says_nothing_until_it_is_on_again(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        services.withdrawal.open()
        project = await project_of(services)
        services.directory.seen(ANA)
        await told_of(services, project)
        await services.projects.enable(OWNER, project, False)
        await has(services)
        await services.projects.enable(OWNER, project, True)
        await has(services, "The secret")


async def test_N7_what_is_on_its_way_while_the_right_is_lost_goes_too(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        services.withdrawal.open()
        project = await project_of(services)
        await give(services, project, "viewer")
        await told_of(services, project, "Before")
        inbox, post = services.store.inbox, services.store.inbox.post

        async def late(*args: Any) -> Any:
            await take(services, project)
            await has(services)
            return await post(*args)

        monkeypatch.setattr(inbox, "post", late)
        await told_of(services, project)
        await has(services)
        assert await inbox.told(project) == {("ana", True)}


async def test_N7_a_server_that_died_between_a_change_and_its_consequence_is_made_up_for(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        project = await project_of(services)
        await give(services, project, "viewer")
        await told_of(services, project)
        # Nobody has begun to look at what is withdrawn here, and now nobody will.
        await take(services, project)
        assert await titles(services) == ["The secret"]
    async with open_services(idle) as services:
        only_by_row(services)
        services.withdrawal.open()
        await has(services)


async def test_N7_another_server_that_gave_or_took_the_right_is_followed(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        only_by_row(here, there)
        here.withdrawal.open()
        project = await project_of(here)
        await give(there, project, "viewer")
        await told_of(there, project)

        async def heard() -> bool:
            return await here.directory.who_may_read({"ana"}, project) == {"ana"}

        await eventually(heard)
        await take(there, project)
        await has(here)
        await give(there, project, "viewer")
        await has(here, "The secret")


async def test_N7_what_could_not_be_looked_at_is_looked_at_again(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawal, "AGAIN_SECONDS", 0.01)
    async with open_services(idle) as services:
        only_by_row(services)
        services.withdrawal.open()
        project = await project_of(services)
        await give(services, project, "viewer")
        await told_of(services, project)
        inbox, withdraw, tried = services.store.inbox, services.store.inbox.withdraw, []

        async def full_disk(*args: Any) -> None:
            tried.append(args)
            if len(tried) < 3:
                raise Unavailable("The disk is full.")
            await withdraw(*args)

        monkeypatch.setattr(inbox, "withdraw", full_disk)
        await take(services, project)
        await has(services)
        assert len(tried) == 3


async def test_N7_of_many_changes_the_last_one_counts(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        only_by_row(services)
        services.withdrawal.open()
        project = await project_of(services)
        await give(services, project, "viewer")
        await told_of(services, project)
        for _ in range(5):
            await take(services, project)
            await give(services, project, "viewer")
        await has(services, "The secret")
        await take(services, project)
        await has(services)
