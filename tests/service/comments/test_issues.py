"""Threads about issues: what becomes of them when an analysis has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.issues import Issue
from jupyter_realtime.core.rooms import project_room
from jupyter_realtime.core.threads import OwnThread
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.comments.range import Range
from jupyter_realtime.service.comments.threads import NewThread
from tests.builders import issue, lane
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, BEN, come_by, items
from tests.service.test_run_news import ran


class Runs:
    """An engine whose next run finds what a test puts there, and finishes its detector."""

    def __init__(self) -> None:
        self.found: Sequence[Issue] = ()

    async def __call__(self, reporter: RunReporter, _cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        await reporter.issues("correctness", self.found)
        await reporter.detector_complete(lane(state="succeeded", done=2), None)
        await reporter.finished("succeeded", None)


async def begin(services: Services, fingerprint: str = "f1") -> OwnThread:
    """Begin a thread about an issue."""
    await come_by(services, ANA, BEN)
    _, document = await services.projects.document(ANA, None, "a.py")
    at = Range(None, "x = 1\n", 0, 1)
    new = NewThread(document.id, at, "Is it really one?", issue=fingerprint)
    return await services.comments.threads.open(ANA, new)


async def run(services: Services, runs: Runs, *fingerprints: str) -> None:
    """Run an analysis that finds these, to its end and what follows from it."""
    runs.found = [issue(one, "low") for one in fingerprints]
    await ran(services, BEN)
    await services.run_news.tell()


async def told(services: Services) -> list[tuple[str, str]]:
    found = await items(services, "ana")
    return [(one.category, one.title) for one in found if one.thread is not None]


async def test_I21_a_thread_is_opened_again_when_its_issue_is_back(
    open_services: OpenServices,
) -> None:
    runs = Runs()
    async with open_services(runs) as services:
        await run(services, runs, "f1")
        thread = await begin(services)
        reading = services.comments.reading
        assert (await reading.get(ANA, thread.id)).issue_state == "open"
        await run(services, runs)
        assert await told(services) == [("reply", "An issue in a.py is fixed")]
        found = await reading.get(ANA, thread.id)
        assert (found.state, found.issue_state) == ("open", "fixed")
        await services.comments.threads.turn(ANA, thread.id, resolved=True)
        await run(services, runs, "f2")
        assert (await reading.get(ANA, thread.id)).state == "resolved"
        await run(services, runs, "f1")
        found = await reading.get(ANA, thread.id)
        assert (found.state, found.issue_state) == ("open", "open")
        assert await told(services) == [("reply", "An issue in a.py is back")]
        page = await services.store.log.page(project_room(thread.project), None, 1000)
        turned = [one for one in page.events if one.event == "thread:reopened"]
        assert [(one.actor.kind, json.loads(bytes(one.data))["reason"]) for one in turned] == [
            ("system", "issue")
        ]


async def test_I21_who_resolves_it_after_the_run_began_is_right(
    open_services: OpenServices,
) -> None:
    runs = Runs()
    async with open_services(runs) as services:
        await run(services, runs, "f1")
        thread = await begin(services)
        await run(services, runs)
        runs.found = [issue("f1", "low")]
        await ran(services, BEN)
        # The server says what follows from the run only now.
        await services.comments.threads.turn(ANA, thread.id, resolved=True)
        await services.run_news.tell()
        assert (await services.comments.reading.get(ANA, thread.id)).state == "resolved"


async def test_I21_what_could_not_be_kept_follows_later_and_once(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs()
    async with open_services(runs) as services:
        await run(services, runs, "f1")
        thread = await begin(services)
        await run(services, runs)
        await services.comments.threads.turn(ANA, thread.id, resolved=True)

        async def lost(*_: object) -> bool:
            raise Unavailable("The disk is full.")

        with monkeypatch.context() as broken:
            broken.setattr(services.store.threads, "turn", lost)
            with pytest.raises(Unavailable):
                await run(services, runs, "f1")
        assert (await services.comments.reading.get(ANA, thread.id)).state == "resolved"
        for _ in range(2):
            await services.run_news.tell()
        assert (await services.comments.reading.get(ANA, thread.id)).state == "open"
        [one] = await items(services, "ana")
        assert (one.title, one.count) == ("An issue in a.py is back", 2)
