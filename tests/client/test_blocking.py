"""`Realtime`: blocking calls, beside any event loop, across forks, to the interpreter's end."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_realtime.client.blocking import Realtime
from jupyter_realtime.client.portal import portal
from jupyter_realtime.core.errors import Forbidden, Unavailable

from .live import TOKEN, Served, served
from .runs import serve_run, tell_end, tell_issues

ROOM = "project:p"


@pytest.fixture
def server() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture
def rt(server: Served) -> Iterator[Realtime]:
    with Realtime.connect(server.live.url, TOKEN) as connected:
        yield connected


def test_a_run_is_waited_for(server: Served, rt: Realtime) -> None:
    serve_run(server.live)
    run = rt.analyze(".")
    server.do(lambda: tell_issues(server.live, 0, 1))
    server.do(lambda: tell_end(server.live, found=2))
    assert run.wait(20) is run
    assert (run.state, [found.id for found in run.issues]) == ("succeeded", ["i0", "i1"])
    assert "succeeded, 100%, 2 issues" in repr(run)


def test_waiting_ends_in_time(server: Served, rt: Realtime) -> None:
    serve_run(server.live)
    with pytest.raises(TimeoutError, match="it goes on"):
        rt.analyze(".").wait(0.01)


def test_it_works_inside_of_a_running_event_loop(server: Served) -> None:
    async def as_in_ipython() -> Any:
        with Realtime.connect(server.live.url, TOKEN) as rt:
            return rt.publish("custom:x", 1, room=ROOM)

    assert asyncio.run(as_in_ipython()).seq == 1


def test_a_listener_may_block_and_may_call_the_client(server: Served, rt: Realtime) -> None:
    echoed = threading.Event()

    def on_event(event: Any) -> None:
        if event.event == "custom:echo":
            echoed.set()
        else:
            rt.publish("custom:echo", event.data, room=ROOM)

    rt.subscribe(ROOM, on_event)
    rt.publish("custom:x", 1, room=ROOM)
    assert echoed.wait(20)


def test_a_listener_that_fails_does_not_end_the_others(
    server: Served, rt: Realtime, caplog: pytest.LogCaptureFixture
) -> None:
    heard = threading.Event()

    def on_event(event: Any) -> None:
        if event.data == "bad":
            raise RuntimeError("mine")
        heard.set()

    listening = rt.subscribe(ROOM, on_event)
    rt.publish("custom:x", "bad", room=ROOM)
    rt.publish("custom:x", "good", room=ROOM)
    assert heard.wait(20)
    assert "the others go on" in caplog.text
    listening.close()


def test_a_publish_without_an_answer_ends_in_time(server: Served, rt: Realtime) -> None:
    server.live.refuse_handshakes_with = 503
    with pytest.raises(TimeoutError):
        rt.publish("custom:x", 1, room=ROOM, timeout=0.05)


def test_a_state_of_ones_own_hangs_until_the_client_is_closed(server: Served, rt: Realtime) -> None:
    with Realtime.connect(server.live.url, TOKEN) as other:
        other.pin("progress:gpu", "0", {"load": 0.9}, room=ROOM)
        assert until_blocking(lambda: len(server.live.fake.pinned(ROOM)) == 1)
    assert until_blocking(lambda: not server.live.fake.pinned(ROOM))


def test_errors_come_out_as_they_are(server: Served, rt: Realtime) -> None:
    server.live.fake.refuse_next = Forbidden("You may not publish here.")
    with pytest.raises(Forbidden, match="You may not publish here"):
        rt.publish("custom:x", 1, room=ROOM)


def test_a_call_on_the_background_thread_is_refused_instead_of_hanging() -> None:
    async def on_the_loop() -> None:
        async def nothing() -> None: ...

        portal().call(nothing())

    with pytest.raises(RuntimeError, match="on the thread"):
        portal().call(on_the_loop())


def test_a_closed_client_says_so(server: Served) -> None:
    rt = Realtime.connect(server.live.url, TOKEN)
    rt.close()
    with pytest.raises(Unavailable):
        rt.publish("custom:x", 1, room=ROOM)
    rt.close()


def test_J6_a_job_waits_for_nothing_whatever_the_loop_is_doing(
    server: Served, rt: Realtime
) -> None:
    stuck, stick = threading.Event(), threading.Event()
    portal().loop.call_soon_threadsafe(lambda: (stuck.set(), stick.wait(20)))
    assert stuck.wait(20)
    with rt.progress("train", room=ROOM) as job:
        job.advance()
        job.message("still here")
    assert list(rt.track("abc", "letters", room=ROOM)) == ["a", "b", "c"]
    stick.set()
    assert until_blocking(lambda: len(server.live.fake.pinned(ROOM)) == 2)
    assert {state["status"] for state in server.live.fake.pinned(ROOM).values()} == {"succeeded"}


def test_J4_a_loop_ends_when_its_button_is_pressed(server: Served, rt: Realtime) -> None:
    for number in rt.track(itertools.count(), "endless", room=ROOM):
        if number == 0:
            assert until_blocking(lambda: bool(server.live.fake.pinned(ROOM)))
            (key,) = server.live.fake.pinned(ROOM)
            rt.publish("custom:progress-cancel", {"key": key}, room=ROOM)
    (state,) = server.live.fake.pinned(ROOM).values()
    assert until_blocking(
        lambda: [s["status"] for s in server.live.fake.pinned(ROOM).values()] == ["cancelled"]
    )
    assert state["name"] == "endless"


def until_blocking(condition: Callable[[], bool]) -> bool:
    """Wait for something to become true; False if it doesn't."""
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def in_a_process(server: Served, code: str) -> subprocess.CompletedProcess[str]:
    head = f"""
    import os, sys
    from jupyter_realtime import Realtime
    rt = Realtime.connect({server.live.url!r}, {TOKEN!r})
    """
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(head) + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_process_ends_cleanly_whatever_is_still_open(server: Served) -> None:
    serve_run(server.live)
    code = """
    rt.subscribe("project:p", print, since="earliest")
    run = rt.analyze(".")
    rt.publish("custom:x", "heard", room="project:p")
    """
    done = in_a_process(server, code)
    assert (done.returncode, done.stderr) == (0, "")
    assert server.live.fake.log(ROOM).head == 1


