"""The jobs of one client, as its event loop sees them: pinned for all to see, ended where that is asked.

Theory of operation
-------------------
A `Progress` counts on its own thread. When something is new for the first time since the loop looked, it
tells the loop once; the loop looks as soon as `INTERVAL_SECONDS` have passed since it last did, and pins
what it sees. So a job costs ten states a second at most, its latest state always arrives, and a job that
does nothing costs nothing.

The cancel button is an event in the project, `custom:progress-cancel`. It names the key under which it saw
the job, `<connection>/<id>`; the connection may have changed since, the id has not. A room's log is
replayed after a reconnect, so a button that was pressed meanwhile is heard too.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from ..core.errors import RealtimeError
from ..core.events import PROGRESS_CANCEL, progress_event
from ..core.messages import EventFrame
from .backoff import Backoff
from .connection import Connection
from .effects import Item, Refused
from .progress import Progress

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 0.1
# How long the end of a job is shown, and of how many jobs at once: a board has its limit.
END_SHOWN_SECONDS = 5.0
MAX_ENDS_SHOWN = 8
PLACE_SECONDS = 1.0

FindRoom = Callable[[Path], Awaitable[str]]


class Job:
    """One progress and where it hangs; `room` is empty until it is known."""

    def __init__(self, progress: Progress, room: str) -> None:
        self.progress = progress
        self.room = room
        self.event = progress_event(progress.name)
        self.looked_at = 0.0
        self.timer: asyncio.TimerHandle | None = None


class Jobs:
    """All jobs of one client; `progress` may be called from any thread, the rest is the loop's.

    Parameters
    ----------
    connection
        Where to pin them.
    find_room
        Finds the room of the project that a folder belongs to.
    """

    def __init__(self, connection: Connection, find_room: FindRoom) -> None:
        self._connection = connection
        self._find_room = find_room
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[str, Job] = {}
        self._ended: list[Job] = []
        self._ears: dict[str, int] = {}
        self._placing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def progress(
        self,
        name: str,
        total: float | None = None,
        unit: str = "",
        *,
        message: str | None = None,
        room: str | None = None,
    ) -> Progress:
        """Make a job that shows from the beginning of its `with` block to the end."""
        watch = functools.partial(self._watch, room or "", _working_folder())
        return Progress(name, total, unit, message, watch=watch)

    def _watch(self, room: str, here: Path, progress: Progress) -> Callable[[], None]:
        job = Job(progress, room)
        self._soon(self._begin, job, here)
        return functools.partial(self._soon, self._changed, job)

    def _soon(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            # The loop is closed: the program is about to end, and its job must not fail by that.
            log.debug("Nobody can be told of a job any more")

    # -- on the loop -----------------------------------------------------------------------------

    def _begin(self, job: Job, here: Path) -> None:
        if self._is_closed:
            return
        self._jobs[job.progress.id] = job
        if job.room:
            self._show_in_room(job)
        else:
            task = self._loop.create_task(self._place(job, here))
            self._placing.add(task)
            task.add_done_callback(self._placing.discard)

    async def _place(self, job: Job, here: Path) -> None:
        backoff = Backoff(random.random)
        while not job.room:
            try:
                job.room = await self._find_room(here)
            except RealtimeError as error:
                if not error.retryable or not job.progress.is_running:
                    log.warning("The job %r is not shown: %s", job.progress.name, error)
                    del self._jobs[job.progress.id]
                    return
                await asyncio.sleep(backoff.next(error.retry_after))
        self._show_in_room(job)

    def _show_in_room(self, job: Job) -> None:
        # The ear before the pin: who sees the job can end it.
        if job.room not in self._ears:
            hear = functools.partial(self._hear, job.room)
            self._ears[job.room] = self._connection.listen(job.room, None, hear)
        self._look(job)

    def _changed(self, job: Job) -> None:
        if job.progress.id not in self._jobs or not job.room:
            return
        delay = job.looked_at + INTERVAL_SECONDS - self._loop.time()
        if delay <= 0 or not job.progress.is_running:
            self._look(job)
        elif job.timer is None:
            job.timer = self._loop.call_later(delay, self._look, job)

    def _look(self, job: Job) -> None:
        if job.timer is not None:
            job.timer.cancel()
            job.timer = None
        job.looked_at = self._loop.time()
        state = msgspec.to_builtins(job.progress.look())
        self._connection.pin(job.room, job.event, job.progress.id, state)
        if state["status"] != "running" and job not in self._ended:
            self._end(job)

    def _end(self, job: Job) -> None:
        self._ended.append(job)
        self._loop.call_later(END_SHOWN_SECONDS, self._forget, job)
        if len(self._ended) > MAX_ENDS_SHOWN:
            self._forget(self._ended[0])

    def _forget(self, job: Job) -> None:
        if self._jobs.pop(job.progress.id, None) is None:
            return
        self._ended.remove(job)
        self._connection.pin(job.room, job.event, job.progress.id, None)
        if all(other.room != job.room for other in self._jobs.values()):
            self._connection.unsubscribe(self._ears.pop(job.room), job.room)

    def _hear(self, room: str, item: Item) -> None:
        if isinstance(item, Refused):
            log.debug("Jobs in %s can't be cancelled from there: %s", room, item.error)
        elif isinstance(item, EventFrame) and item.event == PROGRESS_CANCEL:
            key = item.data.get("key") if isinstance(item.data, dict) else None
            job = self._jobs.get(key.rpartition("/")[2]) if isinstance(key, str) else None
            if job is not None and job.room == room and job.progress.cancel():
                self._look(job)

    async def close(self) -> None:
        """Show how the jobs stand a last time."""
        await asyncio.sleep(0)  # What other calls have put before us on the loop is done first.
        if self._placing:
            await asyncio.wait(self._placing, timeout=PLACE_SECONDS)
        self._is_closed = True
        for task in self._placing:
            task.cancel()
        for job in self._jobs.values():
            if job.timer is not None:
                self._look(job)
        self._jobs.clear()


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        return Path()  # It was removed: then the job belongs to no project, but it goes on.
