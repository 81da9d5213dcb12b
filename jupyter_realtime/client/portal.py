"""The event loop on a thread of its own, on which the blocking SDK does its work.

Rules
-----
1. There is one in a process, made when it is first needed. It is there beside any loop of the caller's,
   so blocking calls work in IPython, whose own loop is running.
2. At the interpreter's exit everything that is open is closed and the thread ends.
3. A forked child has the memory of a thread that it doesn't have: it makes a new portal when it needs one.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

EXIT_SECONDS = 2.0

_current: Portal | None = None
_lock = threading.Lock()


class Portal:
    """A loop on a daemon thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._closers: dict[int, Callable[[], Awaitable[None]]] = {}
        self._thread = threading.Thread(
            target=self.loop.run_forever, name="jupyter_realtime", daemon=True
        )
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Do something on the loop and wait for it; what is not over in time is cancelled."""
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("A blocking call was made on the thread that would have to do it.")
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(timeout)
        except concurrent.futures.TimeoutError:
            if future.done():
                raise
            raise TimeoutError(f"No answer within {timeout:g} s.") from None
        finally:
            future.cancel()

    def at_exit(self, owner: object, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed when the interpreter exits."""
        self._closers[id(owner)] = close

    def not_at_exit(self, owner: object) -> None:
        """It was closed already."""
        self._closers.pop(id(owner), None)

    def stop(self) -> None:
        """Close what is open and end the thread."""
        future = asyncio.run_coroutine_threadsafe(self._close_all(), self.loop)
        concurrent.futures.wait([future], EXIT_SECONDS)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(EXIT_SECONDS)
        if not self._thread.is_alive():
            self.loop.close()

    async def _close_all(self) -> None:
        closing = [close() for close in self._closers.values()]
        await asyncio.gather(*closing, return_exceptions=True)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def portal() -> Portal:
    """Give this process's portal."""
    global _current
    with _lock:
        if _current is None:
            _current = Portal()
        return _current


def _forget() -> None:
    global _current, _lock
    # The lock may have been held by a thread that this child doesn't have.
    _lock = threading.Lock()
    _current = None


@atexit.register
def _stop() -> None:
    if _current is not None:
        _current.stop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
