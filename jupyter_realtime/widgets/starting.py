"""How a widget starts a run: on the server of this kernel, or without one beside it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ..client.address import Paths, Server
from ..client.blocking import Realtime
from ..client.local import analyze_locally
from ..client.runs import Run
from ..core.errors import (
    Forbidden,
    NotFound,
    RealtimeError,
    Unauthenticated,
    Unavailable,
)

# Where these happen there is no server for us; anything else is a mistake that the person should see.
_NO_SERVER = (NotFound, Unavailable, Unauthenticated, Forbidden)

_shared: Realtime | None = None
_lock = threading.Lock()


def realtime() -> Realtime | None:
    """Give the connection that all widgets of this kernel share; None without a server."""
    global _shared
    with _lock:
        if _shared is None:
            try:
                _shared = Realtime.connect()
            except _NO_SERVER:
                return None
        return _shared


def start(paths: Paths, detectors: Sequence[str] | None) -> Run:
    """Start a run: on the server if there is one that shows these paths, else in a process of ours."""
    connection = realtime()
    if connection is not None and _shows(connection.server, paths):
        return connection.analyze(paths, detectors)
    return analyze_locally(paths, detectors)


def _shows(server: Server, paths: Paths) -> bool:
    try:
        server.server_paths(paths)
    except RealtimeError:
        return False
    return True
