"""How a run in a terminal is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def cancelled_by_signals(cancel: asyncio.Event, show: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl+C and its kin cancel a run instead of tearing it: its processes must end with it."""
    loop = asyncio.get_running_loop()
    signals = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]

    def on_signal() -> None:
        cancel.set()
        show()

    with contextlib.suppress(NotImplementedError):  # on Windows Ctrl+C stays a KeyboardInterrupt
        for number in signals:
            loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in signals:
                loop.remove_signal_handler(number)


def cancel_at_end_of_input(cancel: asyncio.Event) -> None:
    """Cancel when standard input ends: whoever started us has hung up, or is dead."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # Not through sys.stdin: its lock would be held when the interpreter exits.
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop is closed: the run was over before
            loop.call_soon_threadsafe(cancel.set)

    threading.Thread(target=wait, name="end of input", daemon=True).start()
