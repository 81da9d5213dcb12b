"""`AsyncRealtime`: runs that are followed, events, and what goes wrong, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_realtime.client.address import Server
from jupyter_realtime.client.aio import AsyncRealtime
from jupyter_realtime.core.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Internal,
    NotFound,
    Unauthenticated,
    Unavailable,
)

from .live import TOKEN, LiveServer, gives_up, live_server, until, wire_to
from .runs import ROOM, RUN, analysis, issue, lane, serve_run, tell_end, tell_issues


async def connect(live: LiveServer) -> AsyncRealtime:
    return await AsyncRealtime.connect(live.url, TOKEN)


def paths_of(live: LiveServer) -> Any:
    return json.loads(live.requests[-1].request.body)["paths"]


# -- runs ------------------------------------------------------------------------------------------


async def test_a_run_is_complete_and_in_order() -> None:
    async with live_server() as live:
        serve_run(live)
        tell_issues(live, 0, 1)
        async with await connect(live) as rt:
            run = await rt.analyze("notebooks/")
            tell_issues(live, 2)
            tell_end(live, found=3)
            await run.wait(20)
            assert [found.id for found in run.issues] == ["i0", "i1", "i2"]
            assert (run.state, run.progress, run.counts["high"]) == ("succeeded", 1.0, 3)
            assert paths_of(live) == ["notebooks"]


async def test_the_socket_is_cut_twenty_times_and_nothing_is_missing_or_double() -> None:
    async with live_server() as live:
        port = int(live.url.split(":")[2].split("/")[0])
        async with wire_to(port) as wire:
            serve_run(live)
            async with await AsyncRealtime.connect(f"http://127.0.0.1:{wire.port}/realtime/") as rt:
                rt._connection._conversation._backoff._random = lambda: 0.0
                run = await rt.analyze(".")
                for cut in range(20):
                    tell_issues(live, *range(cut * 5, cut * 5 + 5))
                    wire.cut()
                tell_end(live, found=100)
                await run.wait(20)
                assert [found.id for found in run.issues] == [f"i{n}" for n in range(100)]


async def test_progress_comes_from_the_board_and_never_falls() -> None:
    async with live_server() as live:
        serve_run(live)
        live.fake.pin(ROOM, "analysis:progress", RUN, analysis(state="running", progress=0.5))
        live.append(ROOM, "analysis:started", analysis(state="running"))
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            await until(lambda: (run.state, run.progress) == ("running", 0.5))
            moved = {"analysis": RUN, **msgspec.to_builtins(lane(done=3))}
            live.fake.pin(ROOM, "analysis:detector:progress", f"{RUN}/correctness", moved)
            live.push_out()
            await until(lambda: run.detectors[0].done == 3)


async def test_a_run_whose_log_was_pruned_is_completed_by_a_snapshot_in_order() -> None:
    async with live_server() as live:
        serve_run(live)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            tell_issues(live, 0)
            await until(lambda: len(run.issues) == 1)
            live.answers[f"GET analyses/{RUN}/issues"] = lambda request: (
                tell_issues(live, 3) or {"items": [issue(n) for n in range(3)], "next": None}
            )
            live.answers[f"GET analyses/{RUN}"] = analysis(state="running", progress=0.7)
            live.fake.lose_everything()
            for socket in list(live.sockets):
                socket.close(4001)
            await until(lambda: len(run.issues) == 4)
            tell_end(live)
            await run.wait(20)
            assert [found.id for found in run.issues] == ["i0", "i1", "i2", "i3"]


async def test_a_run_that_ended_while_nobody_looked_is_completed_by_a_snapshot() -> None:
    async with live_server() as live:
        serve_run(live)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            await live.listening(ROOM)
            live.answers[f"GET analyses/{RUN}"] = analysis(state="failed", error="server stopped")
            live.answers[f"GET analyses/{RUN}/issues"] = {"items": [issue(0)], "next": None}
            live.fake.epoch = "e2"
            tell_issues(live, 9)
            live.fake.prune(ROOM)
            for socket in list(live.sockets):
                socket.close(4001)
            await run.wait(20)
            assert (run.state, run.error, len(run.issues)) == ("failed", "server stopped", 2)


async def test_issues_are_paged_through() -> None:
    async with live_server() as live:
        pages = {None: ([issue(0)], "7"), "7": ([issue(1)], None)}

        def answer(request: Any) -> Any:
            items, following = pages[request.get_query_argument("cursor", None)]
            return {"items": items, "next": following}

        live.answers[f"GET analyses/{RUN}/issues"] = answer
        async with await connect(live) as rt:
            assert [found.id for found in await rt._rest.issues(RUN)] == ["i0", "i1"]


async def test_waiting_ends_in_time_and_the_run_goes_on() -> None:
    async with live_server() as live:
        serve_run(live)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            with pytest.raises(TimeoutError, match="is not over after"):
                await run.wait(0.01)
            tell_end(live)
            await run.wait(20)


async def test_cancel_asks_the_server_and_shows_it_at_once() -> None:
    async with live_server() as live:
        serve_run(live)
        live.answers[f"DELETE analyses/{RUN}"] = (202, analysis(state="cancelling"))
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            await run.cancel()
            assert run.state == "cancelling"
            tell_end(live, "cancelled")
            await run.wait(20)
            assert run.state == "cancelled"


async def test_cancelling_what_has_just_ended_is_no_error() -> None:
    async with live_server() as live:
        serve_run(live)
        over = Conflict("This analysis is over.").body
        live.answers[f"DELETE analyses/{RUN}"] = (409, over)
        async with await connect(live) as rt:
            await (await rt.analyze(".")).cancel()


async def test_a_run_that_cannot_be_followed_any_more_says_why() -> None:
    async with live_server() as live:
        serve_run(live)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            await live.listening(ROOM)
            for socket in list(live.sockets):
                socket.close(4504)
            with pytest.raises(Forbidden):
                await run.wait(20)


async def test_a_report_of_another_shape_ends_the_waiting_in_words() -> None:
    async with live_server() as live:
        serve_run(live)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            live.append(ROOM, "analysis:issues", {"issues": "none"})
            with pytest.raises(Internal, match="another shape"):
                await run.wait(20)


async def test_close_wakes_who_waits() -> None:
    async with live_server() as live:
        serve_run(live)
        rt = await connect(live)
        run = await rt.analyze(".")
        await rt.close()
        with pytest.raises(Unavailable):
            await run.wait(20)


async def test_a_frame_has_a_row_for_each_issue() -> None:
    async with live_server() as live:
        serve_run(live)
        tell_issues(live, 0, 1)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            await until(lambda: len(run.issues) == 2)
            frame = run.to_frame()
            assert list(frame["rule"]) == ["F821", "F821"]
            assert frame["cell"].isna().all()


async def test_what_is_found_is_json_with_attributes() -> None:
    async with live_server() as live:
        serve_run(live)
        tell_issues(live, 0)
        async with await connect(live) as rt:
            run = await rt.analyze(".")
            await until(lambda: len(run.issues) == 1)
            (found,) = run.issues
            assert found["path"] == found.path == "a.py"
            assert json.loads(json.dumps(found)) == msgspec.to_builtins(issue(0))
            with pytest.raises(AttributeError, match="there are id, fingerprint"):
                found.nonsense  # noqa: B018


# -- events ----------------------------------------------------------------------------------------


async def test_events_and_states_come_as_records() -> None:
    async with live_server() as live:
        events: list[Any] = []
        states: list[Any] = []
        live.fake.pin("project:p", "progress:x", "k", 1)
        async with await connect(live) as rt:
            listening = await rt.subscribe("project:p", events.append, on_state=states.append)
            live.fake.pin("project:p", "progress:x", "k", 2)
            live.push_out()
            position = await rt.publish("custom:x", {"a": (1, 2)}, room="project:p")
            await until(lambda: len(events) == 1)
            assert (events[0].data, events[0]["seq"]) == ({"a": [1, 2]}, position.seq)
            assert [(s["room"], s["data"]) for s in states] == [("project:p", 1), ("project:p", 2)]
            listening.close()
            await rt.publish("custom:y", None, room="project:p")
            assert len(events) == 1


async def test_a_state_of_ones_own_hangs_until_it_is_taken_down() -> None:
    async with live_server() as live, await connect(live) as rt:
        await rt.pin("progress:gpu", "0", {"load": 0.9}, room="project:p")
        await until(lambda: [*live.fake.pinned("project:p").values()] == [{"load": 0.9}])
        await rt.pin("progress:gpu", "0", None, room="project:p")
        await until(lambda: not live.fake.pinned("project:p"))


@pytest.mark.parametrize(
    ("event", "room", "error"),
    [
        ("progress:gpu", "document:d", Forbidden),
        ("analysis:progress", "project:p", Forbidden),
        ("custom:x", "project:p", BadRequest),
        ("user:status", "project:p", BadRequest),
        ("progress:gpu", "nonsense", BadRequest),
    ],
)
async def test_a_state_that_the_server_would_refuse_is_refused_at_once(
    event: str, room: str, error: type[Exception]
) -> None:
    async with live_server() as live, await connect(live) as rt:
        assert isinstance(await gives_up(rt.pin(event, "k", {"a": 1}, room=room)), error)
        assert not live.handshakes


@pytest.mark.parametrize("data", [{1, 2}.__iter__(), float("nan"), "a\0b", 2**70, object()])
async def test_what_is_no_json_is_refused_before_it_is_sent(data: Any) -> None:
    async with live_server() as live, await connect(live) as rt:
        assert isinstance(
            await gives_up(rt.publish("custom:x", data, room="project:p")), BadRequest
        )
        assert not live.handshakes


async def test_without_a_room_an_event_goes_to_the_innermost_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "inner" / "deep")
    async with live_server() as live:
        projects = [
            {"id": "outer", "root": ""},
            {"id": "in", "root": "inner"},
            {"id": "no", "root": "x"},
        ]
        live.answers["GET projects"] = {"items": projects, "next": None}
        server = Server.at(live.url, TOKEN, str(tmp_path), "in a test")
        async with await AsyncRealtime.at(server) as rt:
            await rt.publish("custom:x", None)
            assert live.fake.log("project:in").head == 1


async def test_since_is_a_position_that_was_given() -> None:
    async with live_server() as live, await connect(live) as rt:
        seen: list[Any] = []
        position = await rt.publish("custom:x", 1, room="project:p")
        await rt.publish("custom:x", 2, room="project:p")
        await rt.subscribe("project:p", seen.append, since=position)
        assert [event.data for event in seen] == [2]
        assert isinstance(
            await gives_up(rt.subscribe("project:p", seen.append, since="yesterday")), BadRequest
        )


# -- what goes wrong ---------------------------------------------------------------------------------


async def test_who_we_are() -> None:
    async with live_server() as live, await connect(live) as rt:
        assert rt.me.user.name == "ana"
        assert live.requests[0].request.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((404, b"404 : Not Found"), NotFound, "pip install jupyter_realtime"),
        ((403, b"Forbidden"), Forbidden, "refuses this token"),
        ((401, b""), Unauthenticated, "sign-in"),
        ((302, b""), Unauthenticated, "sign-in"),
        ((418, b"teapot"), Internal, "418"),
        ((200, b"<html>"), Internal, "no JSON"),
        ((403, Unauthenticated("Log in.").body), Unauthenticated, "Log in."),
        ((404, NotFound("No such thing.").body), NotFound, "No such thing."),
        ((200, b"[" * 100_000), Internal, "no JSON"),
    ],
)
async def test_a_server_that_does_not_want_us_is_told_in_words(
    answer: Any, error: type[Exception], words: str
) -> None:
    async with live_server() as live:
        live.answers["GET me"] = answer
        with pytest.raises(error, match=words):
            await connect(live)
        assert len(live.requests) == 1


async def test_a_short_trouble_is_waited_out() -> None:
    async with live_server() as live:
        answers = iter([(503, b""), (502, b""), {"user": {"name": "ana"}}])
        live.answers["GET me"] = lambda request: next(answers)
        async with await connect(live) as rt:
            assert rt.me.user.name == "ana"


async def test_a_server_that_is_not_there_is_named() -> None:
    error = await gives_up(AsyncRealtime.connect("http://127.0.0.1:9/realtime/"))
    assert isinstance(error, Unavailable) and "http://127.0.0.1:9/realtime/" in error.message
