"""Jobs on the board: throttled, cancelled by a button, there again after every cut."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.client import jobs
from jupyter_realtime.client.aio import AsyncRealtime
from jupyter_realtime.client.progress import Progress
from jupyter_realtime.core.errors import Forbidden, Unavailable
from jupyter_realtime.core.messages import StateRequest

from .live import TOKEN, LiveServer, live_server, until

ROOM = "project:p"


@pytest.fixture(autouse=True)
def ends_are_shown_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "END_SHOWN_SECONDS", 0.3)


async def connect(live: LiveServer) -> AsyncRealtime:
    live.answers.setdefault("GET projects", {"items": [{"id": "p", "root": ""}], "next": None})
    rt = await AsyncRealtime.connect(live.url, TOKEN)
    rt._connection._conversation._backoff._random = lambda: 0.0
    return rt


def pinned(live: LiveServer, room: str = ROOM) -> list[Any]:
    return list(live.fake.pinned(room).values())


async def shown(live: LiveServer, **fields: Any) -> Any:
    """Wait until a job hangs on the board with these fields."""

    def fits(state: Any) -> bool:
        return all(state[name] == value for name, value in fields.items())

    await until(lambda: any(map(fits, pinned(live))))
    return next(filter(fits, pinned(live)))


def sent(live: LiveServer) -> list[Any]:
    """Every state that was ever sent on the connections that are open."""
    requests = [request for peer in live.fake.peers for request in peer.heard]
    return [request.data for request in requests if isinstance(request, StateRequest)]


def cut(live: LiveServer) -> None:
    for socket in list(live.sockets):
        socket.close(4001)


async def test_a_job_is_shown_from_its_beginning_until_a_little_after_its_end() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("train", total=4, unit="epochs", message="warming up") as job:
            state = await shown(live)
            assert state == {
                "id": job.id,
                "name": "train",
                "done": 0,
                "total": 4,
                "unit": "epochs",
                "status": "running",
                "cancelling": False,
                "eta_seconds": None,
                "message": "warming up",
                "started": state["started"],
            }
            job.advance(3)
            await shown(live, done=3)
        await shown(live, status="succeeded", done=3)
        await until(lambda: not pinned(live))
        assert next(iter(live.fake.boards[ROOM]), None) is None


async def test_the_name_on_the_wire_is_one_that_the_server_takes() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("Größe/§1: épochs"), rt.progress("…"):
            await until(lambda: len(pinned(live)) == 2)
            names = {
                event: state.data["name"] for (event, _), state in live.fake.boards[ROOM].items()
            }
    assert names == {"progress:Gr-e-1: -pochs": "Größe/§1: épochs", "progress:job": "…"}


async def test_J2_few_states_are_sent_and_always_the_last() -> None:
    async with live_server() as live, await connect(live) as rt:
        begun = asyncio.get_running_loop().time()
        with rt.progress("count", total=50_000) as job:
            for n in range(50_000):
                job.advance()
                if n % 100 == 0:
                    await asyncio.sleep(0)
            await shown(live, done=50_000)
            seconds = asyncio.get_running_loop().time() - begun
            assert len(sent(live)) <= seconds / jobs.INTERVAL_SECONDS + 2


async def test_J4_the_button_is_seen_by_the_job_and_the_job_says_so() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("train") as job:
            await shown(live)
            (key,) = live.fake.pinned(ROOM)
            live.append(ROOM, "custom:other", {"key": key})
            for nonsense in (None, "key", {"key": 7}, {"key": "c1/no-such-job"}, {}):
                live.append(ROOM, "custom:progress-cancel", nonsense)
            live.append(ROOM, "custom:progress-cancel", {"key": key})
            await until(lambda: job.cancelled)
            await shown(live, cancelling=True, status="running")
        await shown(live, cancelling=False, status="cancelled")


async def test_J4_a_button_of_another_room_ends_nothing() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("here") as here, rt.progress("there", room="project:q") as there:
            await until(lambda: pinned(live, "project:q") != [] and pinned(live) != [])
            live.append("project:q", "custom:progress-cancel", {"key": f"c/{here.id}"})
            live.append("project:q", "custom:progress-cancel", {"key": f"c/{there.id}"})
            await until(lambda: there.cancelled)
            assert not here.cancelled


async def test_J5_after_a_cut_the_job_is_there_again_and_the_old_button_still_works() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("train") as job:
            await shown(live)
            (before,) = live.fake.pinned(ROOM)
            cut(live)
            await until(lambda: live.fake.pinned(ROOM).keys() - {before} != set())
            (after,) = live.fake.pinned(ROOM)
            assert before != after and before.split("/")[1] == after.split("/")[1]
            live.append(ROOM, "custom:progress-cancel", {"key": before})
            await until(lambda: job.cancelled)


async def test_J5_a_button_that_was_pressed_while_we_were_away_is_heard() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("train") as job:
            await shown(live)
            (key,) = live.fake.pinned(ROOM)
            live.refuse_handshakes_with = 503
            cut(live)
            await until(lambda: not live.sockets)
            live.append(ROOM, "custom:progress-cancel", {"key": key})
            live.refuse_handshakes_with = None
            await until(lambda: job.cancelled)


async def test_J6_while_the_server_is_away_a_job_goes_on_and_then_shows() -> None:
    async with live_server() as live:
        rt = await connect(live)
        live.refuse_handshakes_with = 503
        live.answers["GET projects"] = (503, b"")
        with rt.progress("train") as job:
            job.advance(5)
            await until(lambda: len(live.requests) > 2)
            live.refuse_handshakes_with = None
            live.answers["GET projects"] = {"items": [{"id": "p", "root": ""}], "next": None}
            await shown(live, done=5)
        await rt.close()


async def test_a_job_that_has_ended_before_the_server_came_is_not_shown_for_ever() -> None:
    async with live_server() as live, await connect(live) as rt:
        live.refuse_handshakes_with = 503
        with rt.progress("short", room=ROOM):
            pass
        with rt.progress("long", room=ROOM):
            await until(lambda: len(rt._jobs._jobs) == 1)
            live.refuse_handshakes_with = None
            await shown(live, name="long")
            assert len(pinned(live)) == 1


async def test_J6_a_job_that_has_ended_before_its_project_was_found_is_forgotten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with live_server() as live, await connect(live) as rt:
        live.answers["GET projects"] = (503, Unavailable("Later.", retry_after=0.0).body)
        with rt.progress("train"):
            pass
        await until(lambda: "'train' is not shown: Later." in caplog.text)
        assert not rt._jobs._jobs


async def test_a_job_in_a_folder_of_no_project_is_said_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with live_server() as live:
        live.answers["GET projects"] = {"items": [], "next": None}
        async with await connect(live) as rt:
            with rt.progress("train") as job:
                await until(lambda: "'train' is not shown" in caplog.text)
                job.advance()


async def test_a_job_in_a_folder_that_was_removed_is_said_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with live_server() as live, await connect(live) as rt:
        object.__setattr__(rt.server, "root", tmp_path)
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        with rt.progress("train") as job:
            await until(lambda: "'train' is not shown" in caplog.text)
            job.advance()
        monkeypatch.chdir(tmp_path)


async def test_a_job_in_a_room_that_is_closed_to_us_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with live_server() as live, await connect(live) as rt:
        live.fake.refuse_next = Forbidden("Not for you.")
        with rt.progress("train") as job:
            await shown(live)
            job.advance()
            await shown(live, done=1)


async def test_of_many_short_jobs_only_a_few_ends_are_shown_and_the_room_is_entered_once() -> None:
    async with live_server() as live, await connect(live) as rt:
        with rt.progress("outer"):
            for number in range(30):
                with rt.progress(f"inner {number}") as job:
                    await shown(live, id=job.id)
            await shown(live, id=job.id, status="succeeded")
            await until(lambda: len(pinned(live)) <= 1 + jobs.MAX_ENDS_SHOWN)
            subscribed = [
                r for r in live.fake.peers[0].heard if type(r).__name__ == "SubscribeRequest"
            ]
            assert len(subscribed) == 1
        await until(lambda: not pinned(live))
        await until(lambda: not live.fake.peers[0].rooms)


async def test_closing_shows_how_a_job_ended() -> None:
    async with live_server() as live:
        states: list[Any] = []
        rt = await connect(live)
        observer = await connect(live)
        await observer.subscribe(ROOM, print, on_state=lambda state: states.append(state.data))
        with rt.progress("export", total=10) as job:
            job.advance(10)
        await rt.close()
        await until(lambda: any(s and s["status"] == "succeeded" for s in states))
        await observer.close()


async def test_a_closed_client_shows_nothing_and_the_job_goes_on() -> None:
    async with live_server() as live:
        rt = await connect(live)
        await rt.close()
        with rt.progress("train") as job:
            job.advance()
            await asyncio.sleep(0)
        assert job.done == 1 and not pinned(live)


async def test_an_asynchronous_block_and_loop() -> None:
    async def numbers() -> Any:
        for number in range(3):
            yield number

    async with live_server() as live, await connect(live) as rt:
        async with rt.progress("train") as job:
            await shown(live, id=job.id)
        assert [x async for x in rt.track(numbers(), "generated")] == [0, 1, 2]
        assert [x async for x in rt.track([3, 4], "listed", unit="things")] == [3, 4]
        listed = await shown(live, name="listed", status="succeeded")
        assert (listed["done"], listed["total"], listed["unit"]) == (2, 2, "things")
        generated = await shown(live, name="generated", status="succeeded")
        assert (generated["done"], generated["total"]) == (3, None)


async def test_a_loop_without_a_pause_of_its_own_is_shown_and_can_be_cancelled() -> None:
    async with live_server() as live, await connect(live) as rt:
        seen = 0
        async for _ in rt.track(iter(int, 1), "endless"):
            seen += 1
            if pinned(live) and not live.fake.log(ROOM).head:
                (key,) = live.fake.pinned(ROOM)
                live.append(ROOM, "custom:progress-cancel", {"key": key})
        assert (await shown(live, status="cancelled"))["done"] == seen


async def test_the_project_is_the_one_of_the_folder_in_which_the_job_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    async with live_server() as live:
        roots = [{"id": "p", "root": ""}, {"id": "q", "root": "inner"}]
        live.answers["GET projects"] = {"items": roots, "next": None}
        async with await connect(live) as rt:
            object.__setattr__(rt.server, "root", tmp_path)
            made: Progress = rt.progress("train")
            monkeypatch.chdir(tmp_path)
            with made:
                await until(lambda: pinned(live, "project:q") != [])
