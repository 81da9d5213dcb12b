"""What belongs to one simulated server process: its tasks, its chances, its hints.

Everything that happens for a process runs in tasks that belong to it, so that a killed one does nothing
more: no answer, no farewell, no cleaning up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random
from typing import Any

HINT_DELAY_SECONDS = 0.5

_running: ContextVar[Process | None] = ContextVar("running", default=None)


class Process:
    """A server process, so to speak.

    Parameters
    ----------
    trouble
        How large a part of its hints is disturbed: lost, late, out of order or repeated.
    """

    def __init__(self, chance: Random, trouble: float) -> None:
        self.chance = chance
        self.trouble = trouble
        self.dead = False
        self.tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.get_running_loop()

    @staticmethod
    def current() -> Process:
        """The one that what runs now belongs to."""
        process = _running.get()
        assert process is not None, "Nothing of the servers runs outside of them."
        return process

    @contextmanager
    def running(self) -> Iterator[None]:
        """Have what is begun in here belong to this process."""
        token = _running.set(self)
        try:
            yield
        finally:
            _running.reset(token)

    def die(self) -> None:
        """Do nothing more."""
        self.dead = True
        for task in list(self.tasks):
            task.cancel()

    def hint(self, tell: Callable[..., None]) -> Callable[..., None]:
        """Put between a listener and what it is told all that can go wrong there."""

        def told(*what: Any) -> None:
            if self.chance.random() >= self.trouble:
                tell(*what)
                return
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                self._loop.call_later(self.chance.random() * HINT_DELAY_SECONDS, late, *what)

        def late(*what: Any) -> None:
            if not self.dead:
                tell(*what)

        return told


def own_task(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
) -> asyncio.Task[Any]:
    """Make a task, and note the process that it belongs to: this world's task factory."""
    task = asyncio.Task(work, loop=loop, **options)
    process = _running.get()
    if process is not None:
        process.tasks.add(task)
        task.add_done_callback(process.tasks.discard)
    return task


@contextmanager
def nobody_running() -> Iterator[None]:
    """Have what is begun in here belong to no process: it lives on the client's side."""
    token = _running.set(None)
    try:
        yield
    finally:
        _running.reset(token)
