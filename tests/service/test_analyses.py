import asyncio
import time
from typing import Any

import pytest

from jupyter_realtime.core.access import Verb
from jupyter_realtime.core.errors import BadRequest, Conflict, Forbidden, NotFound, Unavailable
from jupyter_realtime.core.issues import Analysis
from jupyter_realtime.core.reports import Finished, Issues, Progress, Report, Started
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import leases, run_recorder
from tests.builders import eventually, issue, lane, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices, Script, on_each_store

ANA = principal("ana")
_READ = Verb.READ


async def start(services: Services, *, outside: bool = False) -> Analysis:
    return await services.analyses.start(ANA, ["a.py"], None, None, outside=outside)


async def a_whole_run(reporter: RunReporter, _cancel: asyncio.Event) -> None:
    await reporter.started([lane(state="queued")])
    await reporter.progress(0.6, 3.0, [lane(done=1)])
    await reporter.issues("correctness", [issue("f1", "high"), issue("f2", "low")])
    await reporter.progress(0.4, -1.0, [lane(done=2)])
    await reporter.detector_complete(lane(state="succeeded", done=2), None)
    await reporter.finished("succeeded", None)


async def until_cancelled(reporter: RunReporter, cancel: asyncio.Event) -> None:
    await reporter.started([lane()])
    await cancel.wait()
    await reporter.finished("cancelled", None)


async def follow(client: Client, run: Analysis) -> list[dict[str, Any]]:
    """Give all events of a run, to its end."""
    reply = await client.ask("subscribe", room=run.room, since="earliest")
    ends = ("analysis:complete", "analysis:cancelled", "analysis:error")
    if not any(event["event"] in ends for event in reply["events"]):
        await client.until(lambda f: f["type"] == "event" and f["event"] in ends)
    live = [f for f in client.frames if f["type"] == "event" and f["room"] == run.room]
    by_seq = {event["seq"]: event for event in [*reply["events"], *live]}
    return [by_seq[seq] for seq in sorted(by_seq)]


async def test_A1_a_run_tells_its_life_in_its_room_and_in_the_projects(
    open_services: OpenServices,
) -> None:
    async with open_services(a_whole_run) as services:
        client = Client(services, ANA)
        run = await start(services)
        assert run.state == "queued"
        events = await follow(client, run)
        assert [event["event"] for event in events] == [
            "analysis:started",
            "analysis:issues",
            "analysis:detector:complete",
            "analysis:complete",
        ]
        assert [i["status"] for i in events[1]["data"]["issues"]] == ["new", "new"]
        end = events[-1]["data"]
        assert (end["state"], end["progress"], end["counts"]["high"]) == ("succeeded", 1.0, 1)
        project = await client.ask("subscribe", room=f"project:{run.project}", since="earliest")
        names = [event["event"] for event in project["events"]]
        assert names == ["analysis:started", "analysis:complete"]
        assert project["states"][0]["data"] == end


