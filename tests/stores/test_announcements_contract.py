"""What every store guarantees about announcements (`ports.Announcements`)."""

from __future__ import annotations

from jupyter_realtime.core.announcements import notice_of
from jupyter_realtime.ports import Posting
from tests.builders import announcement
from tests.databases import OpenStore

NOON = "2026-11-23T12:00:00.000Z"
NOON_MS = 1_795_435_200_000
HOUR_MS = 3_600_000


async def test_Q4_pending_is_what_is_young_enough_and_has_not_expired(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    endless = announcement("Endless")
    until_noon = announcement("Until noon", expires=NOON)
    for one in (until_noon, endless):
        await store.announcements.add(one)
    assert await store.announcements.pending(NOON_MS - 1, 0) == [endless, until_noon]
    assert await store.announcements.pending(NOON_MS, 0) == [endless]
    assert await store.announcements.pending(NOON_MS, NOON_MS) == []
    await store.close()


async def test_E4_announcements_are_listed_in_pages_the_newest_first(open_store: OpenStore) -> None:
    store = await open_store()
    made = [announcement(f"{n}", created_at=f"2026-11-23T0{n // 2}:00:00.000Z") for n in range(5)]
    for one in made:
        await store.announcements.add(one)
    seen, before = [], None
    while page := await store.announcements.page(before, 2):
        seen += page
        at_ms = NOON_MS - (12 - int(page[-1].created_at[12])) * HOUR_MS
        before = at_ms, page[-1].id
    assert seen == sorted(made, key=lambda one: (one.created_at, one.id), reverse=True)
    await store.close()


async def test_Q5_one_is_removed_once_and_what_is_long_over_is_forgotten(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    old, expiring, gone = announcement(), announcement(expires=NOON), announcement()
    for one in (old, expiring, gone):
        await store.announcements.add(one)
    assert await store.announcements.remove(gone.id)
    assert not await store.announcements.remove(gone.id)
    assert await store.announcements.forget(NOON_MS) == 1
    assert await store.announcements.page(None, 10) == [expiring]
    assert await store.announcements.forget(NOON_MS + 1) == 1
    await store.close()


async def test_Q5_whom_one_has_reached_is_known(open_store: OpenStore) -> None:
    store = await open_store()
    told, other = announcement(), announcement()
    for one, name in ((told, "ana"), (told, "bo"), (other, "carl")):
        await store.inbox.post([Posting(name, notice_of(one), listed=True, rule="")], 1)
    reached = await store.announcements.reached(told.id, ["ana", "carl", "nobody"])
    assert list(reached) == ["ana"]
    assert await store.inbox.get("ana", reached["ana"]) is not None
    await store.close()
