"""A JupyterLab of its own: own settings, own data, own token, and gone without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import httpx

from ..client.address import Server
from ..client.runtime_files import server_of

START_SECONDS = 90.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.1
FIRST_PORT = 8888
PORTS = 100
LOG_LINES = 30
PROBE_SECONDS = 5.0

NOT_ENABLED = (
    "JupyterLab runs, but its server has not loaded jupyter_realtime. Is it installed in this "
    "environment? `jupyter server extension list` shows what is wrong."
)

# What another server may have left to a terminal in which we are started.
_INHERITED = (
    "JUPYTER_REALTIME_URL",
    "JUPYTER_REALTIME_TOKEN",
    "JUPYTER_REALTIME_ROOT",
    "JPY_PARENT_PID",
)
_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}
# A fresh profile asks whether it may fetch news; a demo has no use for that question.
_NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}


class ServerFailed(Exception):
    """JupyterLab can't be started, or has ended by itself; the message says what it said."""


class LabServer:
    """One server on `<scratch>/project`; all that it writes stays in the scratch folder."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._token = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, page: str) -> str:
        """Start it, wait until it answers, and return the address of a page, with the token."""
        if find_spec("jupyterlab") is None:
            raise ServerFailed(
                "The demo needs JupyterLab: pip install 'jupyter_realtime[demo]', then try again."
            )
        self._write_settings()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(page),
                cwd=self._scratch,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl+C is for us; we stop the server in order.
                start_new_session=True,
            )
        return f"{self._wait_for_url()}{page.lstrip('/')}?token={self._token}"

    def wait(self) -> None:
        """Wait until the server ends by itself, as by File → Shut Down."""
        assert self._process is not None
        if self._process.wait() != 0:
            raise ServerFailed(f"JupyterLab has ended.\n{self._last_words()}")

    def stop(self) -> None:
        """Stop it and its kernels; returns when they are gone."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # Its kernels look after their parent, and end when it is gone.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @property
    def _log(self) -> Path:
        return self._scratch / "jupyter.log"

    def _command(self, page: str) -> list[str]:
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={FIRST_PORT}",
            f"--ServerApp.port_retries={PORTS}",
            f"--ServerApp.root_dir={self._scratch / 'project'}",
            f"--LabApp.default_url={page}",
        ]
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        return [*command, "--allow-root"] if is_root else command

    def _environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if name not in _INHERITED}
        folders = {name: str(self._scratch / folder) for name, folder in _FOLDERS.items()}
        # In the environment, because everyone on the machine can read a command line.
        return {**environment, **folders, "JUPYTER_TOKEN": self._token}

    def _write_settings(self) -> None:
        folder = self._scratch / "settings" / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True)
        (folder / "notification.jupyterlab-settings").write_text(json.dumps(_NO_NEWS))

    def _wait_for_url(self) -> str:
        assert self._process is not None
        runtime = self._scratch / "runtime"
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise ServerFailed(f"JupyterLab did not start.\n{self._last_words()}")
            server = server_of(runtime, self._process.pid)
            status = None if server is None else _health(server)
            if server is not None and status == httpx.codes.OK:
                return server.url.removesuffix("realtime/")
            if status == httpx.codes.NOT_FOUND:
                raise ServerFailed(f"{NOT_ENABLED}\n{self._last_words()}")
            time.sleep(POLL_SECONDS)
        raise ServerFailed(
            f"JupyterLab did not answer within {START_SECONDS:.0f} s.\n{self._last_words()}"
        )

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join(["The end of its log:", *lines])


def _health(server: Server) -> int | None:
    try:
        answer = httpx.get(f"{server.url}api/v1/health", timeout=PROBE_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer.status_code
