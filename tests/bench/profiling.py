"""Where our server's time goes: functions of the loop's thread by the CPU time that they use themselves."""

from __future__ import annotations

import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .fanout import PAYLOAD_BYTES, WARM_UP_SECONDS
from .load import Load
from .peers.profiled import PROFILE_VARIABLE
from .reconnect import returning_clients
from .servers import BenchJupyter, Server, publish_frame, speak_ours, start_jupyter

WITHIN_SECONDS = 30.0


@contextmanager
def _profiled(server: Server, report: Path) -> Iterator[None]:
    os.kill(server.pid, signal.SIGUSR1)
    _wait_for(report.with_suffix(".on"))
    yield
    os.kill(server.pid, signal.SIGUSR1)
    _wait_for(report)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            raise RuntimeError("The server does not profile.")
        time.sleep(0.02)


def _fanout(server: Server, report: Path, seconds: float) -> None:
    assert isinstance(server.jupyter, BenchJupyter)
    control = ["--control-port", str(server.jupyter.control_port)]
    with Load(500, [*server.speaks, *control]) as load:
        load.wait_until_ready()
        load.closed(1, WARM_UP_SECONDS)
        with _profiled(server, report):
            load.closed(1, seconds)


def _publish(server: Server, report: Path, seconds: float) -> None:
    assert server.jupyter is not None
    frame = ["--publish", publish_frame(server.room, PAYLOAD_BYTES)]
    with Load(20, [*speak_ours(server.jupyter, None), *frame]) as load:
        load.wait_until_ready()
        load.publish(16, WARM_UP_SECONDS)
        with _profiled(server, report):
            load.publish(16, seconds)


def _reconnect(server: Server, report: Path, _seconds: float) -> None:
    with returning_clients(server, clients=1000, missed=100) as connect, _profiled(server, report):
        connect()


PROFILES: dict[str, Callable[[Server, Path, float], None]] = {
    "fanout": _fanout,
    "publish": _publish,
    "reconnect": _reconnect,
}


def profile(what: str, seconds: float) -> str:
    """Profile one scenario; returns the table that `pstats` prints."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "profile.txt"
        options = {PROFILE_VARIABLE: str(report)}
        app = "tests.bench.peers.profiled"
        with start_jupyter(Path(folder), app, PAYLOAD_BYTES, options) as server:
            PROFILES[what](server, report, seconds)
        # The last three parts of a path say which module it is.
        return re.sub(r"/\S*?((?:[^/\s]+/){0,2}[^/\s]+\.py)", r"\1", report.read_text())
