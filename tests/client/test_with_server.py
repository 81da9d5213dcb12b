"""The SDK with a real Jupyter server: from a script, from a kernel, through a crash."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_realtime.client.address import Server
from jupyter_realtime.client.aio import AsyncRealtime
from jupyter_realtime.client.blocking import Realtime
from jupyter_realtime.client.sources import Finding, SourceFile
from jupyter_realtime.core.errors import BadRequest
from tests.jupyter_process import TOKEN, JupyterProcess, jupyter, until

from .live import until as until_async
from .live import wire_to

BAD = "def f():\n    return undefined_name\n"
CELL = {
    "cell_type": "code",
    "id": "first",
    "execution_count": None,
    "metadata": {},
    "outputs": [],
    "source": "assert (1, 'always true')\n",
}
NOTEBOOK = {
    "cells": [CELL],
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    root = tmp_path_factory.mktemp("root")
    (root / "notebooks").mkdir()
    (root / "bad.py").write_text(BAD)
    (root / "notebooks" / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    with jupyter(tmp_path_factory.mktemp("jupyter"), root) as running:
        yield running


@pytest.fixture
def rt(server: JupyterProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realtime]:
    monkeypatch.chdir(server.root)
    monkeypatch.setenv("JUPYTER_REALTIME_URL", server.realtime_url)
    monkeypatch.setenv("JUPYTER_REALTIME_TOKEN", TOKEN)
    monkeypatch.setenv("JUPYTER_REALTIME_ROOT", str(server.root))
    with Realtime.connect() as connected:
        yield connected


def test_a_run_finds_what_is_wrong(rt: Realtime) -> None:
    run = rt.analyze(".").wait(60)
    assert run.state == "succeeded", run.analysis
    found = {(issue.path, issue.rule) for issue in run.issues}
    assert {("bad.py", "F821"), ("notebooks/a.ipynb", "F631")} <= found
    assert run.counts.high + run.counts.critical >= 1
    assert len(run.to_frame()) == len(run.issues) == sum(run.counts.values())


def test_detectors_are_chosen_and_a_wrong_name_is_named(rt: Realtime) -> None:
    run = rt.analyze("bad.py", detectors=["correctness"]).wait(60)
    assert [lane.name for lane in run.detectors] == ["correctness"]
    with pytest.raises(Exception, match="no-such-detector"):
        rt.analyze(".", detectors=["no-such-detector"])


def test_a_run_is_followed_by_its_id(rt: Realtime) -> None:
    first = rt.analyze("bad.py").wait(60)
    again = rt.run(first.id).wait(60)
    assert again.issues == first.issues and again.analysis == first.analysis


def test_A13_a_run_is_compared_with_a_baseline(rt: Realtime, server: JupyterProcess) -> None:
    first = rt.analyze("bad.py").wait(60)
    kept = f"realtime/api/v1/projects/{first.analysis.project}/baselines/v1"
    server.call("PUT", kept, {"analysis": first.id})
    (server.root / "worse.py").write_text("print(another_undefined_name)\n")
    frame = rt.analyze(["bad.py", "worse.py"], ["correctness"], baseline="v1").wait(60).to_frame()
    assert set(zip(frame["path"], frame["since_baseline"], strict=True)) == {
        ("bad.py", "known"),
        ("worse.py", "new"),
    }
    with pytest.raises(Exception, match="v2"):
        rt.analyze("bad.py", baseline="v2")


def test_a_script_is_found_its_server_by_the_folder_it_is_in(server: JupyterProcess) -> None:
    code = """
from jupyter_realtime import Realtime
with Realtime.connect() as rt:
    run = rt.analyze("a.ipynb").wait(60)
    print(run.state, sorted({issue.path for issue in run.issues}), rt.me.kind)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=server.root / "notebooks",
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("succeeded ['notebooks/a.ipynb']")


def test_a_kernel_is_a_program_of_its_person(server: JupyterProcess) -> None:
    with server.kernel("notebooks") as kernel:
        kernel.run("from jupyter_realtime import Realtime; rt = Realtime.connect()")
        assert kernel.run("print(rt.me.kind)") == "program\n"
        said = kernel.run("print(rt.analyze('a.ipynb').wait(60).issues[0].path)")
        assert said == "notebooks/a.ipynb\n"


def test_events_go_round(rt: Realtime, server: JupyterProcess) -> None:
    heard: list[object] = []
    rt.analyze("bad.py").wait(60)
    (project,) = [project for project in rt.projects() if project.root == ""]
    rt.subscribe(f"project:{project.id}", lambda event: heard.append(event.data))
    position = rt.publish("custom:metric", {"loss": 0.5}, key="once")
    assert rt.publish("custom:metric", {"loss": 0.5}, key="once") == position
    until(lambda: {"loss": 0.5} in heard)
    assert heard.count({"loss": 0.5}) == 1


