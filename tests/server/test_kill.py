"""`kill -9` of a real server in the middle of a run and of publishing."""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.jupyter import Jupyter

FILES = 400
MODULE = "import os\n\ndef f(x):\n    return undefined_name + x\n" * 40


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Enough modules to be killed in the middle of."""
    root = tmp_path / "project"
    root.mkdir()
    for number in range(FILES):
        (root / f"module_{number}.py").write_text(MODULE)
    return root


def wait_for(condition: Any, *, within_seconds: float) -> Any:
    """Wait until a condition gives something."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("It did not happen in time.")


def all_issues(server: Jupyter, run: str) -> list[str]:
    items: list[str] = []
    cursor = ""
    while True:
        _, page = server.api("GET", f"analyses/{run}/issues?limit=1000{cursor}")
        items += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return items
        cursor = f"&cursor={page['next']}"


class Publisher:
    """Publishes as fast as it can, and remembers what was acknowledged."""

    def __init__(self, server: Jupyter, room: str) -> None:
        self._server, self._room = server, room
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._publish)
        self.acknowledged: dict[str, int] = {}
        self._thread.start()

    def _publish(self) -> None:
        for number in itertools.count():
            if self._stop.is_set():
                return
            key = f"key-{number}"
            body = {"room": self._room, "event": "custom:x", "data": {"key": key}, "key": key}
            try:
                status, answer = self._server.api("POST", "publish", body)
            except OSError:
                return
            if status == 200:
                self.acknowledged[key] = answer["position"]["seq"]

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)


def test_A4_a_killed_server_loses_nothing_that_it_acknowledged(
    tmp_path: Path, project: Path
) -> None:
    server = Jupyter(tmp_path / "home", project)
    server.start()
    try:
        _, listing = server.api("GET", "projects")
        room = f"project:{listing['items'][0]['id']}"
        _, run = server.api("POST", "analyses", {"paths": [""]})
        publisher = Publisher(server, room)
        seen = wait_for(lambda: all_issues(server, run["id"]), within_seconds=20)
        assert server.api("GET", f"analyses/{run['id']}")[1]["state"] == "running"
        assert server.process is not None
        children = psutil.Process(server.process.pid).children(recursive=True)
        server.kill()
        publisher.stop()
        psutil.wait_procs(children, timeout=5)
        assert not [c for c in children if c.is_running() and c.status() != "zombie"], "no orphan"

        server.start()
        failed = wait_for(
            lambda: next(
                (r for r in [server.api("GET", f"analyses/{run['id']}")[1]] if r["finished"]), None
            ),
            within_seconds=15,
        )
        assert failed["state"] == "failed"
        assert "server stopped" in failed["error"].lower()
        assert all_issues(server, run["id"])[: len(seen)] == seen
        _assert_acknowledged_events_are_there(server, room, publisher.acknowledged)
        assert server.api("POST", "analyses", {"paths": ["module_1.py"]})[0] == 201
    finally:
        server.stop()
        shutil.rmtree(tmp_path / "home", ignore_errors=True)


def _assert_acknowledged_events_are_there(
    server: Jupyter, room: str, acknowledged: dict[str, int]
) -> None:
    assert acknowledged, "something was published"
    found: dict[str, int] = {}
    since = 0
    while True:
        _, page = server.api("GET", f"rooms/{room}/events?since={since}&limit=1000")
        for item in page["items"]:
            assert item["seq"] == since + 1, "no hole"
            since = item["seq"]
            if item["event"] == "custom:x":
                found[item["data"]["key"]] = item["seq"]
        if not page["more"]:
            break
    for key, seq in acknowledged.items():
        assert found[key] == seq
