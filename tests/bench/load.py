"""The load generator: `c/load.c`, told by a line what to do, answering with a line of JSON."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from .build import program


@dataclass(frozen=True)
class Measured:
    """What one command has counted; latencies in microseconds."""

    count: int
    seconds: float
    p50_us: int
    p99_us: int
    max_us: int


class Load:
    """Connections to a server, opened when this is made; ready when `wait_until_ready` returns.

    Parameters
    ----------
    speaks
        How the server is spoken to (`Server.speaks`), and options of the run.
    """

    def __init__(self, connections: int, speaks: list[str], *options: str) -> None:
        command = [str(program("load")), "--connections", str(connections), *speaks, *options]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def wait_until_ready(self) -> float:
        """Wait for the last connection; returns how long all took, in seconds."""
        return float(self._answer()["seconds"])

    def closed(self, burst: int, seconds: float) -> Measured:
        """Let a burst go out whenever the one before has come to everybody."""
        return self._do(f"closed {burst} {seconds * 1000:.0f}")

    def open(self, hertz: int, seconds: float) -> Measured:
        """Let one event go out at each tick of a clock."""
        return self._do(f"open {hertz} {seconds * 1000:.0f}")

    def publish(self, in_flight: int, seconds: float) -> Measured:
        """Publish on every connection."""
        return self._do(f"publish {in_flight} {seconds * 1000:.0f}")

    def listen(self, events: int) -> None:
        """Begin to count what another load lets the server send; to be followed by `heard`."""
        self._say(f"listen {events}")
        self._answer()

    def heard(self) -> Measured:
        """Wait until all of it has come."""
        return Measured(**self._answer())

    def _do(self, command: str) -> Measured:
        self._say(command)
        return self.heard()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The load generator gave up; it has printed why.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Drop all connections."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