def test_J5_a_job_is_there_again_after_a_crash_of_the_server_and_its_old_button_works(
    tmp_path: Path,
) -> None:
    (tmp_path / "root").mkdir()
    states: list[Any] = []
    with (
        jupyter(tmp_path / "jupyter", tmp_path / "root") as server,
        Realtime.connect(server.realtime_url, TOKEN) as rt,
    ):
        (project,) = rt.projects()
        room = f"project:{project.id}"
        rt._realtime._connection._conversation._backoff._random = lambda: 0.02
        rt.subscribe(room, print, on_state=states.append)
        with rt.progress("train", room=room) as job:
            until(lambda: bool(states))
            before = states[-1].key
            server.kill()
            job.advance(3)
            server.start()
            until(lambda: states[-1].data is not None and states[-1].data.done == 3)
            after = states[-1].key
            assert after != before and after.split("/")[1] == before.split("/")[1]
            rt.publish("custom:progress-cancel", {"key": before}, room=room)
            until(lambda: job.cancelled)
        until(lambda: states[-1].data is not None and states[-1].data.status == "cancelled")


async def test_cut_twenty_times_a_run_is_complete_in_order_and_has_nothing_twice(
    server: JupyterProcess,
) -> None:
    folder = server.root / "many"
    folder.mkdir()
    for number in range(100):
        (folder / f"m{number}.py").write_text(BAD * 40)
    async with wire_to(server.port) as wire:
        direct = Server.at(
            f"http://127.0.0.1:{wire.port}/realtime/", TOKEN, str(server.root), "in a test"
        )
        async with await AsyncRealtime.at(direct) as rt:
            rt._connection._conversation._backoff._random = lambda: 0.0
            run = await rt.analyze(folder)
            cuts = 0
            while cuts < 20:
                before = wire.connections
                # In the middle of a frame, wherever that is: after so many bytes more.
                wire.budget = 1 + 997 * cuts
                await until_async(
                    lambda before=before: wire.connections > before or run.is_finished  # type: ignore[misc]
                )
                assert not run.is_finished, f"over after {cuts} cuts"
                cuts += 1
            await run.wait(90)
    kept = server.call("GET", f"realtime/api/v1/analyses/{run.id}/issues?limit=1000")
    expected = [issue["id"] for issue in kept["items"]]
    while kept["next"]:
        path = f"realtime/api/v1/analyses/{run.id}/issues?limit=1000&cursor={kept['next']}"
        kept = server.call("GET", path)
        expected += [issue["id"] for issue in kept["items"]]
    assert len(expected) == sum(run.counts.values()) > 1000
    assert [issue.id for issue in run.issues] == expected


def test_a_killed_server_leaves_a_failed_run_and_comes_back(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for number in range(40):
        (root / f"m{number}.py").write_text(BAD * 20)
    (tmp_path / "jupyter").mkdir()
    with jupyter(tmp_path / "jupyter", root) as server:
        rt = Realtime.connect(server.realtime_url, TOKEN)
        run = rt.analyze(".")
        until(lambda: bool(run.issues) or run.is_finished)
        server.kill()
        acknowledged = [issue.id for issue in run.issues]
        server.start()
        run.wait(60)
        assert run.state == "failed" and "server stopped" in (run.error or "")
        ids = [issue.id for issue in run.issues]
        assert ids[: len(acknowledged)] == acknowledged and len(ids) == len(set(ids))
        assert rt.analyze(".").wait(90).state == "succeeded"
        rt.close()


def test_A10_a_detector_of_ones_own_runs_here_and_is_shown_there(
    rt: Realtime, server: JupyterProcess
) -> None:
    @rt.detector("left-to-do", severity="low")
    def left_to_do(file: SourceFile) -> Iterator[Finding]:
        for cell, line, text in file.lines():
            if "always true" in text:
                yield Finding(line, "Mend this.", cell=cell, column=8, end_column=26)

    @rt.detector()
    def breaks_always(file: SourceFile) -> Iterator[Finding]:
        yield Finding(1, file.path, severity="high")
        raise KeyError("nothing there")

    run = rt.analyze(["notebooks", "bad.py"], detectors=[left_to_do, breaks_always]).wait()
    assert run.state == "partial"
    lanes = {lane.name: lane for lane in run.detectors}
    assert (lanes["left-to-do"].state, lanes["left-to-do"].done) == ("succeeded", 2)
    assert lanes["breaks-always"].state == "failed"
    assert "nothing there" in lanes["breaks-always"].error
    assert "breaks_always" in lanes["breaks-always"].error
    [found] = run.issues
    assert (found.path, found.cell.index, found.line) == ("notebooks/a.ipynb", 0, 1)
    assert (found.severity, found.rule) == ("low", "left-to-do")
    assert rt.run(run.id).wait().issues == run.issues


def test_A10_ones_own_detectors_are_cancelled_like_all_others(rt: Realtime) -> None:
    begun, go_on = threading.Event(), threading.Event()

    @rt.detector()
    def waits(file: SourceFile) -> list[Finding]:
        begun.set()
        go_on.wait(30)
        return []

    run = rt.analyze(["bad.py", "notebooks"], detectors=[waits])
    assert begun.wait(30)
    run.cancel()
    until(lambda: run.state in ("cancelling", "cancelled"))
    go_on.set()
    assert run.wait(30).state == "cancelled"


def test_A10_names_and_functions_do_not_mix(rt: Realtime) -> None:
    @rt.detector()
    def quiet(file: SourceFile) -> list[Finding]:
        return []

    with pytest.raises(BadRequest, match="two runs"):
        rt.analyze("bad.py", detectors=[quiet, "correctness"])