async def test_A3_progress_never_falls_and_an_eta_is_never_negative(
    open_services: OpenServices,
) -> None:
    seen: list[tuple[float, float | None]] = []

    async def script(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        for progress, eta in ((0.6, 3.0), (0.4, -1.0)):
            await reporter.progress(progress, eta, [lane()])
            run = (await services.history.recent(ANA, None, None, 1))[0][0]
            seen.append((run.progress, run.eta_seconds))
        await reporter.finished("succeeded", None)

    async with open_services(script) as services:
        await follow(Client(services, ANA), await start(services))
        assert seen == [(0.6, 3.0), (0.6, 0.0)]


async def test_A1_an_issue_that_an_earlier_run_found_is_ongoing(
    open_services: OpenServices,
) -> None:
    async with open_services(a_whole_run) as services:
        await follow(Client(services, ANA), await start(services))
        second = await start(services)
        await follow(Client(services, ANA), second)
        issues, following = await services.history.issues(ANA, second.id, 0, 10)
        assert [i.status for i in issues] == ["ongoing", "ongoing"]
        assert following is None


async def test_A5_a_cancel_ends_a_run_and_is_told(open_services: OpenServices) -> None:
    async with open_services(until_cancelled) as services:
        client = Client(services, ANA)
        run = await start(services)
        await client.ask("subscribe", room=run.room, since="earliest")
        await client.until(lambda f: f["type"] == "state" and f["data"]["state"] == "running")
        assert (await services.analyses.cancel(principal("bo"), run.id)).state == "cancelling"
        asked = await client.until(lambda f: f.get("event") == "analysis:cancel-requested")
        assert asked["actor"]["name"] == "bo"
        await client.until(lambda f: f.get("event") == "analysis:cancelled")
        with pytest.raises(Conflict):
            await services.analyses.cancel(ANA, run.id)


@on_each_store
async def test_A5_a_cancel_crosses_from_another_server_of_the_store(
    open_services: OpenServices,
) -> None:
    async with open_services(until_cancelled) as here, open_services(until_cancelled) as there:
        run = await start(here)
        client = Client(here, ANA)
        await client.ask("subscribe", room=run.room)
        await there.analyses.cancel(ANA, run.id)
        await client.until(lambda f: f.get("event") == "analysis:cancelled")


def ends_when(released: asyncio.Event) -> Script:
    """A run that goes on for a while after it was cancelled."""

    async def script(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        await cancel.wait()
        await released.wait()
        await reporter.finished("cancelled", None)

    return script


def asked_by(events: list[dict[str, Any]]) -> list[str]:
    return [e["actor"]["name"] for e in events if e["event"] == "analysis:cancel-requested"]


async def test_A5_asking_for_a_cancel_again_tells_nothing_again(
    open_services: OpenServices,
) -> None:
    released = asyncio.Event()
    async with open_services(ends_when(released)) as here, open_services(until_cancelled) as there:
        run = await start(here)
        # Two at once, one right after, and one elsewhere when it is known there.
        people = (ANA, principal("bo"))
        answers = await asyncio.gather(*(here.analyses.cancel(p, run.id) for p in people))
        answers.append(await here.analyses.cancel(ANA, run.id))

        async def is_known() -> bool:
            kept = await there.history.find(ANA, _READ, run.id)
            return kept.analysis.state == "cancelling"

        await eventually(is_known)
        answers.append(await there.analyses.cancel(ANA, run.id))
        assert {answer.state for answer in answers} == {"cancelling"}
        assert {answer.id for answer in answers} == {run.id}
        released.set()
        assert len(asked_by(await follow(Client(here, ANA), run))) == 1


async def test_A5_a_cancel_that_could_not_be_told_is_told_when_it_is_asked_for_again(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = asyncio.Event()
    async with open_services(ends_when(released)) as services:
        run = await start(services)

        async def full(_draft: object) -> None:
            raise Unavailable("The disk is full.")

        with monkeypatch.context() as patch, pytest.raises(Unavailable):
            patch.setattr(services.store.log, "append", full)
            await services.analyses.cancel(ANA, run.id)
        assert (await services.analyses.cancel(principal("bo"), run.id)).state == "cancelling"
        released.set()
        assert asked_by(await follow(Client(services, ANA), run)) == ["bo"]


async def test_A1_an_engine_that_breaks_fails_the_run_with_words(
    open_services: OpenServices,
) -> None:
    async def broken(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        raise ZeroDivisionError

    async with open_services(broken) as services:
        [*_, end] = await follow(Client(services, ANA), await start(services))
        assert end["event"] == "analysis:error"
        assert "log" in end["data"]["error"]
        assert [x["state"] for x in end["data"]["detectors"]] == ["cancelled"]


async def test_A4_a_run_whose_server_died_is_failed_and_can_be_started_again(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = asyncio.Event()

    async def hangs(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        await reporter.issues("correctness", [issue("kept")])
        died.set()
        await cancel.wait()

    monkeypatch.setattr(run_recorder, "LEASE_SECONDS", 0.0)
    async with open_services(hangs) as dead:
        run = await start(dead)
        await died.wait()
        async with open_services(a_whole_run) as services:
            await until_expired(services)
            await services.leases.look_after()
            kept = (await services.history.find(ANA, _READ, run.id)).analysis
            assert (kept.state, kept.counts.high) == ("failed", 1)
            assert kept.error is not None and "server stopped" in kept.error.lower()
            await follow(Client(services, ANA), await start(services))


@on_each_store
async def test_A4_a_run_that_another_server_gave_up_does_not_seem_to_go_on_here(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_recorder, "OUTSIDE_LEASE_SECONDS", 0.0)
    async with open_services(until_cancelled) as here, open_services(until_cancelled) as other:
        run = await start(here, outside=True)
        await here.analyses.report(ANA, run.id, [Started(detectors=[lane()])], "key-1")
        await until_expired(other)
        await other.leases.look_after()
        await here.leases.look_after()
        assert (await here.history.find(ANA, _READ, run.id)).analysis.state == "failed"
        assert (await here.analyses.report(ANA, run.id, [], "key-2")).state == "failed"


async def until_expired(services: Services) -> None:
    async def expired() -> bool:
        return bool(await services.store.analyses.expired(time.time_ns() // 1_000_000))

    await eventually(expired)


async def test_A4_the_lease_of_a_running_analysis_is_renewed(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.01)
    async with open_services(until_cancelled) as services:
        run = await start(services)
        first = await services.store.analyses.get(run.id)
        services.leases.open()

        async def renewed() -> bool:
            now = await services.store.analyses.get(run.id)
            return bool(now and first and now.lease_until_ms > first.lease_until_ms + 50)

        await eventually(renewed)


REPORTS: list[Report] = [
    Started(detectors=[lane()]),
    Issues(detector="correctness", issues=[issue("f1")]),
    Progress(progress=0.5, eta_seconds=None, lanes=[lane(done=1)]),
]


async def test_A6_an_outside_runner_reports_and_a_repetition_changes_nothing(
    open_services: OpenServices,
) -> None:
    async with open_services(until_cancelled) as services:
        client = Client(services, ANA)
        run = await start(services, outside=True)
        for _ in range(2):
            kept = await services.analyses.report(ANA, run.id, REPORTS, "key-1")
            assert (kept.state, kept.progress, kept.counts.high) == ("running", 0.5, 1)
        await services.analyses.cancel(ANA, run.id)
        await client.ask("subscribe", room=run.room)

        async def told() -> bool:
            return (await services.analyses.report(ANA, run.id, [], "k")).state == "cancelling"

        await eventually(told)
        over = await services.analyses.report(
            ANA, run.id, [Finished(state="cancelled", error=None)], "key-3"
        )
        assert over.state == "cancelled"
        late = await services.analyses.report(ANA, run.id, REPORTS, "key-4")
        assert late == over
        names = [event["event"] for event in await follow(client, run)]
        assert names.count("analysis:issues") == 1 and names.count("analysis:cancelled") == 1


async def test_A6_an_outside_run_is_cancelled_whatever_was_reported_last(
    open_services: OpenServices,
) -> None:
    async with open_services(until_cancelled) as services:
        run = await start(services, outside=True)
        await services.analyses.report(ANA, run.id, [Started(detectors=[lane()])], "key-1")
        await services.analyses.cancel(ANA, run.id)

        async def told() -> bool:
            return (await services.analyses.report(ANA, run.id, [], "k")).state == "cancelling"

        await eventually(told)


async def test_A6_lists_that_are_posted_at_the_same_time_take_nothing_from_each_other(
    open_services: OpenServices,
) -> None:
    async with open_services(until_cancelled) as services:
        run = await start(services, outside=True)

        def lists(begin: int) -> list[Report]:
            numbers = range(begin, begin + 5)
            return [Issues(detector="correctness", issues=[issue(f"f{n}")]) for n in numbers]

        await services.analyses.report(ANA, run.id, [Started(detectors=[lane()])], "key-0")
        first, second = lists(0), lists(5)
        await asyncio.gather(
            services.analyses.report(ANA, run.id, first, "key-1"),
            # Its answer was lost, or so it seemed.
            services.analyses.report(ANA, run.id, first, "key-1"),
            services.analyses.report(ANA, run.id, second, "key-2"),
        )
        found, _ = await services.history.issues(ANA, run.id, 0, 100)
        assert sorted(each.fingerprint for each in found) == [f"f{n}" for n in range(10)]


async def test_A6_two_lists_after_a_restart_are_kept_by_one_and_the_same(
    open_services: OpenServices,
) -> None:
    async with open_services(until_cancelled) as services:
        run = await start(services, outside=True)
        await services.analyses.report(ANA, run.id, [Started(detectors=[lane()])], "key-0")
    async with open_services(until_cancelled) as services:
        await asyncio.gather(
            *(
                services.analyses.report(
                    ANA,
                    run.id,
                    [Issues(detector="correctness", issues=[issue(f"f{n}")])],
                    f"key-{n + 1}",
                )
                for n in range(4)
            )
        )
        kept = await services.history.find(ANA, _READ, run.id)
        assert kept.analysis.counts.high == 4
        await services.analyses.report(ANA, run.id, [Finished(state="failed", error=None)], "end")
        assert services.rooms.open_count == 0


async def test_A4_a_run_whose_room_can_not_be_opened_is_not_kept_alive(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(until_cancelled) as services:

        async def fail(_room: str) -> Any:
            raise Unavailable("The disk is gone.")

        monkeypatch.setattr(services.store.log, "position", fail)
        with pytest.raises(Unavailable):
            await start(services)
        monkeypatch.undo()
        [run], _ = await services.history.recent(ANA, None, None, 10)
        now = time.time_ns() // 1_000_000 + int(run_recorder.LEASE_SECONDS * 1000) + 1
        for module in (leases, run_recorder):
            monkeypatch.setattr(module, "now_ms", lambda: now)
        await services.leases.look_after()
        assert (await services.history.find(ANA, _READ, run.id)).analysis.state == "failed"


async def test_A6_nobody_else_reports_on_a_run(open_services: OpenServices) -> None:
    async with open_services(until_cancelled) as services:
        outside, inside = await start(services, outside=True), await start(services)
        with pytest.raises(Forbidden):
            await services.analyses.report(principal("bo"), outside.id, REPORTS, "k")
        with pytest.raises(Forbidden):
            await services.analyses.report(ANA, inside.id, REPORTS, "k")


async def test_A6_an_outside_run_goes_on_after_the_server_was_restarted(
    open_services: OpenServices,
) -> None:
    async with open_services(until_cancelled) as services:
        run = await start(services, outside=True)
        await services.analyses.report(ANA, run.id, REPORTS, "key-1")
    async with open_services(until_cancelled) as services:
        kept = await services.analyses.report(
            ANA, run.id, [Finished(state="succeeded", error=None)], "key-2"
        )
        assert (kept.state, kept.counts.high) == ("succeeded", 1)


async def test_B4_a_board_is_rebuilt_after_a_restart(open_services: OpenServices) -> None:
    async with open_services(a_whole_run) as services:
        run = await start(services)
        await follow(Client(services, ANA), run)
    async with open_services(a_whole_run) as services:
        reply = await Client(services, ANA).ask("subscribe", room=run.room)
        states = {state["event"]: state for state in reply["states"]}
        assert states["analysis:progress"]["data"]["state"] == "succeeded"
        assert states["analysis:detector:progress"]["key"] == f"{run.id}/correctness"


async def test_A2_a_disk_that_is_full_for_a_moment_costs_nothing(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_recorder, "FIRST_RETRY_SECONDS", 0.01)
    failures = iter([True, True])

    async with open_services(a_whole_run) as services:
        save = services.store.analyses.save

        async def sometimes(*args: Any, **kwargs: Any) -> bool:
            if kwargs["issues"] and next(failures, False):
                raise Unavailable("The disk is full.")
            return await save(*args, **kwargs)

        monkeypatch.setattr(services.store.analyses, "save", sometimes)
        [*_, end] = await follow(Client(services, ANA), await start(services))
        assert (end["event"], end["data"]["counts"]["high"]) == ("analysis:complete", 1)


@pytest.mark.parametrize(
    ("paths", "error"),
    [
        ([], BadRequest),
        (["../outside.py"], BadRequest),
        (["a/../../b"], BadRequest),
        (["nothing.py"], NotFound),
        (["x" * 300], BadRequest),
        (["x" * 5000], BadRequest),
        (["a\0.py"], BadRequest),
    ],
)
async def test_P4_paths_that_lead_nowhere_or_outside_are_refused(
    open_services: OpenServices, paths: list[str], error: type[Exception]
) -> None:
    async with open_services(a_whole_run) as services:
        with pytest.raises(error):
            await services.analyses.start(ANA, paths, None, None, outside=False)


async def test_P4_a_link_that_leaves_the_root_is_refused(open_services: OpenServices) -> None:
    async with open_services(a_whole_run) as services:
        root = services.projects.root
        (root / "way-out").symlink_to(root.parent)
        with pytest.raises(BadRequest, match="link"):
            await services.analyses.start(ANA, ["way-out"], None, None, outside=False)


async def test_A1_an_unknown_detector_is_named(open_services: OpenServices) -> None:
    script: Script = a_whole_run
    async with open_services(script) as services:
        with pytest.raises(BadRequest, match="there are correctness"):
            await services.analyses.start(ANA, ["a.py"], ["magic"], None, outside=False)


async def test_A1_the_nearest_marker_makes_the_project(open_services: OpenServices) -> None:
    async with open_services(a_whole_run) as services:
        inner = services.projects.root / "team" / "study"
        (inner / "nb").mkdir(parents=True)
        (inner / ".jupyter-realtime.toml").touch()
        (inner / "nb" / "b.py").touch()
        run = await services.analyses.start(ANA, ["team/study/nb/b.py"], None, None, outside=False)
        assert run.paths == ["nb/b.py"]
        project = await services.projects.get(run.project)
        assert services.projects.relative_root(project) == "team/study"
        with pytest.raises(BadRequest, match="several projects"):
            await services.analyses.start(
                ANA, ["a.py", "team/study/nb/b.py"], None, None, outside=False
            )


def until_released(release: asyncio.Event) -> Script:
    """Go on until cancelled or released."""

    async def script(reporter: RunReporter, cancel: asyncio.Event) -> None:
        await reporter.started([lane()])
        waits = [asyncio.ensure_future(event.wait()) for event in (cancel, release)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await reporter.finished("cancelled" if cancel.is_set() else "succeeded", None)

    return script


async def test_A14_a_run_that_is_started_again_ends_and_says_why(
    open_services: OpenServices,
) -> None:
    release = asyncio.Event()
    async with open_services(until_released(release)) as services:
        older = await start(services)
        other = await services.analyses.start(principal("bo"), ["a.py"], None, None, outside=False)
        newer = await start(services)
        told = (await follow(Client(services, ANA), older))[-1]["data"]
        assert (told["state"], told["error"]) == ("cancelled", "A newer run took its place.")
        release.set()
        for run in (other, newer):
            end = (await follow(Client(services, ANA), run))[-1]["data"]
            assert (end["state"], end["error"]) == ("succeeded", None)


async def test_A14_of_runs_that_begin_at_the_same_moment_one_goes_on(
    open_services: OpenServices,
) -> None:
    release = asyncio.Event()
    async with open_services(until_released(release)) as services:
        runs = await asyncio.gather(*(start(services) for _ in range(5)))
        release.set()
        ends = [(await follow(Client(services, ANA), run))[-1]["data"] for run in runs]
        assert sorted(end["state"] for end in ends) == ["cancelled"] * 4 + ["succeeded"]
