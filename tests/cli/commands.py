"""Commands that talk to a server, as somebody types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.jupyter_process import JupyterProcess

Done = subprocess.CompletedProcess[str]


class Terminal:
    """A terminal beside a server: the command finds it by its runtime file, or by what it is told.

    Parameters
    ----------
    folder
        Where commands are typed.
    told
        Variables of the environment, as a kernel or CI has them.
    """

    def __init__(
        self, environment: dict[str, str], folder: Path, told: dict[str, str] | None = None
    ) -> None:
        self._environment = environment | (told or {})
        self._folder = folder

    def type(self, *words: str, stdin: str = "", folder: Path | None = None) -> Done:
        """Run a command to its end; it never breaks in the middle of its own code."""
        done = subprocess.run(
            [sys.executable, "-m", "jupyter_realtime.cli", *words],
            cwd=folder or self._folder,
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


def told(server: JupyterProcess, token: str) -> dict[str, str]:
    """What a program elsewhere is told of a server."""
    return {"JUPYTER_REALTIME_URL": server.realtime_url, "JUPYTER_REALTIME_TOKEN": token}
