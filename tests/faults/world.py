"""A small world with servers on one file, clients, and everything that can go wrong between them.

Theory of operation
-------------------
`World` offers operations; `episode.py` chooses them by seed, `test_machine.py` lets Hypothesis do so. An
operation only begins something; the caller lets time pass. `settle` ends all trouble, waits until everybody
has come to rest, and looks at the boards; `finish` gives the `History`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

from jupyter_realtime.core.messages import Since
from jupyter_realtime.core.rooms import project_room
from jupyter_realtime.service.switches import MARKER

from .client import Client
from .clock import VirtualLoop, simulation
from .cuts import Cut
from .history import BoardView, History, Sent
from .node import FILE, Node, on_simulated_adapters
from .process import Process, own_task

ROOMS = 2
# Reconnects wait up to 20 s, boards keep what a lost connection pinned for 5 s, a stalled client is given
# up after 2.5 heartbeats of 15 s.
SETTLE_SECONDS = 75.0
FAR_BACK_EVENTS = 1000

W = TypeVar("W", bound="World")


class World:
    """Make one with `with world(seed) as (loop, w)`."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Random(seed)
        self.folder = folder
        self.history = History()
        self.nodes: dict[int, Node] = {}
        self.clients: list[Client] = []
        self.rooms: list[str] = []
        self.faults: Counter[str] = Counter()
        self._trouble = 0.0
        self._keys: dict[str, str] = {}
        self._prunes: dict[str, tuple[Node, asyncio.Task[None]]] = {}
        self._numbers = itertools.count(1)
        self._truth = sqlite3.connect(":memory:")
        self._loop = asyncio.get_running_loop()
        self._loop.set_task_factory(own_task)
        self._loop.set_exception_handler(self._complain)

    def _complain(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.history.complaints.append(f"not caught: {context.get('exception', context)!r}")

    def note(self, kind: str, what: str) -> None:
        """Note a fault that has happened."""
        self.faults[kind] += 1
        self.history.faults.append((self._loop.time(), what))

    # -- building it ------------------------------------------------------------------------------

    async def build(self, nodes: int, clients: int) -> None:
        """Start the servers, make the projects, bring in the people."""
        folders = [self.folder / f"project{number}" for number in range(ROOMS)]
        for folder in folders:
            folder.mkdir()
            (folder / MARKER).touch()
        for number in range(nodes):
            await self.start(number)
        for folder in folders:
            project, _ = await self.nodes[0].services.projects.of_path(folder.name)
            self.rooms.append(project_room(project.id))
        self._truth.close()
        self._truth = sqlite3.connect(self.folder / FILE, isolation_level=None)
        for room in self.rooms:
            self.history.logs[room] = {}
        for number in range(clients):
            self.clients.append(
                Client(
                    f"client{number}",
                    Random(self.chance.random()),
                    self.history,
                    self._node_for_somebody,
                    self.log_of,
                )
            )

    def _node_for_somebody(self) -> Node | None:
        return self.chance.choice(list(self.nodes.values())) if self.nodes else None

    def log_of(self, room: str) -> tuple[int, int]:
        """How far a room's log has come, and how far it is pruned, as committed by now."""
        rows = self._truth.execute("SELECT seq, pruned FROM room WHERE name = ?", (room,))
        for seq, pruned in rows.fetchall():
            return seq, pruned
        return 0, 0

    # -- what people do ---------------------------------------------------------------------------

    def publish(self, client: Client, room: str, count: int) -> None:
        """Post new events."""
        for _ in range(count):
            number = next(self._numbers)
            # Some frames need an extended length, some don't.
            body = f"{number}" if number % 3 else f"{number} " + "." * (number % 200)
            self._keys[body] = f"k{number}"
            client.publish(Sent(room, self._keys[body], body))

    def publish_again(self, client: Client) -> None:
        """Post once more, with the same key, what this person has posted a moment ago."""
        if client.recent:
            self.note("repeat", f"{client.name} repeats a publish")
            client.publish(self.chance.choice(client.recent), note=False)

    def publish_with_a_used_key(self, client: Client) -> None:
        """Post other data with a used key: one of both is kept, the other is a conflict."""
        if client.recent:
            used = self.chance.choice(client.recent)
            self.note("used key", f"{client.name} uses {used.key} for other data")
            other = used._replace(body=f"{next(self._numbers)}")
            self._keys[other.body] = other.key
            client.publish(other)

    def pin(self, client: Client, room: str, key: str) -> None:
        """Pin a state, or take it down."""
        number = next(self._numbers)
        client.pin(room, key, None if number % 4 == 0 else number)

    def listen(self, client: Client, room: str, where: str) -> None:
        """Enter a room: "now", "earliest", or "back", some way behind the head."""
        head, pruned = self.log_of(room)
        if where == "back":
            seq = max(pruned, head - self.chance.randrange(FAR_BACK_EVENTS))
            client.listen(room, Since(epoch=self.epoch, seq=seq))
        else:
            client.listen(room, "earliest" if where == "earliest" else None)

    @property
    def epoch(self) -> str:
        """The epoch of the logs."""
        return str(self._truth.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0])

    # -- what goes wrong --------------------------------------------------------------------------

    def cut(self, client: Client, cut: Cut, *, up: bool) -> None:
        """Let a client's connection break at the next place of a class of byte boundaries."""
        if client.seat is None:
            return
        cable = client.seat.cable

        def torn() -> None:
            towards = "to" if up else "from"
            self.note(f"cut {cut.value}", f"{client.name} is cut {cut.value} {towards} the server")
            cable.cut()

        (cable.up if up else cable.down).arm(cut, torn)

    def stall(self, client: Client, seconds: float) -> None:
        """Let a client read nothing for a while."""
        if client.seat is not None and not client.seat.cable.down.stalled:
            self.note("stall", f"{client.name} reads nothing for {seconds:.1f} s")
            line = client.seat.cable.down
            line.stalled = True
            self._loop.call_later(seconds, line.go_on)

    def trouble_hints(self, trouble: float) -> None:
        """From now on so large a part of all hints is lost, late, out of order or repeated."""
        self.note("hints", f"{trouble:.0%} of the hints are disturbed")
        self._trouble_hints(trouble)

    def _trouble_hints(self, trouble: float) -> None:
        self._trouble = trouble
        for node in self.nodes.values():
            node.process.trouble = trouble

    def fill_disk(self, spare_pages: int | None) -> None:
        """Let the file grow by so many pages and no more."""
        if spare_pages is not None:
            self.note("full disk", f"the disk has {spare_pages} pages left")
        for node in self.nodes.values():
            node.disk.limit_pages(spare_pages)

    def prune(self, node: Node, room: str, keep: int) -> None:
        """Prune all but the last events, and nothing that somebody may have to send again.

        One at a time: how much may go is reckoned from how the room stands before.
        """
        if self._is_pruning(room):
            return
        unsure = {sent.key for client in self.clients for sent in client.in_doubt}
        head, pruned = self.log_of(room)
        last = pruned
        for seq, body in self._rows(room, head - keep):
            if self._keys[body] in unsure:
                break
            self.history.logs[room][seq] = body
            last = seq
        if last > pruned:
            self.note("prune", f"server {node.number} prunes {room} up to {last}")
            task = node.prune(room, keep=head - last, at_most=last - pruned)
            self._prunes[room] = node, task

    def _is_pruning(self, room: str) -> bool:
        if room not in self._prunes:
            return False
        node, task = self._prunes[room]
        # With its server a prune is gone, too.
        return not task.done() and self.nodes.get(node.number) is node

    def _rows(self, room: str, up_to: int) -> list[tuple[int, str]]:
        rows = self._truth.execute(
            "SELECT seq, data FROM event WHERE room = ? AND seq <= ? ORDER BY seq", (room, up_to)
        )
        return [(seq, json.loads(data)["body"]) for seq, data in rows]

    async def start(self, number: int) -> None:
        """Start a server that is down."""
        if number not in self.nodes:
            self.history.faults.append((self._loop.time(), f"server {number} starts"))
            process = Process(Random(self.chance.random()), self._trouble)
            self.nodes[number] = await Node.start(number, self.folder, process)

    async def stop(self, number: int) -> None:
        """Stop a server as its operator would."""
        node = self.nodes.pop(number, None)
        if node is not None:
            self.note("stop", f"server {number} stops")
            await node.stop()

    def kill(self, number: int) -> None:
        """Kill a server in the middle of whatever it does."""
        node = self.nodes.pop(number, None)
        if node is not None:
            self.note("kill", f"server {number} is killed")
            node.kill()

    # -- the end ----------------------------------------------------------------------------------

    async def settle(self, nodes: int) -> None:
        """End all trouble, wait for everybody to come to rest, and note what boards show then."""
        for number in range(nodes):
            await self.start(number)
        self._trouble_hints(0.0)
        self.fill_disk(None)
        for client in self.clients:
            if client.seat is not None:
                client.seat.cable.calm()
        await asyncio.sleep(SETTLE_SECONDS)
        for node in self.nodes.values():
            self._look_at(node)

    def finish(self) -> History:
        """Write down how the logs stand, and give all that has happened."""
        for room in self.rooms:
            self.history.logs[room].update(self._rows(room, self.log_of(room)[0]))
        return self.history

    def _look_at(self, node: Node) -> None:
        here = [c for c in self.clients if c.seat is not None and c.seat.node is node]
        pinned: dict[str, dict[str, Any]] = {room: {} for room in self.rooms}
        for client in here:
            for (room, key), data in client.board_of_mine():
                pinned[room][key] = data
        for client in here:
            for listener in client.listeners.values():
                story = listener.story
                self.history.boards.append(
                    BoardView(story.name, dict(listener.board), pinned[story.room])
                )

        self.history.complaints += node.left_behind()

    def close(self) -> None:
        """Leave nothing open."""
        for number in list(self.nodes):
            self.nodes.pop(number).kill()
        self._truth.close()


class _Failures(logging.Handler):
    """Turns what the product logs with a traceback into complaints; the rest is silent."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__()
        self._complaints = complaints

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self._complaints.append(f"logged: {record.getMessage()}: {record.exc_info[1]!r}")


@contextmanager
def _noting_failures(complaints: list[str]) -> Iterator[None]:
    logger = logging.getLogger("jupyter_realtime")
    handler = _Failures(complaints)
    logger.addHandler(handler)
    try:
        with patch.object(logger, "propagate", False):
            yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def world(seed: int) -> Iterator[tuple[VirtualLoop, World]]:
    """Give a world in a folder of its own, and the loop on which it lives."""
    with world_of(World, seed) as made:
        yield made


@contextmanager
def world_of(kind: type[W], seed: int) -> Iterator[tuple[VirtualLoop, W]]:
    """Give a world of a kind."""

    async def make() -> W:
        return kind(seed, Path(folder))

    with (
        tempfile.TemporaryDirectory(prefix="realtime-faults-") as folder,
        on_simulated_adapters(),
        simulation() as loop,
    ):
        made = loop.run_until_complete(make())
        try:
            with _noting_failures(made.history.complaints):
                yield loop, made
        finally:
            made.close()
