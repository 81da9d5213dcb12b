"""People are told things, on two servers of one file, in two tabs each, while faults happen.

Theory of operation
-------------------
A cause is told again until a server has answered, also by the other server, and now and then once more
after that; so is what people do. Everything in a person's room goes into the `History` of `history.py`,
where the key of a `notification:new` is its cause: so its checker says what was lost, doubled, or told
out of order. What it can't know, the rows beside the log, is checked by `findings`.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from jupyter_realtime.client.effects import Item
from jupyter_realtime.core.errors import RealtimeError
from jupyter_realtime.core.messages import EventFrame
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.ports import Change, Search, Wanted
from tests.builders import notice, principal

from .client import Client
from .clock import BEGINS_AT
from .history import Sent
from .node import FILE, Node
from .process import own_task
from .world import World

T = TypeVar("T")

PEOPLE = ("ana", "ben", "carl")
TABS = 2
GROUPS = 4
AGAIN_SECONDS = 0.5
SNOOZED_SECONDS = 3.0
# What the other server has committed is seen by a look at the file, each 0.3 s.
EVERYWHERE_WITHIN_SECONDS = 1.0


class Tab(Client):
    """A tab of somebody: what it was told of notifications, and the number on its badge."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.unread = 0
        self.rows: dict[str, int] = {}
        self.last = 0

    def body_of(self, item: EventFrame) -> str:
        """A cause by its name, a change by all that it says."""
        return body_of(user_room(self.name), item.seq, item.event, item.data)

    def _told(self, number: int, item: Item) -> None:
        super()._told(number, item)
        if isinstance(item, EventFrame):
            self.unread, self.last = item.data["unread"], item.seq
            if item.event == "notification:new":
                self.rows[item.data["id"]] = item.seq


def body_of(room: str, seq: int, event: str, data: dict[str, Any]) -> str:
    """Tell the events of a person apart; two changes may say the same."""
    if event == "notification:new":
        return f"{room} {data['title']}"
    return f"{room} {seq} {json.dumps(data, sort_keys=True)}"


