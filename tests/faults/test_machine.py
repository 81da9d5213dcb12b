"""Hypothesis drives the same world: it looks for a short run that breaks a rule, and shortens it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any, ParamSpec

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.faults.client import Client
from tests.faults.cuts import Cut
from tests.faults.world import world

P = ParamSpec("P")

NODES = 2
CLIENTS = 3
EXAMPLES = 40
STEPS = 40

numbers = st.integers(0, 2)
rooms = st.integers(0, 1)
# Often not at all, so that one thing happens while another is under way.
pauses = st.sampled_from((0.0, 0.0005, 0.002, 0.01, 0.3, 8.0))


class WorldMachine(RuleBasedStateMachine):
    """Everything that can be done to a world, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self._loop, self.world = self._open.enter_context(world(0))
        self._run(self._begin())

    async def _begin(self) -> None:
        await self.world.build(NODES, CLIENTS)
        for client in self.world.clients:
            self.world.listen(client, self.world.rooms[0], "earliest")

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(work)

    def _do(self, act: Callable[P, object], *args: P.args, **options: P.kwargs) -> None:
        async def within() -> None:
            act(*args, **options)

        self._run(within())

    def _client(self, number: int) -> Client:
        return self.world.clients[number]

    def teardown(self) -> None:
        """Let all come to rest, and hold what happened against the rules."""
        try:
            self._run(self.world.settle(NODES))
            self.world.finish().check()
        finally:
            self._open.close()

    @rule(seconds=pauses)
    def wait(self, seconds: float) -> None:
        self._run(asyncio.sleep(seconds))

    @rule(client=numbers, room=rooms, count=st.sampled_from((1, 3, 40)))
    def publish(self, client: int, room: int, count: int) -> None:
        self._do(self.world.publish, self._client(client), self.world.rooms[room], count)

    @rule(client=numbers)
    def publish_again(self, client: int) -> None:
        self._do(self.world.publish_again, self._client(client))

    @rule(client=numbers)
    def use_a_key_again(self, client: int) -> None:
        self._do(self.world.publish_with_a_used_key, self._client(client))

    @rule(client=numbers, room=rooms, key=st.sampled_from("ab"))
    def pin(self, client: int, room: int, key: str) -> None:
        self._do(self.world.pin, self._client(client), self.world.rooms[room], key)

    @rule(client=numbers, room=rooms, where=st.sampled_from(("now", "back", "earliest")))
    def listen(self, client: int, room: int, where: str) -> None:
        self._do(self.world.listen, self._client(client), self.world.rooms[room], where)

    @rule(client=numbers, which=st.integers(0, 5))
    def leave(self, client: int, which: int) -> None:
        listeners = list(self._client(client).listeners)
        if listeners:
            self._do(self._client(client).leave, listeners[which % len(listeners)])

    @rule(client=numbers, cut=st.sampled_from(Cut), up=st.booleans())
    def cut(self, client: int, cut: Cut, up: bool) -> None:
        self._do(self.world.cut, self._client(client), cut, up=up)

    @rule(client=numbers, seconds=st.sampled_from((0.1, 2.0, 60.0)))
    def stall(self, client: int, seconds: float) -> None:
        self._do(self.world.stall, self._client(client), seconds)

    @rule(trouble=st.sampled_from((0.0, 0.5, 1.0)))
    def trouble_hints(self, trouble: float) -> None:
        self._do(self.world.trouble_hints, trouble)

    @rule(spare=st.sampled_from((None, 0, 2)))
    def fill_disk(self, spare: int | None) -> None:
        self._do(self.world.fill_disk, spare)

    @rule(room=rooms, keep=st.sampled_from((0, 5)))
    def prune(self, room: int, keep: int) -> None:
        for node in list(self.world.nodes.values())[:1]:
            self._do(self.world.prune, node, self.world.rooms[room], keep)

    @rule(number=st.integers(0, NODES - 1), kill=st.booleans())
    def go_down(self, number: int, kill: bool) -> None:
        if kill:
            self._do(self.world.kill, number)
        else:
            self._run(self.world.stop(number))

    @rule(number=st.integers(0, NODES - 1))
    def come_up(self, number: int) -> None:
        self._run(self.world.start(number))

    @invariant()
    def nothing_failed_that_nobody_caught(self) -> None:
        assert not self.world.history.complaints


def test_no_order_of_events_and_faults_loses_or_doubles_anything() -> None:
    run_state_machine_as_test(
        WorldMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="CI" in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
