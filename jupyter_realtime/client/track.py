"""`track`: a loop as a job, like tqdm."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, TypeVar

from .progress import Progress

T = TypeVar("T")

# A loop of a program with an event loop lets the others run so often.
PAUSE_SECONDS = 0.01


def length_of(items: Any) -> int | None:
    """Say how many items there are, if they know it themselves."""
    try:
        return len(items)
    except TypeError:
        return None


def track(items: Iterable[T], job: Progress) -> Iterator[T]:
    """Go through items; ends early when the job is cancelled."""
    with job:
        for item in items:
            yield item
            job.advance()
            if job.cancelled:
                return


async def track_async(items: Iterable[T] | AsyncIterable[T], job: Progress) -> AsyncIterator[T]:
    """Go through items, of an ordinary loop or an asynchronous one; see `track`."""
    with job:
        async for item in items if isinstance(items, AsyncIterable) else _with_pauses(items):
            yield item
            job.advance()
            if job.cancelled:
                return


async def _with_pauses(items: Iterable[T]) -> AsyncIterator[T]:
    paused = time.monotonic()
    for item in items:
        yield item
        if time.monotonic() - paused > PAUSE_SECONDS:
            await asyncio.sleep(0)
            paused = time.monotonic()
