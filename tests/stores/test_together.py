"""Appends that share statements: the same result as one after another, and a failing one fails alone."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_realtime.core.errors import Conflict, Internal
from jupyter_realtime.core.log import StoredEvent
from jupyter_realtime.stores.compiled import MAX_ROWS_A_STATEMENT
from jupyter_realtime.stores.writer import Writer
from tests.builders import draft
from tests.databases import OpenSqlite


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let appends wait until all are queued, so that they do share a commit."""
    gather = Writer._gather

    def patiently(self: Writer, first):  # type: ignore[no-untyped-def]  # private
        while self._jobs.qsize() < self.expected - 1:  # type: ignore[attr-defined]
            pass
        return gather(self, first)

    monkeypatch.setattr(Writer, "_gather", patiently)
    monkeypatch.setattr(Writer, "expected", 1, raising=False)


@pytest.mark.parametrize("count", [1, 2, MAX_ROWS_A_STATEMENT, 2 * MAX_ROWS_A_STATEMENT + 3])
async def test_L1_many_at_once_in_several_rooms(
    open_sqlite: OpenSqlite, held_back: None, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    store = await open_sqlite()
    told: list[StoredEvent] = []
    store.on_commit(told.extend)
    monkeypatch.setattr(Writer, "expected", count)
    rooms = [f"project:{n % 3}" for n in range(count)]
    positions = await asyncio.gather(
        *[store.log.append(draft(room, n, key=f"k{n}")) for n, room in enumerate(rooms)]
    )
    monkeypatch.setattr(Writer, "expected", 1)
    wanted = [rooms[:n].count(room) + 1 for n, room in enumerate(rooms)]
    assert [position.seq for position in positions] == wanted
    assert [(event.room, event.seq) for event in told] == list(zip(rooms, wanted, strict=True))
    for room in set(rooms):
        page = await store.log.page(room, None, 1000)
        assert [event.seq for event in page.events] == list(range(1, rooms.count(room) + 1))
        assert [event.id for event in page.events] == [e.id for e in told if e.room == room]
    await store.close()


async def test_L4_repetitions_and_bad_ones_among_many_fail_alone(
    open_sqlite: OpenSqlite, held_back: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_sqlite()
    first = await store.log.append(draft(data=0, key="again"))
    monkeypatch.setattr(Writer, "expected", 6)
    answers = await asyncio.gather(
        store.log.append(draft(data=1, key="new")),
        store.log.append(draft(data=0, key="again")),
        store.log.append(draft(data=2, key="again")),
        store.log.append(draft(room="project:\ud800", data=3)),
        store.log.append(draft(data=4, key="twice")),
        store.log.append(draft(data=4, key="twice")),
        return_exceptions=True,
    )
    monkeypatch.setattr(Writer, "expected", 1)
    new, again, other, broken, once, twice = answers
    assert (first.seq, new.seq, again) == (1, 2, first)
    assert isinstance(other, Conflict) and isinstance(broken, Internal)
    assert once == twice and once.seq == 3
    assert [e.seq for e in (await store.log.page("project:p", None, 10)).events] == [1, 2, 3]
    await store.close()
