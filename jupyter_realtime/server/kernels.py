"""Jupyter's kernels, as the port `Kernels`."""

from __future__ import annotations

from typing import Any

from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import ensure_async

# What stands before the path of a file that several edit together (jupyter-collaboration).
TOGETHER = "RTC:"


class JupyterKernels:
    """Asks Jupyter's sessions what their kernels do."""

    def __init__(self, server: ServerApp) -> None:
        self._sessions = server.session_manager

    async def busy(self) -> set[str]:
        """Name the files whose kernel is at something."""
        sessions: list[dict[str, Any]] = await ensure_async(self._sessions.list_sessions())
        return {
            session["path"].removeprefix(TOGETHER)
            for session in sessions
            if (session.get("kernel") or {}).get("execution_state") == "busy"
        }
