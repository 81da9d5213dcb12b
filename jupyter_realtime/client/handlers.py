"""People's functions, called one after another on a thread of their own.

They may block, and may call the SDK; on the event loop's thread that would be a deadlock.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0


class Handlers:
    """A queue of calls and the thread that makes them."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], object]) -> None:
        """Have a function called, behind those before."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, name="jupyter_realtime handlers", daemon=True
            )
            self._thread.start()
        self._calls.put(function)

    def close(self) -> None:
        """Make the calls that are due, and end the thread."""
        if self._thread is not None:
            self._calls.put(None)
            if self._thread is not threading.current_thread():
                self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        while (function := self._calls.get()) is not None:
            _call(function)


def _call(function: Callable[[], object]) -> None:
    try:
        function()
    except Exception:
        log.exception("A function that listens to a room has failed; the others go on")
