"""Work that goes on beside what was asked for, and ends with its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def woken(event: asyncio.Event, within_seconds: float | None) -> bool:
    """Wait for an event, and no longer than so; tells whether it came.

    `asyncio.wait_for` of Python before 3.12 loses a cancellation that comes in the same turn as the event:
    a loop that waits by it may never end.
    """
    waiting = asyncio.ensure_future(event.wait())
    try:
        done, _ = await asyncio.wait([waiting], timeout=within_seconds)
    finally:
        waiting.cancel()
    return bool(done)


class Background:
    """Tasks of one owner: held, so that none is collected while it runs, and ended together."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin something."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
