"""An analysis without a server, in a process of its own."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_realtime.client import local
from jupyter_realtime.client.local import analyze_locally
from tests.jupyter_process import until

BAD = "def f():\n    return undefined_name\n"


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    made: list[subprocess.Popen[bytes]] = []
    begin = local._start

    def start(*args: object) -> subprocess.Popen[bytes]:
        made.append(begin(*args))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(local, "_start", start)
    return made


def many_files(folder: Path) -> None:
    for number in range(150):
        (folder / f"m{number}.py").write_text(BAD * 40)


def says(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let another program stand in for the command line."""

    def start(*_: object) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe)

    monkeypatch.setattr(local, "_start", start)


def test_it_finds_what_is_wrong_relative_to_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: list[subprocess.Popen[bytes]]
) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    run = analyze_locally("bad.py", ["correctness"]).wait(60)
    assert (run.state, run.server) == ("succeeded", None)
    assert {(issue.path, issue.rule) for issue in run.issues} == {("bad.py", "F821")}
    assert [lane.name for lane in run.detectors] == ["correctness"]
    assert sum(run.counts.values()) == len(run.to_frame()) == 1
    assert processes[0].wait(10) == 1


def test_cancel_ends_the_process(tmp_path: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    many_files(tmp_path)
    run = analyze_locally(tmp_path)
    until(lambda: run.state == "running")
    run.cancel()
    assert run.wait(20).state == "cancelled"
    assert processes[0].wait(10) == 130


def test_who_lets_go_of_a_run_ends_it(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    many_files(tmp_path)
    runs = [analyze_locally(tmp_path)]
    until(lambda: runs[0].state == "running")
    runs.clear()
    gc.collect()
    assert processes[0].wait(20) == 130


def test_when_the_kernel_is_killed_the_analysis_ends(tmp_path: Path) -> None:
    many_files(tmp_path)
    code = (
        "import os, signal\n"
        "from jupyter_realtime.client import local\n"
        "begin = local._start\n"
        "def start(*a):\n"
        "    global process\n"
        "    process = begin(*a)\n"
        "    return process\n"
        "local._start = start\n"
        f"run = local.analyze_locally({str(tmp_path)!r})\n"
        "while run.state != 'running': pass\n"
        "print(process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not _command(pid), 20)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_hostile_folder_is_not_imported_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "argparse", "msgspec", "jupyter_realtime", "sitecustomize", "rich"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert analyze_locally(".", ["correctness"]).wait(60).state == "succeeded"
    assert not (tmp_path / "owned").exists()


def test_a_path_that_is_missing_fails_in_words(tmp_path: Path) -> None:
    run = analyze_locally(tmp_path / "missing.py").wait(60)
    assert run.state == "failed" and "to analyse" in (run.error or "")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('nonsense')", "no report"),
        ("import sys; sys.exit('out of luck')", "out of luck"),
        ("import os; os._exit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "exit code -9"),
        ("print('[' * 100000)", "no report"),
    ],
)
def test_a_process_that_breaks_fails_the_run_in_words(
    code: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, code)
    run = analyze_locally(".").wait(20)
    assert run.state == "failed" and words in (run.error or "")
