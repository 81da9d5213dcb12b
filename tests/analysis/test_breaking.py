"""Engines that crash, hang, lie or are missing: the others finish, and no finding is lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import psutil
import pytest

from jupyter_realtime.analysis import batches, plan, processes
from jupyter_realtime.analysis.detector import (
    BatchDetector,
    Detector,
    EngineError,
    Exit,
    Workplace,
)
from jupyter_realtime.analysis.detectors.correctness import Correctness
from jupyter_realtime.analysis.detectors.security import Security
from jupyter_realtime.analysis.findings import Finding
from jupyter_realtime.analysis.shadow.model import ShadowFile
from tests.analysis.recording import Recording, a_runner, run

PROGRAM = """
import json, os, sys, time
for path in sys.argv[2:]:
    text = open(path).read()
    if "crash" in text: os.abort()
    if "hang" in text: time.sleep(60)
    if "flood" in text:
        while True: sys.stdout.write("x" * 65536)
if sys.argv[1] == "lie": print("certainly!")
else: print(json.dumps(sys.argv[2:]))
"""


class Fragile(BatchDetector):
    """A program that finds one thing in each file, unless a file breaks it."""

    name = "fragile"
    title = "Fragile"
    description = "For tests."
    engine = "fragile"
    mood: ClassVar[str] = "well"

    def command(self, files: Sequence[ShadowFile], place: Workplace) -> list[str]:
        paths = (str(file.python) for file in files)
        return processes.program(sys.executable, "-I", "-c", PROGRAM, self.mood, *paths)

    def read(self, end: Exit, files: Sequence[ShadowFile], place: Workplace) -> list[Finding]:
        try:
            paths = json.loads(end.stdout)
        except ValueError:
            raise EngineError("The program crashed.") from None
        by_path = {str(file.python): file.path for file in files}
        return [Finding(by_path[path], "here", "low", "Found.", 1) for path in paths]


class Liar(Fragile):
    """A program whose output is no result."""

    name = "liar"
    mood = "lie"


class Missing(Fragile):
    """A detector whose engine isn't there."""

    name = "missing"
    modules = ("no_such_module_anywhere",)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for number in range(40):
        (folder / f"m{number:02}.py").write_text("import os\nx = 1\n")
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def only(monkeypatch: pytest.MonkeyPatch, *detectors: type[Detector]) -> None:
    found: dict[str, type[Detector] | str] = {detector.name: detector for detector in detectors}
    monkeypatch.setattr(plan, "discover", lambda: found)


def paths(recording: Recording, rule: str) -> list[str]:
    return sorted(issue.path for issue in recording.found if issue.rule == rule)


@pytest.mark.parametrize("how", ["crash", "hang", "flood"])
async def test_A1_a_file_that_breaks_an_engine_is_set_aside_and_the_others_keep_their_findings(
    how: str, project: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Fragile)
    monkeypatch.setattr(batches, "BATCH_SECONDS", 1.0)
    monkeypatch.setattr(processes, "MAX_OUTPUT_BYTES", 1 << 20)
    (project / "m23.py").write_text(f"x = '{how}'\n")
    async with a_runner(scratch) as runner:
        recording = await run(runner, project)
    recording.assert_whole("succeeded")
    assert paths(recording, "tool-error") == ["m23.py"]
    assert paths(recording, "here") == [f"m{n:02}.py" for n in range(40) if n != 23]
    assert recording.lanes["fragile"].done == 40


async def test_A1_an_engine_that_fails_everywhere_fails_its_lane_only(
    project: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Liar, Fragile)
    async with a_runner(scratch) as runner:
        recording = await run(runner, project)
    recording.assert_whole("partial")
    assert recording.lanes["liar"].state == "failed"
    assert recording.lanes["liar"].error
    assert recording.lanes["fragile"].state == "succeeded"
    assert len(paths(recording, "here")) == 40


async def test_A1_a_missing_engine_says_how_to_install_it(
    project: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Missing, Correctness)
    async with a_runner(scratch) as runner:
        recording = await run(runner, project)
    recording.assert_whole("partial")
    missing = recording.lanes["missing"]
    assert missing.state == "failed"
    assert 'pip install "jupyter_realtime[detectors]"' in (missing.error or "")
    assert len(paths(recording, "F401")) == 40


class Killer(Recording):
    """Kills every worker when the first thing is found."""

    killed = 0

    async def issues(self, detector: str, issues: Sequence[object]) -> None:  # type: ignore[override]
        await super().issues(detector, issues)  # type: ignore[arg-type]
        if not self.killed:
            for process in psutil.Process().children(recursive=True):
                if "analysis.worker" in " ".join(process.cmdline()):
                    process.kill()
                    self.killed += 1


async def test_A1_a_worker_that_dies_takes_one_file_with_it_at_most(
    project: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, Security)
    for number in range(40):
        (project / f"m{number:02}.py").write_text("import os\nos.system('ls ' + input())\n")
    killer = Killer()
    async with a_runner(scratch) as runner:
        await run(runner, project, killer)
    killer.assert_whole("succeeded")
    assert killer.killed
    broken, fine = paths(killer, "tool-error"), paths(killer, "B605")
    assert len(broken) <= killer.killed
    assert sorted({*broken, *fine}) == [f"m{n:02}.py" for n in range(40)]


async def test_A1_two_runs_at_once_do_not_mix_and_an_empty_one_is_no_error(
    project: Path, scratch: Path, tmp_path: Path
) -> None:
    import asyncio

    small, empty = tmp_path / "small", tmp_path / "empty"
    small.mkdir()
    empty.mkdir()
    (small / "only.py").write_text("import sys\n")
    async with a_runner(scratch) as runner:
        large, little, nothing = await asyncio.gather(
            run(runner, project), run(runner, small), run(runner, empty)
        )
    for recording in (large, little, nothing):
        recording.assert_whole("succeeded")
    assert {issue.path for issue in little.found} == {"only.py"}
    assert "only.py" not in {issue.path for issue in large.found}
    assert {lane.state for lane in nothing.lanes.values()} == {"not_applicable"}
