"""One seeded run of inboxes: people are told things, and read them, while faults happen."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random

from .cuts import Cut
from .inbox_world import InboxWorld
from .world import world_of

NODES = 2
STEP_SECONDS = 0.05
RESTS = 4
DOWN_SECONDS = 2.0


class InboxEpisode:
    """Drives a world of inboxes by chance.

    Parameters
    ----------
    causes, faults
        How many it goes through.
    """

    def __init__(self, world: InboxWorld, seed: int, causes: int, faults: int) -> None:
        self.world = world
        self.chance = Random(f"inboxes {seed}")
        self.causes = causes
        self.faults = faults
        self._downs: set[asyncio.Task[None]] = set()

    async def run(self) -> Counter[str]:
        """Go through it, check everything, and say what went wrong on the way."""
        world, chance = self.world, self.chance
        await world.build(NODES)
        for rest in range(1, RESTS + 1):
            while world.causes < self.causes * rest / RESTS:
                await asyncio.sleep(chance.expovariate(1 / STEP_SECONDS))
                chance.choice((world.tell, lambda: world.act(chance.choice(world.clients))))()
                if world.faults.total() * self.causes < self.faults * world.causes:
                    chance.choice(self._kinds())()
            if self._downs:
                await asyncio.wait(self._downs)
            await world.settle(NODES)
        world.finish().check()
        return world.faults

    def _kinds(self) -> list[Callable[[], None]]:
        world, chance = self.world, self.chance
        tab = chance.choice(world.clients)
        return [
            lambda: world.cut(tab, chance.choice(list(Cut)), up=chance.random() < 0.5),
            lambda: world.stall(tab, chance.random() * chance.choice((0.2, 2.0, 60.0))),
            lambda: world.trouble_hints(chance.choice((0.0, 0.1, 0.5, 1.0))),
            self._fill_disk,
            self._go_down,
            self._go_down,
        ]

    def _fill_disk(self) -> None:
        self.world.fill_disk(self.chance.choice((0, 1, 20)))
        loop = asyncio.get_running_loop()
        loop.call_later(self.chance.random(), self.world.fill_disk, None)

    def _go_down(self) -> None:
        task = asyncio.get_running_loop().create_task(self._down_and_up())
        self._downs.add(task)
        task.add_done_callback(self._downs.discard)

    async def _down_and_up(self) -> None:
        number = self.chance.randrange(NODES)
        if self.chance.random() < 0.3:
            await self.world.stop(number)
        else:
            self.world.kill(number)
        await asyncio.sleep(self.chance.random() * DOWN_SECONDS)
        await self.world.start(number)


def run_inboxes(seed: int, causes: int, faults: int) -> Counter[str]:
    """Run one in a folder of its own, in virtual time."""

    async def run() -> Counter[str]:
        return await InboxEpisode(made, seed, causes, faults).run()

    with world_of(InboxWorld, seed) as (loop, made):
        return loop.run_until_complete(run())
