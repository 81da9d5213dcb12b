"""Warm workers: Python processes that check one file after another.

A worker that takes too long, dies, or belongs to a cancelled run is killed, and another is started when
one is needed. Idle ones end after a while, so that a server at rest costs nothing.
"""

from __future__ import annotations

import asyncio
import base64
import json
import pickle
from pathlib import Path

from . import processes
from .cache import engine_cache
from .detector import EngineError, Options
from .findings import Finding
from .shadow.model import ShadowFile

FILE_SECONDS = 30.0
IDLE_SECONDS = 300.0


class WorkerDied(EngineError):
    """The worker is gone, and took the file that it was checking with it."""


class Worker:
    """One worker process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, scratch: Path) -> Worker:
        """Start one."""
        command = processes.python_module("jupyter_realtime.analysis.worker")
        # Without it kingfisher would compile its rules again in each worker, for five seconds.
        extra = {"XDG_CACHE_HOME": str(engine_cache())}
        return cls(await processes.start(command, scratch, talks=True, extra=extra))

    async def check(self, detector: str, options: Options, file: ShadowFile) -> list[Finding]:
        """Check a file.

        Raises
        ------
        WorkerDied
            If it died or hung: it can't be used any more.
        EngineError
            If the engine raised.
        """
        request = {
            "detector": detector,
            "task": base64.b64encode(pickle.dumps((options, file))).decode(),
        }
        try:
            answer = await asyncio.wait_for(self._ask(request), FILE_SECONDS)
        except asyncio.TimeoutError:
            raise WorkerDied(f"It took longer than {FILE_SECONDS:.0f} s and was ended.") from None
        except (OSError, ValueError) as error:
            raise WorkerDied("The engine crashed on this file.") from error
        if "error" in answer:
            raise EngineError(answer["error"])
        found: list[Finding] = pickle.loads(base64.b64decode(answer["findings"]))
        return found

    async def _ask(self, request: dict[str, str]) -> dict[str, str]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise OSError("no pipes")
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()
        answer: dict[str, str] = json.loads(await stdout.readline())
        return answer

    async def end(self) -> None:
        """End it."""
        await processes.end(self._process)


class Workers:
    """Lends workers out, and keeps those that come back warm.

    Parameters
    ----------
    scratch
        The working directory and home of all of them.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._idle: list[tuple[Worker, asyncio.TimerHandle]] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def borrow(self) -> Worker:
        """Take a warm worker, or start one."""
        if self._idle:
            worker, timer = self._idle.pop()
            timer.cancel()
            return worker
        return await Worker.start(self._scratch)

    def give_back(self, worker: Worker) -> None:
        """Keep a worker warm."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(IDLE_SECONDS, self._retire, worker)
        self._idle.append((worker, timer))

    def _retire(self, worker: Worker) -> None:
        self._idle = [(idle, timer) for idle, timer in self._idle if idle is not worker]
        task = asyncio.get_running_loop().create_task(worker.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End all that are idle."""
        idle, self._idle = self._idle, []
        for _, timer in idle:
            timer.cancel()
        await asyncio.gather(*(worker.end() for worker, _ in idle), *self._ending)
