"""A real Jupyter server in a process of its own, which a test can kill and start again."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

START_WITHIN_SECONDS = 60.0
TOKEN = "test-token"


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


OUR_OPTIONS = [
    "--ServerApp.jpserver_extensions={'jupyter_realtime': True}",
    # That this machine's disk is full is no matter of a test.
    "--RealtimeConfig.quota_percent=100",
    "--RealtimeConfig.quota_full_percent=100",
]


class Jupyter:
    """`jupyter lab` (or another application) over a folder, isolated from the user's own settings.

    Parameters
    ----------
    home
        A folder for settings, database and logs; a server that is started again finds them there.
    root
        What it shows.
    has_extension
        Whether to wait until our extension answers.
    in_terminal
        Whether it is started as from a shell: then it obeys Ctrl-C.
    """

    def __init__(
        self,
        home: Path,
        root: Path,
        *,
        app: str = "jupyterlab",
        options: tuple[str, ...] = (),
        has_extension: bool = True,
        in_terminal: bool = False,
    ) -> None:
        self.home = home
        self.root = root
        self.app = app
        self.options = options
        self.has_extension = has_extension
        self.in_terminal = in_terminal
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._terminal: int | None = None

    @property
    def url(self) -> str:
        """The server's address, with a slash at the end."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.home / "server.log").read_text(errors="replace")

    @property
    def environment(self) -> dict[str, str]:
        """Folders of its own for everything that Jupyter keeps."""
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
            "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
            "IPYTHONDIR": "ipython",
        }
        mine = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER_REALTIME")}
        return mine | {name: str(self.home / folder) for name, folder in folders.items()}

    def start(self) -> None:
        """Start it and wait until our extension answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._silence_the_news()
        command = [
            sys.executable,
            "-m",
            self.app,
            "--no-browser",
            "--allow-root",
            f"--ServerApp.root_dir={self.root}",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={TOKEN}",
            *(OUR_OPTIONS * self.has_extension),
            *self.options,
        ]
        with (self.home / "server.log").open("ab") as log, self._stdin() as stdin:
            self.process = subprocess.Popen(
                command,
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=stdin,
                start_new_session=True,
            )
        self._wait_until_ready()

    @contextlib.contextmanager
    def _stdin(self) -> Iterator[int]:
        if not self.in_terminal:
            yield subprocess.DEVNULL
            return
        self._close_terminal()
        self._terminal, shell = pty.openpty()
        try:
            yield shell
        finally:
            os.close(shell)

    def _silence_the_news(self) -> None:
        """A fresh profile asks whether to show news, in front of everything."""
        settings = self.home / "lab-settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if self._is_ready():
                    return
            except (OSError, ValueError):
                time.sleep(0.05)
        raise RuntimeError(f"The server did not start:\n{self.log[-4000:]}")

    def _is_ready(self) -> bool:
        if self.has_extension:
            return bool(self.api("GET", "health")[1].get("status") == "ok")
        with urllib.request.urlopen(f"{self.url}api", timeout=5) as response:
            return bool(response.status == 200)

    def api(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call a route of ours with the server's token."""
        request = urllib.request.Request(
            f"{self.url}realtime/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def kill(self) -> None:
        """`kill -9`, as the kernel would under memory pressure: nothing is said, nothing is saved."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Stop it as a person would, and its kernels."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process = None
        self._close_terminal()

    def _close_terminal(self) -> None:
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None

    def __enter__(self) -> Jupyter:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
