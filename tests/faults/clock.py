"""Virtual time: a loop that never waits, so that a day of faults passes in a minute and repeats itself.

When nothing is ready the clock jumps to the next timer. Everything runs on one thread, also what the
product hands to others (`asyncio.to_thread`, executors), so a seed leads to the same run again.
"""

from __future__ import annotations

import asyncio
import random
import selectors
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from random import Random
from types import ModuleType
from typing import Any, ParamSpec, TypeVar
from unittest.mock import patch

from jupyter_realtime.service import publishing

T = TypeVar("T")
P = ParamSpec("P")

# Unix seconds: the first of January 2026.
BEGINS_AT = 1_767_225_600.0


class InlineExecutor(ThreadPoolExecutor):
    """Runs everything at once, where it is asked for."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it and return what came of it."""
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class _Selector(selectors.DefaultSelector):
    """Lets the clock jump instead of waiting."""

    jump: Callable[[float], None]

    def select(self, timeout: float | None = None) -> Any:
        """Look without waiting."""
        if timeout is None:
            raise RuntimeError("Nothing is ready and no timer is set: everybody waits for ever.")
        self.jump(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time, which begins at 0."""

    def __init__(self) -> None:
        self._now = 0.0
        selector = _Selector()
        selector.jump = self._jump
        super().__init__(selector)
        self.set_default_executor(InlineExecutor(1))

    def time(self) -> float:
        """Virtual seconds since the beginning."""
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += max(0.0, seconds)


class _Clock:
    """Stands in for the module `time` where the product asks for it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.monotonic = self.perf_counter = loop.time

    def time(self) -> float:
        return BEGINS_AT + self.monotonic()

    def time_ns(self) -> int:
        return round(self.time() * 1e9)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class _Even:
    """Stands in for the module `random` where servers jitter: sets have no order to repeat it in."""

    @staticmethod
    def random() -> float:
        return 0.5

    @staticmethod
    def uniform(low: float, high: float) -> float:
        return (low + high) / 2


def _modules_with(name: str, original: ModuleType) -> Iterator[ModuleType]:
    for path, module in list(sys.modules.items()):
        if path.startswith("jupyter_realtime.") and getattr(module, name, None) is original:
            yield module


@contextmanager
def _virtual(loop: VirtualLoop) -> Iterator[None]:
    chance = Random(0)

    def token(size: int = 16) -> str:
        return chance.randbytes(size).hex()

    with ExitStack() as patches:
        # Ids are names in indexes: other ids would lead to another order, and to another run.
        patches.enter_context(patch("secrets.token_urlsafe", token))
        patches.enter_context(patch("secrets.token_hex", token))
        patches.enter_context(patch.object(publishing, "_ids", chance))
        for module in _modules_with("time", time):
            patches.enter_context(patch.object(module, "time", _Clock(loop)))
        for module in _modules_with("random", random):
            patches.enter_context(patch.object(module, "random", _Even))
        yield


@contextmanager
def simulation() -> Iterator[VirtualLoop]:
    """Give a loop on virtual time, and leave no task of it behind."""
    loop = VirtualLoop()
    with _virtual(loop):
        try:
            yield loop
        finally:
            _end_all(loop)
            loop.close()


def _end_all(loop: VirtualLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))
