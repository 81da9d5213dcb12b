"""A room's states are told at most so often: with a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections import Counter

from jupyter_realtime.core.actors import SYSTEM_ACTOR
from jupyter_realtime.core.messages import StateEntry
from jupyter_realtime.service.pacing import BURST, STATES_A_SECOND, Pacing
from tests.builders import eventually


def entry(key: str, data: object) -> StateEntry:
    return StateEntry(event="user:cursor", key=key, time="", actor=SYSTEM_ACTOR, data=data)


async def test_B7_a_few_states_are_told_at_once() -> None:
    told: list[StateEntry] = []
    pacing = Pacing(told.append)
    for number in range(BURST):
        pacing.put(entry("a", number))
    assert [one.data for one in told] == list(range(BURST))


async def test_B7_of_a_flood_the_latest_of_each_is_told_soon() -> None:
    told: list[StateEntry] = []
    pacing = Pacing(told.append)
    for number in range(100 * BURST):
        pacing.put(entry(str(number % 200), number))
    pacing.put(entry("0", None))
    assert len(told) == BURST
    last = {str(number % 200): number for number in range(100 * BURST)} | {"0": None}

    async def are_told() -> bool:
        return {one.key: one.data for one in told} == last

    await eventually(are_told)
    assert len(told) == BURST + len(last)


async def test_B7_all_are_told_more_seldom_and_none_stays_behind() -> None:
    loop = asyncio.get_running_loop()
    told: Counter[str] = Counter()
    pacing = Pacing(lambda one: told.update([one.key]))
    began = loop.time()
    for number in range(20):
        for key in range(100):
            pacing.put(entry(str(key), number))
        await asyncio.sleep(0.05)
    took_seconds = loop.time() - began
    # A flush may just have told each of them once.
    assert told.total() <= BURST + STATES_A_SECOND * took_seconds + 100
    assert max(told.values()) - min(told.values()) <= 1
