"""Our server with a profiler on its loop's thread: SIGUSR1 begins, and SIGUSR1 again ends and prints."""

from __future__ import annotations

import asyncio
import cProfile
import os
import pstats
import signal
import time
from pathlib import Path
from typing import Any

from .ours import BenchServer

PROFILE_VARIABLE = "BENCH_PROFILE"
LINES = 30


class ProfiledServer(BenchServer):
    """Measures the thread's CPU time, so that waiting costs nothing."""

    profiler: cProfile.Profile | None = None

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Hear signals as soon as the loop runs."""
        super().initialize(*args, **kwargs)
        self.io_loop.add_callback(self._hear_signals)

    def _hear_signals(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._toggle)

    def _toggle(self) -> None:
        path = Path(os.environ[PROFILE_VARIABLE])
        if self.profiler is None:
            self.profiler = cProfile.Profile(time.thread_time)
            path.with_suffix(".on").touch()
            self.profiler.enable()
            return
        self.profiler.disable()
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("w") as out:
            pstats.Stats(self.profiler, stream=out).sort_stats("tottime").print_stats(LINES)
        unfinished.replace(path)


if __name__ == "__main__":
    ProfiledServer.launch_instance()
