"""`kill -9` of a real server as soon as it has answered that a run is over: its starter is told once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import msgspec

from tests.builders import issue, lane
from tests.jupyter import Jupyter
from tests.server.test_kill import wait_for

ROUNDS = 3


def report(server: Jupyter, number: int, *, kill: bool) -> None:
    """Report a run with a grave issue to its end, and maybe kill the server with the answer."""
    assert server.process is not None
    _, run = server.api("POST", "analyses", {"paths": ["a.py"], "external": True})
    found = msgspec.to_builtins(issue(f"f{number}", "critical"))
    reports: list[dict[str, Any]] = [
        {"type": "started", "detectors": [msgspec.to_builtins(lane())]},
        {"type": "issues", "detector": "correctness", "issues": [found]},
        {"type": "finished", "state": "succeeded", "error": None},
    ]
    status, _ = server.api("POST", f"analyses/{run['id']}/reports", reports)
    if kill:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    assert status == 200


def told(server: Jupyter) -> list[tuple[str, int]]:
    """What stands in the inbox: category, and how often it was told."""
    _, page = server.api("GET", "notifications?box=all&limit=1000")
    return sorted((item["category"], item["count"]) for item in page["items"])


def test_Q3_a_run_whose_server_dies_with_its_end_is_told_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n")
    server = Jupyter(tmp_path / "home", root, app="jupyter_server")
    server.start()
    try:
        assert server.api("GET", "me")[0] == 200
        for number in range(1, ROUNDS + 1):
            # Runs are told in order: with the last one, all that could be told again before it has been.
            is_last = number == ROUNDS
            report(server, number, kill=not is_last)
            if not is_last:
                server.start()
            expected = [("issues", 1)] * number
            wait_for(lambda all_=expected: told(server) == all_, within_seconds=20)
    finally:
        server.stop()
