"""A real Jupyter server in a process of its own, with nothing of the person who runs the tests."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from jupyter_client.blocking.client import BlockingKernelClient

ROOT = Path(__file__).parents[1]
TOKEN = "the-token-of-the-test"
FOLDERS = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")


def isolated(folder: Path) -> dict[str, str]:
    """An environment in which Jupyter finds only `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    kept.pop("JPY_PARENT_PID", None)
    jupyter = {f"JUPYTER_{name}": str(folder / name.lower()) for name in FOLDERS}
    return {
        **kept,
        **jupyter,
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": str(ROOT),
        "JUPYTER_TOKEN": TOKEN,
    }


class JupyterProcess:
    """A server on a folder."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.environment = isolated(folder)
        self.root = root
        self.port = 0
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def realtime_url(self) -> str:
        return f"{self.url}realtime/"

    @property
    def runtime(self) -> Path:
        return self._folder / "runtime_dir"

    def start(self) -> None:
        """Start it, at the same port as before, and wait until it answers."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root",
                    "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}",
                    f"--ServerApp.root_dir={self.root}",
                    "--ServerApp.jpserver_extensions={'jupyter_realtime': True}",
                ],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )  # fmt: skip
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "server.log").read_text()
        info = self.runtime / f"jpserver-{self._process.pid}.json"
        if not info.is_file():
            return False
        with contextlib.suppress(json.JSONDecodeError, httpx.HTTPError):
            self.port = json.loads(info.read_text())["port"]
            return httpx.get(f"{self.realtime_url}api/v1/health").is_success
        return False

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as Ctrl+C would."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call a route below the server's address."""
        headers = {"Authorization": f"token {TOKEN}"}
        answer = httpx.request(method, self.url + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @contextlib.contextmanager
    def kernel(self, path: str = "") -> Iterator[Kernel]:
        """A kernel that the server started, as for a notebook in `path`."""
        made = self.call("POST", "api/kernels", {"name": "python3", "path": path})
        client = BlockingKernelClient()
        client.load_connection_file(str(self.runtime / f"kernel-{made['id']}.json"))
        client.start_channels()
        try:
            client.wait_for_ready(60)
            yield Kernel(client)
        finally:
            client.stop_channels()
            self.call("DELETE", f"api/kernels/{made['id']}")


class Kernel:
    """Runs code, and says what was printed."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        self.messages: list[dict[str, Any]] = []

    def run(self, code: str, timeout: float = 60) -> str:
        """Execute a cell; returns what it printed, raises what it raised."""
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            self.messages.append(message)
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])
            elif message["msg_type"] == "error":
                printed.append("\n".join(message["content"]["traceback"]))

        reply = self._client.execute_interactive(code, timeout=timeout, output_hook=hear)
        assert reply["content"]["status"] == "ok", "".join(printed)
        return "".join(printed)


@contextlib.contextmanager
def jupyter(folder: Path, root: Path) -> Iterator[JupyterProcess]:
    """Run a server for a test."""
    server = JupyterProcess(folder, root)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("It did not become true in time.")
