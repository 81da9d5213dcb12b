"""Batches of files for a native program, and how a file that breaks it is found.

A program that crashes takes its whole batch with it. So a batch that fails is halved, again and again,
until the file is alone: that one is set aside with a word about it, and the others keep their findings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from . import processes
from .detector import BatchDetector, EngineError, Workplace
from .findings import Finding
from .shadow.model import ShadowFile

BATCH_SECONDS = 30.0
OnFile = Callable[[list[ShadowFile], list[Finding]], Awaitable[None]]
OnBroken = Callable[[ShadowFile, str], Awaitable[None]]


def cut(files: Sequence[ShadowFile], size: int) -> list[list[ShadowFile]]:
    """Cut files into batches."""
    return [list(files[at : at + size]) for at in range(0, len(files), size)]


async def run_batch(
    detector: BatchDetector,
    files: list[ShadowFile],
    place: Workplace,
    on_files: OnFile,
    on_broken: OnBroken,
) -> None:
    """Run a program over a batch; tells what it found, and which files break it."""
    try:
        command = await asyncio.to_thread(detector.command, files, place)
        end = await processes.run(command, place.scratch, timeout_seconds=BATCH_SECONDS)
        found = await asyncio.to_thread(detector.read, end, files, place)
    except EngineError as error:
        if len(files) == 1:
            await on_broken(files[0], str(error))
            return
        middle = len(files) // 2
        for half in (files[:middle], files[middle:]):
            await run_batch(detector, half, place, on_files, on_broken)
    else:
        await on_files(files, found)
