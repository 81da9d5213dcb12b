"""Runs over folders that are out to break an analysis, or to be executed by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.hostile import make_hostile, make_traps
from tests.analysis.recording import a_runner, run


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


async def test_A1_a_hostile_folder_is_told_file_by_file_and_loses_no_finding(
    tmp_path: Path, scratch: Path
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    make_hostile(folder)
    async with a_runner(scratch) as runner:
        recording = await run(runner, folder)
    recording.assert_whole("succeeded")
    found = {(i.path, i.rule): i for i in recording.found}
    assert ("good.py", "F821") in found
    [in_notebook] = [i for i in recording.found if i.path == "good.ipynb"]
    assert in_notebook.rule == "hidden-state/undefined"
    assert "undefined_in_notebook" in in_notebook.message
    problems = {rule for _, rule in found}
    assert {"invalid-json", "conflict-markers", "syntax", "language", "encoding"} <= problems
    assert {"not-a-file", "too-deep"} <= problems
    for issue in recording.found:
        assert issue.message and not Path(issue.path).is_absolute()
    assert len({issue.id for issue in recording.found}) == len(recording.found)
    told = [(i.path, i.cell, i.line, i.rule) for i in recording.found]
    assert len({repr(t) for t in told}) == len(told), "each thing is told once"


def trapped(tmp_path: Path) -> tuple[Path, Path]:
    folder, marker = tmp_path / "trapped", tmp_path / "marker"
    folder.mkdir()
    marker.mkdir()
    make_traps(folder, marker)
    (folder / "good.py").write_text("import os\nprint(undefined_in_good)\n")
    return folder, marker


async def test_A1_nothing_of_a_project_is_executed(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, marker = trapped(tmp_path)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("MYPYPATH", str(folder))
    async with a_runner(scratch) as runner:
        recording = await run(runner, folder)
    recording.assert_whole("succeeded")
    assert list(marker.iterdir()) == []
    assert "F821" in {i.rule for i in recording.found if i.path == "good.py"}
    assert {lane.state for lane in recording.lanes.values()} <= {"succeeded", "not_applicable"}


def test_A1_nothing_of_a_project_is_executed_from_the_terminal(tmp_path: Path) -> None:
    folder, marker = trapped(tmp_path)
    command = Path(sys.executable).with_name("jupyter-realtime")
    done = subprocess.run(
        [command, "analyze", ".", "--json", "--no-server"],
        cwd=folder,
        env=os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert list(marker.iterdir()) == []
    issues = json.loads(done.stdout)["issues"]
    assert "F821" in {i["rule"] for i in issues if i["path"] == "good.py"}
