"""Whoever started an analysis is told how it ended and what it has found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import BadRequest, Unavailable
from jupyter_realtime.core.issues import Analysis, Issue
from jupyter_realtime.core.notifications import Category, Notice, Notification
from jupyter_realtime.core.preferences import Channel, Preferences, Rule
from jupyter_realtime.ports import RunReporter, Search
from jupyter_realtime.server.runtime import Services
from tests.builders import eventually, issue, lane, principal
from tests.service.conftest import OpenServices

ANA = principal("ana")


class Runs:
    """An engine whose next run finds what a test puts there."""

    def __init__(self) -> None:
        self.found: Sequence[Issue] = ()
        self.state: Any = "succeeded"

    async def __call__(self, reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        await reporter.issues("correctness", self.found)
        if self.state == "cancelled":
            await cancel.wait()
        await reporter.finished(self.state, None)


async def known(services: Services, who: Principal = ANA) -> None:
    services.directory.seen(who)

    async def has_come() -> bool:
        return bool(await services.store.directory.find([who.name]))

    await eventually(has_come)


async def ran(services: Services, who: Principal = ANA, **options: Any) -> Analysis:
    run = await services.analyses.start(who, ["a.py"], None, None, outside=False, **options)

    async def is_over() -> bool:
        kept = await services.store.analyses.get(run.id)
        return kept is not None and kept.analysis.is_finished

    await eventually(is_over)
    return run


async def inbox(services: Services, name: str = "ana") -> list[Notification]:
    return (await services.store.inbox.page(name, Search(box="all"), None, 100)).items


def until_told(services: Services, count: int, name: str = "ana") -> Any:
    async def is_told() -> bool:
        return len(await inbox(services, name)) == count

    return eventually(is_told)


async def test_Q1_who_started_a_run_is_told_once_how_it_ended(open_services: OpenServices) -> None:
    runs = Runs()
    async with open_services(runs) as services:
        services.run_news.open()
        await known(services)
        await ran(services)
        await until_told(services, 1)
        runs.state = "failed"
        await ran(services)
        await until_told(services, 2)
        failed, done = await inbox(services)
        assert (done.category, done.type, done.title) == (
            "analysis", "success", "The analysis of a.py is done",
        )  # fmt: skip
        assert (failed.type, failed.count, failed.read) == ("error", 1, False)
        assert done.action_url == "/lab/tree/a.py"
        for told in (done, failed):
            assert told.reason.startswith("You started this analysis. By default: analyses")


async def test_Q1_a_program_runs_for_its_person_and_a_visitor_for_nobody(
    open_services: OpenServices,
) -> None:
    async with open_services(Runs()) as services:
        await known(services)
        await ran(services, principal("ana", "program"))
        visitor = Principal(actor=msgspec.structs.replace(ANA.actor, via="server"))
        await ran(services, visitor)
        await services.run_news.tell()
        [told] = await inbox(services)
        assert told.reason.startswith("A program of yours started this analysis.")


async def test_Q2_what_is_new_and_grave_is_told_and_what_was_known_is_not(
    open_services: OpenServices,
) -> None:
    runs = Runs()
    runs.found = [issue("f1", "high"), issue("f2", "critical"), issue("f3", "low")]
    async with open_services(runs) as services:
        await known(services)
        await ran(services)
        await services.run_news.tell()
        [grave] = await inbox(services)
        assert (grave.category, grave.title) == ("issues", "1 critical and 1 high issues in a.py")
        assert grave.message.splitlines()[-1] == (
            "The analysis of a.py is done. 1 critical, 1 high and 1 low issues."
        )
        runs.found = [issue("f1", "high"), issue("f2", "critical")]
        await ran(services)
        await services.run_news.tell()
        assert [told.category for told in await inbox(services)].count("issues") == 1


def off(category: Category, channel: Channel) -> Rule:
    return Rule(category=category, channel=channel, mode="off")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([off("issues", "in_app")], ["analysis"]),
        ([off("analysis", "in_app")], ["issues"]),
        ([off("issues", "in_app"), off("analysis", "in_app")], []),
    ],
)
async def test_Q2_to_whom_no_issues_come_the_end_comes(
    open_services: OpenServices, rules: list[Rule], expected: list[Category]
) -> None:
    runs = Runs()
    runs.found = [issue("f1", "critical")]
    async with open_services(runs) as services:
        await known(services)
        await services.preferences.put(ANA, Preferences(rules=rules))
        await ran(services)
        await services.run_news.tell()
        told = await inbox(services)
        assert [one.category for one in told] == expected
        if expected == ["analysis"]:
            assert told[0].title == "The analysis of a.py is done"


async def test_Q1_Q2_of_a_quiet_run_only_what_is_wrong_is_told(open_services: OpenServices) -> None:
    runs = Runs()
    async with open_services(runs) as services:
        services.run_news.open()
        await known(services)
        await ran(services, quiet=True)
        runs.state = "partial"
        await ran(services, quiet=True)
        runs.found = [issue(severity="high")]
        await ran(services, quiet=True)
        await until_told(services, 1)
        runs.found, runs.state = (), "failed"
        await ran(services, quiet=True)
        await until_told(services, 2)
        failed, grave = await inbox(services)
        assert (failed.category, failed.type) == ("analysis", "error")
        assert grave.category == "issues"


async def test_Q2_what_a_cancelled_run_has_found_is_told(open_services: OpenServices) -> None:
    runs = Runs()
    runs.found, runs.state = [issue("f1", "critical")], "cancelled"
    async with open_services(runs) as services:
        await known(services)
        run = await services.analyses.start(ANA, ["a.py"], None, None, outside=False)

        async def has_found() -> bool:
            return bool(await services.store.analyses.issues(run.id, 0, 1))

        await eventually(has_found)
        services.run_news.open()
        await services.analyses.cancel(ANA, run.id)
        await until_told(services, 1)
        assert (await inbox(services))[0].title == "1 critical issue in a.py"


async def test_Q3_a_run_of_which_a_dead_server_told_half_is_told_once_by_the_next(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs()
    runs.found = [issue("f1", "critical")]
    async with open_services(runs) as services:
        await known(services)
        await ran(services)

        async def dies(_runs: Sequence[str]) -> None:
            raise Unavailable("The server is gone.")

        with monkeypatch.context() as patch:
            patch.setattr(services.store.analyses, "note_told", dies)
            with pytest.raises(Unavailable):
                await services.run_news.tell()
        before = await inbox(services)
        assert [told.category for told in before] == ["issues"]
    async with open_services(runs) as one, open_services(runs) as other:
        for services in (one, other):
            services.run_news.open()
        project = (await one.projects.of_path(""))[0].id

        async def is_noted() -> bool:
            return not await one.store.analyses.untold([project], 1)

        await eventually(is_noted)
        await asyncio.gather(one.run_news.tell(), other.run_news.tell())
        assert await inbox(one) == before, "neither more, nor counted up"


async def test_Q3_a_run_that_can_not_be_told_keeps_no_other_back(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(Runs()) as services:
        await known(services)
        odd, fine = await ran(services), await ran(services)
        notify = services.notifier.notify

        async def refuses(notice: Notice, recipients: set[str], beside: Notice | None) -> Any:
            if notice.group == f"run:{odd.id}":
                raise BadRequest("This can't be shown.")
            return await notify(notice, recipients, beside)

        monkeypatch.setattr(services.notifier, "notify", refuses)
        await services.run_news.tell()
        assert len(await inbox(services)) == 1
        assert await services.store.analyses.untold([fine.project], 10) == []
