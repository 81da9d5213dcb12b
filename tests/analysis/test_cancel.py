"""A run that is ended in the middle leaves nothing: no process, no file, no task."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from jupyter_realtime.core.errors import RealtimeError, Unavailable
from tests.analysis.recording import Recording, a_runner, engines, run

MODULE = "import os\n\n\ndef f_{0}(x: int) -> str:\n    y = undefined_{0} + x\n    return x\n"
# `make test` cancels a few times; `make soak` a hundred.
CANCELS = int(os.environ.get("CANCELS", "10"))
# Half a second is promised; this machine may be doing other things.
CANCEL_WITHIN_SECONDS = 2.0


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    write_modules(folder)
    return folder


def write_modules(folder: Path, seed: int = 0) -> None:
    """Write modules that no result in a cache is of."""
    for number in range(120):
        text = MODULE.format(f"{number}_{seed}") * 8
        (folder / f"m{number}.py").write_text(text)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def left_in(scratch: Path) -> set[str]:
    [folder] = scratch.iterdir()
    return {path.name for path in folder.iterdir()}


async def test_A5_cancelled_at_any_moment_nothing_is_left(project: Path, scratch: Path) -> None:
    chance = random.Random(7)
    slowest, ended = 0.0, Counter[str]()
    async with a_runner(scratch) as runner:
        began = time.monotonic()
        await run(runner, project)
        whole_seconds = time.monotonic() - began
        for seed in range(1, CANCELS + 1):
            write_modules(project, seed)
            tasks_before = len(asyncio.all_tasks())
            cancel, recording = asyncio.Event(), Recording()
            running = asyncio.create_task(run(runner, project, recording, cancel=cancel))
            await asyncio.wait({running}, timeout=chance.uniform(0.0, 0.9 * whole_seconds))
            began = time.monotonic()
            cancel.set()
            await running
            slowest = max(slowest, time.monotonic() - began)
            [(state, _)] = recording.ends
            # The caches of the engines make later runs shorter: some are over before they are cancelled.
            ended[state] += 1
            if recording.lanes:
                recording.assert_whole(state)
            assert left_in(scratch) <= {"cache", "workers"}
            assert set(engines()) <= {"worker"}
            assert len(asyncio.all_tasks()) == tasks_before
    print(f"slowest cancel {slowest * 1000:.0f} ms, {dict(ended)}")
    assert set(ended) <= {"cancelled", "succeeded"} and ended["cancelled"] > CANCELS / 2
    assert slowest < CANCEL_WITHIN_SECONDS


async def test_A5_a_cancelled_task_ends_its_run_too(project: Path, scratch: Path) -> None:
    async with a_runner(scratch) as runner:
        recording = Recording()
        running = asyncio.create_task(run(runner, project, recording))
        await recording.has_found.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(recording.ends) == 1
        assert left_in(scratch) <= {"cache", "workers"}
        assert set(engines()) <= {"worker"}


class Full(Recording):
    """A store that can't keep any issue."""

    async def issues(self, detector: str, issues: object) -> None:  # type: ignore[override]
        raise Unavailable("The disk is full.")


async def test_A2_a_reporter_that_fails_ends_the_run_and_leaves_nothing(
    project: Path, scratch: Path
) -> None:
    async with a_runner(scratch) as runner:
        with pytest.raises(RealtimeError, match="full"):
            await run(runner, project, Full())
        assert left_in(scratch) <= {"cache", "workers"}
        assert set(engines()) <= {"worker"}


RUNS = """
import asyncio, sys
from pathlib import Path
from tests.analysis.recording import Recording, run
from jupyter_realtime.analysis.runner import Runner

async def main():
    recording = Recording()
    running = asyncio.create_task(run(Runner(scratch=Path(sys.argv[2])), Path(sys.argv[1]), recording))
    await recording.has_found.wait()
    print("found", flush=True)
    await running

asyncio.run(main())
"""


def test_A4_the_children_of_a_killed_server_die_with_it(project: Path, scratch: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUNS, str(project), str(scratch)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"found\n"
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, [p.cmdline() for p in alive]
