"""What is asked while an answer is under way shares the next one.

Theory of operation
-------------------
One question to the store costs about as much as a hundred of them at once: a thread is woken, the loop is
woken, and both want the same lock. So whoever asks alone is answered at once, and those who come meanwhile
wait for each other: throughput grows with load, as with the commits of `stores/writer`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from ..core.errors import Unavailable

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """Asks for many at once.

    Parameters
    ----------
    answer_all
        Answers some in their order: all of them, or none, so that they can be asked for again. That the
        store is away is everybody's error; after any other each is asked for alone, to fail alone.
    most
        How much shares an answer. What weighs more is asked for alone.
    weigh
        How much one is.
    """

    def __init__(
        self,
        answer_all: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]],
        most: int,
        weigh: Callable[[Asked], int],
    ) -> None:
        self._answer_all = answer_all
        self._most = most
        self._weigh = weigh
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
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
            await self._answer(self._next_round())

    def _next_round(self) -> list[tuple[Asked, asyncio.Future[Answer]]]:
        some = [self._waiting.popleft()]
        weight = self._weigh(some[0][0])
        while self._waiting:
            weight += self._weigh(self._waiting[0][0])
            if weight > self._most:
                break
            some.append(self._waiting.popleft())
        return some

    async def _answer(self, some: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer_all([asked for asked, _ in some])
        except Exception as error:
            if len(some) > 1 and not isinstance(error, Unavailable):
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
