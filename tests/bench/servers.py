"""The servers that are compared, each a process of its own, and how a client speaks to each."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.jupyter import TOKEN, Jupyter, free_port

from .build import ROOT, node_packages, program
from .peers.ours import PAYLOAD_VARIABLE, PORT_VARIABLE

# Jupyter's own server; the apps of ours are in `peers`, and have a control port.
STOCK_APP = "jupyter_server"
# Far above what a run needs: limits are measured by the tests, not here.
LIMITS = {
    "connections_per_user": 20_000,
    "requests_per_second": 1_000_000,
    "rooms_per_connection": 128,
}


@dataclass
class Server:
    """A server that runs.

    Parameters
    ----------
    speaks
        Options of the load generator: address, handshake, what is answered, what an event looks like.
    stop
        Ends the process.
    """

    pid: int
    speaks: list[str]
    stop: Callable[[], None]
    room: str = ""
    jupyter: Jupyter | None = field(default=None, repr=False)

    def cpu_seconds(self) -> float:
        """What it has used in all its threads, user and system, to the nanosecond."""
        # clock_getcpuclockid(3): the clock of a whole process, by its number.
        return time.clock_gettime((~self.pid << 3) | 2)

    def kernel_seconds(self) -> float:
        """The part of it that was spent in system calls, to ten milliseconds."""
        return float(psutil.Process(self.pid).cpu_times().system)

    def rss_bytes(self) -> int:
        """Its memory that is not swapped out."""
        return int(psutil.Process(self.pid).memory_info().rss)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


Start = Callable[[Path, int], Server]


def _started(command: list[str], cwd: Path, *speaks: str) -> Server:
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline().split()
    if said[:1] != ["listening"]:
        raise RuntimeError(f"{command} did not start.")

    def stop() -> None:
        process.kill()
        process.communicate()

    return Server(process.pid, ["--port", said[1], "--control-port", said[2], *speaks], stop)


def _c(_folder: Path, payload_bytes: int) -> Server:
    return _started([str(program("epoll_broadcaster")), str(payload_bytes)], ROOT)


def _python(module: str, payload_bytes: int, *speaks: str) -> Server:
    command = [sys.executable, "-m", f"tests.bench.peers.{module}", str(payload_bytes)]
    return _started(command, ROOT, *speaks)


def _node(script: str, payload_bytes: int, *speaks: str) -> Server:
    return _started(["node", script, str(payload_bytes)], node_packages(), *speaks)


# Engine.IO 4: "0" opens, "2" is a ping, "3" its answer; Socket.IO: "40" connects, "42" is an event.
SOCKET_IO = (
    *("--path", "/socket.io/?EIO=4&transport=websocket"),
    *("--on", "0{", "40", "--on", "2", "3"),
    *("--ready", "40", "--event", "42"),
)


class BenchJupyter(Jupyter):
    """A Jupyter server that takes as many connections as there are."""

    def __init__(
        self, folder: Path, app: str, payload_bytes: int, variables: dict[str, str]
    ) -> None:
        root = folder / "root"
        root.mkdir(parents=True)
        options = tuple(f"--RealtimeConfig.{name}={value}" for name, value in LIMITS.items())
        super().__init__(folder / "home", root, app=app, options=options)
        self.control_port = free_port()
        self.payload_bytes = payload_bytes
        self.variables = variables

    def _is_ready(self) -> bool:
        return super()._is_ready() and (self.app == STOCK_APP or self._takes_commands())

    def _takes_commands(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.control_port), timeout=5):
            return True

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "PYTHONPATH": str(ROOT),
            PORT_VARIABLE: str(self.control_port),
            PAYLOAD_VARIABLE: str(self.payload_bytes),
            **self.variables,
        }


def speak_ours(jupyter: Jupyter, on_welcome: dict[str, object] | None) -> list[str]:
    """Authenticate by header, send a first request, answer heartbeats."""
    ready = '{"type":"reply"' if on_welcome else '{"type":"welcome"'
    return [
        *("--port", str(jupyter.port), "--path", "/realtime/ws"),
        *("--header", f"Authorization: token {TOKEN}"),
        *("--header", "Sec-WebSocket-Protocol: v1.jupyter-realtime"),
        *(["--on", '{"type":"welcome"', json.dumps(on_welcome)] if on_welcome else []),
        *("--on", '{"type":"heartbeat"', '{"type":"ping","id":0}'),
        *("--ready", ready, "--event", '{"type":"event"', "--never", '{"type":"resync"'),
    ]


def publish_frame(room: str, payload_bytes: int) -> str:
    """Write a publish whose data has this length, for the load generator to put a stamp into."""
    stamp_characters = len(str(time.monotonic_ns() // 1000))
    filler = "x" * (payload_bytes - stamp_characters - len('{"t":,"p":""}'))
    return (
        f'{{"type":"publish","id":%I,"room":"{room}","event":"custom:bench",'
        f'"data":{{"t":%T,"p":"{filler}"}}}}'
    )


def start_jupyter(
    folder: Path, app: str, payload_bytes: int, variables: dict[str, str] | None = None
) -> Server:
    """Start ours, with a load that subscribes to the root's project."""
    jupyter = BenchJupyter(folder, app, payload_bytes, variables or {})
    jupyter.start()
    assert jupyter.process is not None
    _, projects = jupyter.api("GET", "projects")
    room = f"project:{projects['items'][0]['id']}"
    subscribe: dict[str, object] = {"type": "subscribe", "id": 0, "room": room}
    speaks = speak_ours(jupyter, subscribe)
    return Server(jupyter.process.pid, speaks, jupyter.stop, room, jupyter)


def _durable(folder: Path, payload_bytes: int) -> Server:
    server = start_jupyter(folder, STOCK_APP, payload_bytes)
    server.speaks += ["--publish", publish_frame(server.room, payload_bytes)]
    return server


def _delivery(folder: Path, payload_bytes: int) -> Server:
    server = start_jupyter(folder, "tests.bench.peers.ours", payload_bytes)
    assert isinstance(server.jupyter, BenchJupyter)
    server.speaks += ["--control-port", str(server.jupyter.control_port)]
    return server


KINDS: dict[str, Start] = {
    "ours": _delivery,
    "ours-durable": _durable,
    "c": _c,
    "tornado": lambda _, size: _python("tornado_server", size),
    "ws": lambda _, size: _node("ws.js", size),
    "socketio": lambda _, size: _node("socketio.js", size, *SOCKET_IO),
    "python-socketio": lambda _, size: _python("socketio_server", size, *SOCKET_IO),
}


def start(kind: str, folder: Path, payload_bytes: int) -> Server:
    """Start a server of a kind, with `folder` to keep things in."""
    return KINDS[kind](folder / kind, payload_bytes)