class InboxWorld(World):
    """People, their tabs, and those who tell them something."""

    clients: list[Tab]  # type: ignore[assignment]  # of this world's kind

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed, folder)
        self.causes = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._first: Counter[tuple[str, str]] = Counter()
        # By row: up to where it was certainly read. By row or person: up to where they wanted to read.
        self._read: dict[str, int] = defaultdict(int)
        self._farthest: dict[str, int] = defaultdict(int)

    async def build(self, nodes: int, clients: int = TABS) -> None:
        """Start the servers; each person opens so many tabs."""
        for number in range(nodes):
            await self.start(number)
        self._truth.close()
        self._truth = sqlite3.connect(self.folder / FILE, isolation_level=None)
        for person in PEOPLE:
            room = user_room(person)
            self.rooms.append(room)
            self.history.logs[room] = {}
            for _ in range(clients):
                chance = Random(self.chance.random())
                tab = Tab(person, chance, self.history, self._node_for_somebody, self.log_of)
                self.clients.append(tab)
                self.listen(tab, room, "earliest")

    # -- what happens -----------------------------------------------------------------------------

    def tell(self) -> None:
        """Have some people told something that has not happened before."""
        self.causes += 1
        people = self.chance.sample(PEOPLE, self.chance.randint(1, len(PEOPLE)))
        self._begin(self._tell(f"cause {self.causes}", f"g{self.chance.randrange(GROUPS)}", people))

    async def _tell(self, cause: str, group: str, people: list[str]) -> None:
        about = notice(cause, group=group, dedupe=cause)
        for person in people:
            room = user_room(person)
            self.history.sent.append(Sent(room, cause, f"{room} {cause}"))
        times = self.chance.choice((1, 1, 2))
        for _ in range(times):
            posted = await self._until_answered(
                lambda node: node.services.notifier.notify(about, people)
            )
            for one in posted:
                self._first[cause, one.recipient] += one.is_new
        for person in people:
            room = user_room(person)
            self.history.acknowledged.append((f"{room} {cause}", self._place_of(room, cause)))

    def _place_of(self, room: str, cause: str) -> int:
        rows = self._truth.execute(
            "SELECT seq FROM event WHERE room = ? AND event = 'notification:new' "
            "AND json_extract(data, '$.title') = ?",
            (room, cause),
        ).fetchall()
        return int(rows[0][0]) if rows else 0

    def act(self, tab: Tab) -> None:
        """Have somebody read, archive or snooze what a tab of theirs shows."""
        if tab.rows:
            row, seq = self.chance.choice(list(tab.rows.items()))
            kind = self.chance.choice(
                (self._read_one, self._read_one, self._read_all, self._put_away)
            )
            self._begin(kind(tab.name, row, seq, tab.last))

    async def _read_one(self, person: str, row: str, seq: int, _last: int) -> None:
        self._farthest[row] = max(self._farthest[row], seq)
        await self._change(person, row, Change(read=True, seen=True, up_to=seq))
        self._read[row] = max(self._read[row], seq)

    async def _read_all(self, person: str, _row: str, _seq: int, last: int) -> None:
        self._farthest[person] = max(self._farthest[person], last)
        await self._until_answered(
            lambda node: node.services.inboxes.read_all(principal(person), Wanted(up_to=last))
        )

    async def _put_away(self, person: str, row: str, _seq: int, _last: int) -> None:
        until = BEGINS_AT + self._loop.time() + SNOOZED_SECONDS * self.chance.random()
        snoozed = Change(snooze_ms=round(until * 1000))
        await self._change(person, row, self.chance.choice((snoozed, Change(archived=True))))

    async def _change(self, person: str, row: str, how: Change) -> None:
        await self._until_answered(
            lambda node: node.services.inboxes.change(principal(person), [row], how)
        )

    async def _until_answered(self, ask: Callable[[Node], Awaitable[T]]) -> T:
        """Ask one server after the other: an answer may be lost with the server that would give it."""
        while True:
            node = self._node_for_somebody()
            if node is not None:
                with node.process.running():
                    asking = own_task(self._loop, _ask(ask, node))
                await asyncio.wait([asking])
                if not asking.cancelled():
                    error = asking.exception()
                    if error is None:
                        found: T = asking.result()
                        return found
                    if not isinstance(error, RealtimeError):
                        raise error
            await asyncio.sleep(AGAIN_SECONDS * self.chance.random())

    def _begin(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    # -- the end ----------------------------------------------------------------------------------

    async def settle(self, nodes: int) -> None:
        """Let all come to rest; then something new is everywhere within a second."""
        await super().settle(nodes)
        if self._under_way:
            await asyncio.wait(self._under_way)
        self.tell()
        await asyncio.wait(self._under_way)
        await asyncio.sleep(EVERYWHERE_WITHIN_SECONDS)
        for node in self.nodes.values():
            await self._look_at_badges(node)

    async def _look_at_badges(self, node: Node) -> None:
        for person in PEOPLE:
            with node.process.running():
                look = own_task(
                    self._loop, node.services.store.inbox.page(person, Search(), None, 100)
                )
            page = await look
            shown = [tab.unread for tab in self.clients if tab.name == person]
            rows = sum(not item.read for item in page.items)
            if {page.unread, rows, *shown} != {page.unread}:
                self.history.complaints.append(
                    f"{person} has {page.unread} unread on server {node.number}, {rows} of the rows, "
                    f"and tabs show {shown}"
                )

    def _rows(self, room: str, up_to: int) -> list[tuple[int, str]]:
        rows = self._truth.execute(
            "SELECT seq, event, data FROM event WHERE room = ? AND seq <= ? ORDER BY seq",
            (room, up_to),
        )
        return [(seq, body_of(room, seq, event, json.loads(data))) for seq, event, data in rows]

    def finish(self) -> Any:
        """Write down how the logs stand, and what is wrong with the rows beside them."""
        history = super().finish()
        for room, log in history.logs.items():
            # Changes are the servers' own: that each is in the log once is for the checker to see.
            told = {sent.body for sent in history.sent}
            for seq, body in log.items():
                if body not in told:
                    history.sent.append(Sent(room, f"change {seq}", body))
                    history.acknowledged.append((body, seq))
        history.complaints += self._findings()
        return history

    def _findings(self) -> Iterator[str]:
        for (cause, person), count in self._first.items():
            if count > 1:
                yield f"{person} was told {cause} for the first time {count} times"
        rows = self._truth.execute(
            "SELECT id, recipient, group_key, count, last_event_seq, read_up_to, snoozed_until_ms "
            "FROM notification"
        )
        for row, person, group, count, last, read_up_to, snoozed in rows.fetchall():
            seqs = self._seqs_of(person, row)
            where = f"{group} of {person}"
            if count != len(seqs) or last != max(seqs):
                yield f"{where} counts {count} up to {last}, its log has {seqs}"
            if read_up_to < self._read[row]:
                yield f"{where} was read up to {self._read[row]}, and is up to {read_up_to}"
            if read_up_to > max(self._farthest[row], self._farthest[person]):
                yield f"{where} is read up to {read_up_to}, which {person} has not seen"
            if snoozed is not None:
                yield f"{where} is still away, until {snoozed}"

    def _seqs_of(self, person: str, row: str) -> list[int]:
        rows = self._truth.execute(
            "SELECT seq FROM event WHERE room = ? AND event = 'notification:new' "
            "AND json_extract(data, '$.id') = ? ORDER BY seq",
            (user_room(person), row),
        )
        return [seq for (seq,) in rows]


async def _ask(ask: Callable[[Node], Awaitable[T]], node: Node) -> T:
    return await ask(node)
