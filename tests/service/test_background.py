"""Work beside: it ends when its owner does, whatever happens in the same turn of the loop."""

from __future__ import annotations

import asyncio

from jupyter_realtime.service.background import woken


async def test_O7_a_loop_that_is_woken_and_ended_at_once_ends() -> None:
    event = asyncio.Event()
    turns = 0

    async def loop() -> None:
        nonlocal turns
        while True:
            await woken(event, 10)
            event.clear()
            turns += 1

    for turns_between in range(6):
        task = asyncio.create_task(loop())
        await asyncio.sleep(0.01)
        event.set()
        for _ in range(turns_between):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=2)
        assert task.cancelled()
    assert turns


async def test_O7_nobody_waits_for_longer_than_they_said() -> None:
    event = asyncio.Event()
    assert not await woken(event, 0.01)
    event.set()
    assert await woken(event, 0)
    assert await woken(event, None)
