"""One seeded run: people work while faults happen, then all comes to rest and is checked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .client import Client
from .cuts import Cut
from .world import World, world

NODES = 2
CLIENTS = 4
STEP_SECONDS = 0.01
# How often all come to rest; a board shows its mistakes only then.
RESTS = 8
BATCHES = ((1,), (1, 1, 4, 16), (4, 16, 48))
# A client with more on the way posts nothing new; servers take 64 at a time.
MOST_WAITING = 64
MOST_LISTENERS = 3
LONG_STALL_SECONDS = 60.0
DOWN_SECONDS = 2.0
# When nobody could publish for so long, nobody ever will.
STUCK_SECONDS = 300.0


@dataclass(frozen=True)
class Outcome:
    """What a run went through."""

    events: int
    faults: Counter[str]
    deliveries: int


class Episode:
    """Drives a world by chance.

    Parameters
    ----------
    events, faults
        How many it has to go through, at least.
    rests
        After how many rests it ends: where it is known when a mistake shows, the rest need not be seen.
    """

    def __init__(
        self, world: World, seed: int, events: int, faults: int, rests: int = RESTS
    ) -> None:
        self.world = world
        self.chance = Random(f"episode {seed}")
        self.events = events
        self.faults = faults
        self.rests = rests
        # Each world has habits of its own, so that also what seldom meets meets in some of them.
        self.batches = self.chance.choice(BATCHES)
        self.pin_rate = self.chance.choice((0.1, 0.3, 0.9))
        self.move_rate = self.chance.choice((0.01, 0.05, 0.2))
        self.weights = [self.chance.choice((1, 3, 9)) for _ in self._kinds()]
        self._loop = asyncio.get_running_loop()
        self._seen, self._seen_at = 0, 0.0
        self._downs: set[asyncio.Task[None]] = set()

    async def run(self) -> Outcome:
        """Go through it, then check everything."""
        world = self.world
        await world.build(NODES, CLIENTS)
        for client in world.clients:
            world.listen(client, self.chance.choice(world.rooms), "earliest")
        for rest in range(RESTS, RESTS - self.rests, -1):
            while not self._is_done(1 - (rest - 1) / RESTS):
                await asyncio.sleep(self.chance.expovariate(1 / STEP_SECONDS))
                self.work()
                if self._is_behind:
                    self.fault()
            if self._downs:
                await asyncio.wait(self._downs)
            await world.settle(NODES)
        history = world.finish()
        history.check()
        return Outcome(
            events=sum(map(len, history.logs.values())),
            faults=world.faults,
            deliveries=sum(len(one.told) for one in history.subscribers),
        )

    def _is_done(self, part: float) -> bool:
        happened = self.world.faults.total()
        # Of two publishes with one key one is refused.
        sent = len(self.world.history.sent) - self.world.faults["used key"]
        if sent > self._seen:
            self._seen, self._seen_at = sent, self._loop.time()
        # The checker says who waits for what.
        is_stuck = self._loop.time() - self._seen_at > STUCK_SECONDS
        return is_stuck or (sent >= part * self.events and happened >= part * self.faults)

    @property
    def _is_behind(self) -> bool:
        """Whether a fault is due: they are spread evenly over the events."""
        happened = self.world.faults.total()
        return happened * self.events < self.faults * len(self.world.history.sent)

    def work(self) -> None:
        """Let somebody do something usual."""
        world, chance = self.world, self.chance
        client = chance.choice(world.clients)
        room = chance.choice(world.rooms)
        if len(client.waiting) < MOST_WAITING:
            world.publish(client, room, chance.choice(self.batches))
        if chance.random() < self.pin_rate:
            world.pin(client, room, chance.choice("abc"))
        if chance.random() < self.move_rate:
            self._come_or_go(client, room)

    def _come_or_go(self, client: Client, room: str) -> None:
        if len(client.listeners) < MOST_LISTENERS:
            self.world.listen(
                client, room, self.chance.choice(("now", "now", "back", "back", "earliest"))
            )
        else:
            client.leave(self.chance.choice(list(client.listeners)))

    def fault(self) -> None:
        """Let something go wrong."""
        [fault] = self.chance.choices(self._kinds(), self.weights)
        fault(self.chance.choice(self.world.clients))

    def _kinds(self) -> list[Callable[[Client], None]]:
        return [
            *[self._cut] * 4,
            *[self._stall] * 2,
            lambda _: self.world.trouble_hints(self.chance.choice((0.0, 0.1, 0.5, 1.0))),
            self.world.publish_again,
            self.world.publish_with_a_used_key,
            lambda _: self._prune(),
            lambda _: self._fill_disk(),
            lambda _: self._go_down(),
        ]

    def _cut(self, client: Client) -> None:
        self.world.cut(client, self.chance.choice(list(Cut)), up=self.chance.random() < 0.5)

    def _stall(self, client: Client) -> None:
        longest = self.chance.choice((0.2, 2.0, 2.0, LONG_STALL_SECONDS))
        self.world.stall(client, self.chance.random() * longest)

    def _prune(self) -> None:
        for node in list(self.world.nodes.values())[:1]:
            room, keep = self.chance.choice(self.world.rooms), self.chance.choice((0, 50, 500))
            self.world.prune(node, room, keep)

    def _fill_disk(self) -> None:
        self.world.fill_disk(self.chance.choice((0, 1, 20)))
        self._loop.call_later(self.chance.random(), self.world.fill_disk, None)

    def _go_down(self) -> None:
        task = self._loop.create_task(self._down_and_up(self.chance.randrange(NODES)))
        self._downs.add(task)
        task.add_done_callback(self._downs.discard)

    async def _down_and_up(self, number: int) -> None:
        if self.chance.random() < 0.5:
            await self.world.stop(number)
        else:
            self.world.kill(number)
        await asyncio.sleep(self.chance.random() * DOWN_SECONDS)
        await self.world.start(number)


def run_episode(seed: int, events: int, faults: int, rests: int = RESTS) -> Outcome:
    """Run one in a folder of its own, in virtual time."""

    async def run() -> Outcome:
        return await Episode(made, seed, events, faults, rests).run()

    with world(seed) as (loop, made):
        return loop.run_until_complete(run())
