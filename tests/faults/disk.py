"""A real SQLite file whose writer and readers take their time, fill up, and die.

The product's own store does all the work; only *when* it does it is decided here, by chance: how long a
read takes, how many units share a commit, how long after COMMIT its writers are answered. Those gaps are
where the mistakes hide. A commit is not flushed to the disk (`synchronous=OFF`): nobody pulls the plug of
this machine, and `tests/server/test_kill.py` kills real processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from unittest.mock import patch

from jupyter_realtime.core.log import Draft
from jupyter_realtime.stores import sqlite
from jupyter_realtime.stores.sqlite import SqliteStore
from jupyter_realtime.stores.units import Unit, Written
from jupyter_realtime.stores.writer import CommitListener, Writer

from .clock import InlineExecutor
from .process import Process

T = TypeVar("T")

READ_SECONDS = 0.004
COMMIT_SECONDS = 0.003
NO_LIMIT_PAGES = 2**31 - 2


class SteppedWriter(Writer):
    """The product's writer, moved by the loop instead of by a thread of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._chance = Process.current().chance
        self._step: asyncio.Task[None] | None = None
        self._connection.execute("PRAGMA synchronous = OFF")

    def _work(self) -> None:
        """Leave the thread at once."""

    def _queue(self, work: Unit[Written[Any]] | Draft) -> asyncio.Future[Any]:
        answer = super()._queue(work)
        if self._step is None:
            self._step = self._loop.create_task(self._take_steps())
        return answer

    async def _take_steps(self) -> None:
        try:
            while (job := self._next()) is not None:
                await self._pause()
                jobs, _ = self._gather(job)
                outcomes = self._do(self._connection, jobs)
                await self._pause()
                self._answers.give(outcomes)
        finally:
            self._step = None

    def _next(self) -> Any:
        return None if self._jobs.empty() else self._jobs.get()

    async def _pause(self) -> None:
        await asyncio.sleep(self._chance.random() * COMMIT_SECONDS)

    async def close(self) -> None:
        """Write what is queued."""
        self._closed = True
        if self._step is not None:
            await asyncio.wait([self._step])
        self._connection.close()

    def kill(self) -> None:
        """Die: what is queued is lost, what is committed stays, nobody is answered any more."""
        self._closed = True
        self._connection.close()

    def limit_pages(self, spare: int | None) -> None:
        """Let the file grow by so many pages and no more; None takes the limit away."""
        pages = NO_LIMIT_PAGES
        if spare is not None:
            pages = self._connection.execute("PRAGMA page_count").fetchone()[0] + spare
        self._connection.execute(f"PRAGMA max_page_count = {pages}")


class Disk(SqliteStore):
    """The product's store on that writer, with hints that get lost on their way."""

    _writer: SteppedWriter

    def __init__(self, *args: Any, **options: Any) -> None:
        self._process = Process.current()
        with patch.object(sqlite, "Writer", SteppedWriter):
            super().__init__(*args, **options)
        self._readers = InlineExecutor(1)

    def on_commit(self, listener: CommitListener) -> None:
        """Have committed batches told, more or less."""
        super().on_commit(self._process.hint(listener))

    def on_growth(self, listener: Callable[[], None]) -> None:
        """Have growth told, more or less."""
        super().on_growth(self._process.hint(listener))

    async def read(self, unit: Unit[T]) -> T:
        """Read, at some moment between being asked and answering."""
        await asyncio.sleep(self._process.chance.random() * READ_SECONDS)
        found = await super().read(unit)
        await asyncio.sleep(self._process.chance.random() * READ_SECONDS)
        return found

    def limit_pages(self, spare: int | None) -> None:
        """Fill the disk."""
        self._writer.limit_pages(spare)

    def kill(self) -> None:
        """Die, without a word to anybody."""
        self._writer.kill()
        for connection in self._connections:
            connection.close()
