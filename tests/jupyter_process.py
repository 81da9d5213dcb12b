"""A real Jupyter server for the client's tests, and the kernels that it starts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from jupyter_client.blocking.client import BlockingKernelClient

from tests.jupyter import TOKEN, Jupyter

ROOT = Path(__file__).parents[1]
__all__ = ["ROOT", "TOKEN", "JupyterProcess", "Kernel", "isolated", "jupyter", "until"]


def isolated(folder: Path) -> dict[str, str]:
    """An environment in which no Jupyter server is to be found."""
    made = Jupyter(folder, folder).environment
    return {name: value for name, value in made.items() if name != "JPY_PARENT_PID"}


class JupyterProcess(Jupyter):
    """A server without JupyterLab."""

    def __init__(self, folder: Path, root: Path) -> None:
        super().__init__(folder, root, app="jupyter_server")

    @property
    def realtime_url(self) -> str:
        return f"{self.url}realtime/"

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
        client.load_connection_file(str(self.home / "runtime" / f"kernel-{made['id']}.json"))
        # Its heartbeat takes a busy machine for a dead kernel.
        client.start_channels(hb=False)
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
    with server:
        yield server


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("It did not become true in time.")
