"""`jupyter realtime demo`: it runs, it is private, and nothing is left of it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from jupyter_realtime.cli import demo
from tests.jupyter_process import isolated, until

NOTEBOOK = "notebooks/01-live-analysis.ipynb"


class Demo:
    """A demo that was started, and what it said."""

    def __init__(self, process: subprocess.Popen[str], scratches: Path) -> None:
        self.process = process
        self._scratches = scratches
        assert process.stdout is not None
        self.said = ""
        while "Press Ctrl+C" not in self.said:
            line = process.stdout.readline()
            assert line, self.said
            self.said += line
        found = re.search(r"http://\S+", self.said)
        assert found is not None
        self.address = found[0]
        parts = urlsplit(self.address)
        self.base = f"{parts.scheme}://{parts.netloc}/"
        self.token = parts.query.removeprefix("token=")

    @property
    def scratch(self) -> Path | None:
        return next(self._scratches.glob("jupyter-realtime-demo-*"), None)

    def get(self, path: str) -> httpx.Response:
        headers = {"Authorization": f"token {self.token}"}
        return httpx.get(self.base + path, headers=headers, timeout=30)

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(60)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    scratches = tmp_path / "scratches"
    scratches.mkdir()
    return {**isolated(tmp_path / "own"), "TMPDIR": str(scratches)}


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[Demo]:
    command = [sys.executable, "-m", "jupyter_realtime.cli", "demo", "--no-browser"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Demo(process, Path(environment["TMPDIR"]))
        finally:
            if process.poll() is None:
                process.terminate()


def test_the_sample_is_served_and_everything_is_gone_after_ctrl_c(
    running: Demo, environment: dict[str, str]
) -> None:
    assert running.address.startswith(f"{running.base}lab/tree/{NOTEBOOK}?token=")
    assert running.get("realtime/api/v1/health").json()["status"] == "ok"
    assert running.get(f"api/contents/{NOTEBOOK}").is_success
    assert httpx.get(f"{running.base}api/contents").status_code == 403
    kernel = httpx.post(
        f"{running.base}api/kernels", json={}, headers={"Authorization": f"token {running.token}"}
    )
    assert kernel.is_success
    processes = psutil.Process(running.process.pid).children(recursive=True)
    assert len(processes) >= 2
    running.end(signal.SIGINT)
    assert running.process.returncode == 0
    until(lambda: not any(process.is_running() for process in processes))
    assert running.scratch is None
    # Nothing of the person's own was read or written.
    assert not Path(environment["JUPYTER_DATA_DIR"]).exists()
    assert not Path(environment["JUPYTER_RUNTIME_DIR"]).exists()


def test_the_token_is_nowhere_where_others_could_read_it(running: Demo) -> None:
    seen = 0
    for process in psutil.Process(running.process.pid).children(recursive=True):
        # A short-lived child may end while we look: then nobody can read its command line.
        with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            assert running.token not in " ".join(process.cmdline())
            seen += 1
    assert seen, "the server itself was looked at"
    assert running.scratch is not None and running.scratch.stat().st_mode & 0o077 == 0


def test_it_ends_with_the_server_and_by_a_signal(running: Demo) -> None:
    running.end(signal.SIGTERM)
    assert running.process.returncode == 0 and running.scratch is None


def test_it_ends_when_the_person_shuts_jupyter_down(running: Demo) -> None:
    headers = {"Authorization": f"token {running.token}"}
    httpx.post(f"{running.base}api/shutdown", headers=headers, timeout=30)
    assert running.process.wait(60) == 0
    assert running.scratch is None


def test_a_server_that_does_not_start_says_why(environment: dict[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "own" / "broken"
    broken.mkdir(parents=True)
    (broken / "jupyter_server_config.py").write_text("raise SystemExit('out of luck')\n")
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_realtime.cli", "demo", "--no-browser"],
        env={**environment, "JUPYTER_CONFIG_PATH": str(broken)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "out of luck" in done.stderr and "Traceback" not in done.stderr.splitlines()[0]
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def test_the_sample_is_found_in_a_clone_and_in_an_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert demo.sample_project() is not None
    installed = tmp_path / "site-packages" / "jupyter_realtime"
    (installed / "sample" / "notebooks").mkdir(parents=True)
    monkeypatch.setattr(demo, "__file__", str(installed / "cli" / "demo.py"))
    assert demo.sample_project() is None
    (installed / "sample" / NOTEBOOK).touch()
    assert demo.sample_project() == installed / "sample"


def test_an_inherited_server_is_not_mixed_up_with_ours() -> None:
    from jupyter_realtime.cli.lab_server import LabServer

    os.environ["JUPYTER_REALTIME_URL"] = "http://127.0.0.1:1/realtime/"
    try:
        made = LabServer(Path(tempfile.gettempdir()))._environment()
    finally:
        del os.environ["JUPYTER_REALTIME_URL"]
    assert "JUPYTER_REALTIME_URL" not in made
