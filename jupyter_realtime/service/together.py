"""What is asked while an answer is under way shares the next one.

Theory of operation
-------------------
One question to the store costs about as much as a hundred of them at once: a thread is woken, the loop is
woken, and both want the same lock. So whoever asks alone is answered at once, and those who come meanwhile
wait for each other: throughput grows with load, as with the commits of `stores/writer`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from ..core.errors import RealtimeError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """Asks for many at once.

    Parameters
    ----------
    answer_all
        Answers some in their order. An error of ours, as that the store can't be written, is everybody's;
        after any other each is asked for alone, so that one that fails fails alone.
    most
        How many share an answer.
    """

    def __init__(
        self, answer_all: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]], most: int
    ) -> None:
        self._answer_all = answer_all
        self._most = most
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Ask for one; whoever goes away takes nothing from the others."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((asked, answer))
        if self._answering is None or self._answering.done():
            self._answering = loop.create_task(self._answer_next())
        return await answer

    async def _answer_next(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._answer(some)

    async def _answer(self, some: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer_all([asked for asked, _ in some])
        except Exception as error:
            if len(some) > 1 and not isinstance(error, RealtimeError):
                for one in some:
                    await self._answer([one])
                return
            for _, answer in some:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), given in zip(some, answers, strict=True):
                if not answer.done():
                    answer.set_result(given)
