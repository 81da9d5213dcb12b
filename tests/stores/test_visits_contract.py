"""The contract of the port `Visits`: until when somebody was at a document."""

from __future__ import annotations

from jupyter_realtime.ports import Move
from tests.databases import OpenStore


async def test_Y13_a_visit_goes_on_until_a_pause(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    at = (await store.projects.ensure_document(project, "a.py")).id
    visit = (at, "ana")

    async def until(now_ms: int) -> int | None:
        return await store.visits.until(visit, now_ms, 100)

    assert await until(1) is None
    await store.visits.note([visit, ("gone", "ana")], 1000, 100)
    # The first visit goes on; when it is over it is the last one.
    assert await until(1100) is None
    assert await until(1101) == 1000
    await store.visits.note([visit], 1100, 100)
    assert await until(1150) is None
    await store.visits.note([visit, (at, "bo")], 1300, 100)
    assert await until(1350) == 1100
    await store.visits.note([visit], 1400, 100)
    assert await until(1450) == 1100
    assert await until(1501) == 1400
    assert await store.visits.until((at, "bo"), 1350, 100) is None
    assert await store.visits.until(("gone", "ana"), 9999, 100) is None
    await store.close()


async def test_Y13_visits_go_with_a_document_that_is_joined_to_another(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    gone, stays = [(await store.projects.ensure_document(project, p)).id for p in ("b", "a")]
    await store.visits.note([(gone, "ana"), (stays, "ana")], 1, 1)
    await store.projects.move(Move(project, "a", "b", "/p/a", "/p/b"), [])
    assert await store.projects.document(gone) is None
    assert await store.visits.until((gone, "ana"), 10, 1) is None
    assert await store.visits.until((stays, "ana"), 10, 1) == 1
    await store.close()


async def test_Y13_old_visits_are_forgotten(open_store: OpenStore) -> None:
    store = await open_store()
    project = (await store.projects.ensure("/p", "p")).id
    at = (await store.projects.ensure_document(project, "a.py")).id
    for number in range(5):
        await store.visits.note([(at, f"old{number}"), (at, "ana")], 1000 + number, 1)
    await store.visits.note([(at, "ana")], 5000, 1)
    assert await store.visits.prune(1000, 100) == 0
    assert await store.visits.prune(5000, 3) == 3
    assert await store.visits.prune(5000, 3) == 2
    assert await store.visits.prune(5000, 3) == 0
    assert await store.visits.until((at, "old0"), 6000, 1) is None
    assert await store.visits.until((at, "ana"), 6000, 1) == 5000
    await store.close()