def test_a_process_ends_cleanly_while_the_server_is_away(server: Served) -> None:
    code = """
    import threading
    def publish():
        try:
            rt.publish("custom:x", 1, room="project:p")
        except Exception as error:
            print(type(error).__name__)
    rt.server.__dict__["url"] = "http://127.0.0.1:9/realtime/"
    threading.Thread(target=publish, daemon=True).start()
    """
    done = in_a_process(server, code)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_job_of_a_process_that_ends_at_once_is_shown_with_its_end(server: Served) -> None:
    states: list[Any] = []
    with Realtime.connect(server.live.url, TOKEN) as observer:
        observer.subscribe(ROOM, print, on_state=lambda state: states.append(state.data))
        code = """
        with rt.progress("export", total=1, room="project:p") as job:
            job.advance()
        """
        done = in_a_process(server, code)
        assert (done.returncode, done.stderr) == (0, "")
        assert until_blocking(lambda: any(s and s["status"] == "succeeded" for s in states))


def test_a_job_goes_on_in_a_forked_child_and_at_the_interpreters_exit(server: Served) -> None:
    code = """
    import atexit
    with rt.progress("train", total=3, room="project:p") as job:
        job.advance()
        child = os.fork()
        if not child:
            for _ in range(1000):
                job.advance()
            sys.exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        job.advance()
    assert (job.done, job.status) == (2, "succeeded")
    late = rt.progress("late", room="project:p").__enter__()
    atexit._run_exitfuncs()
    late.advance()
    late.__exit__(None, None, None)
    """
    done = in_a_process(server, code)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_forked_child_begins_anew_and_the_parent_goes_on(server: Served) -> None:
    serve_run(server.live)
    code = """
    run = rt.analyze(".")
    rt.publish("custom:parent", 1, room="project:p")
    child = os.fork()
    if not child:
        rt.publish("custom:child", 2, room="project:p")
        try:
            run.wait(5)
        except RuntimeError as error:
            print(error)
        sys.exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    rt.publish("custom:parent", 3, room="project:p")
    """
    done = in_a_process(server, code)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the process that started it" in done.stdout
    events = [event.event for event in server.live.fake.log(ROOM).events]
    assert events == ["custom:parent", "custom:child", "custom:parent"]


def test_ctrl_c_ends_the_waiting(server: Served) -> None:
    serve_run(server.live)
    code = """
    import signal, threading
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
    run = rt.analyze(".")
    try:
        run.wait()
    except KeyboardInterrupt:
        print("interrupted", run.state)
    """
    done = in_a_process(server, code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted queued\n", "")


def test_the_environment_of_a_kernel_is_enough(server: Served, tmp_path: Any) -> None:
    serve_run(server.live)
    (tmp_path / "sub").mkdir()
    environment = {
        **os.environ,
        "JUPYTER_REALTIME_URL": server.live.url,
        "JUPYTER_REALTIME_TOKEN": TOKEN,
        "JUPYTER_REALTIME_ROOT": str(tmp_path),
    }
    code = "from jupyter_realtime import Realtime; print(Realtime.connect().analyze('.').id)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "sub",
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("r1\n", "")
    body = server.live.requests[-1].request.body
    assert body == b'{"paths":["sub"]}'
