"""Markdown off the loop: some texts take long to parse, and nobody else is to wait for that.

A short text is parsed at once. What could take longer than a frame of an animation goes to one thread, one
text after the other, so that whoever writes many such texts waits for themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec

from ...core.threads import Comment, OwnThread
from . import markdown

T = TypeVar("T")

AT_ONCE_CHARACTERS = 400


class Rendering:
    """Makes of texts what is safe to show."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="realtime-markdown")

    def warm_up(self) -> None:
        """Have the parser build what it needs, so that nobody waits for it with the first comment."""
        self._thread.submit(markdown.warm_up)

    async def named_in(self, body: str) -> set[str]:
        """Find whom a text would mention."""
        return await self._run(len(body), lambda: markdown.named_in(body))

    async def rendered(self, body: str, people: Collection[str] = ()) -> str:
        """Make HTML of a text."""
        return await self._run(len(body), lambda: markdown.rendered(body, people))

    async def shown(self, threads: Sequence[OwnThread]) -> list[OwnThread]:
        """Give the comments of threads their HTML."""
        characters = sum(len(one.body) for thread in threads for one in thread.comments)
        return await self._run(characters, lambda: [_shown(thread) for thread in threads])

    async def _run(self, characters: int, what: Callable[[], T]) -> T:
        if characters <= AT_ONCE_CHARACTERS:
            return what()
        return await asyncio.get_running_loop().run_in_executor(self._thread, what)

    async def close(self) -> None:
        """End the thread, with what it has begun."""
        await asyncio.to_thread(self._thread.shutdown)


def _shown(thread: OwnThread) -> OwnThread:
    return msgspec.structs.replace(thread, comments=list(_comments(thread.comments)))


def _comments(comments: Iterable[Comment]) -> Iterable[Comment]:
    for one in comments:
        html = "" if one.deleted else markdown.rendered(one.body, one.mentions)
        yield msgspec.structs.replace(one, html=html)
