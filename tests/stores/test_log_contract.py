"""What every store's log guarantees (`ports.Log`)."""

import asyncio

import pytest

from jupyter_realtime.core.errors import Conflict
from tests.builders import draft, eventually
from tests.databases import OpenStore


async def test_L1_seq_counts_from_one_in_each_room(open_store: OpenStore) -> None:
    store = await open_store()
    assert (await store.log.position("project:p")).seq == 0
    assert [(await store.log.append(draft())).seq for _ in range(3)] == [1, 2, 3]
    assert (await store.log.append(draft("project:q"))).seq == 1
    heads = await store.log.heads(["project:p", "project:q", "project:none"])
    assert {name: position.seq for name, position in heads.items()} == {
        "project:p": 3,
        "project:q": 1,
    }
    assert heads["project:q"] == await store.log.position("project:q")
    await store.close()


async def test_L1_many_publishers_leave_no_hole_and_listeners_hear_them_in_order(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    heard: list[int] = []
    store.on_commit(lambda events: heard.extend(event.seq for event in events))
    positions = await asyncio.gather(*(store.log.append(draft()) for _ in range(500)))
    assert sorted(p.seq for p in positions) == list(range(1, 501))
    assert heard == list(range(1, 501))
    await store.close()


async def test_L2_what_was_answered_is_there_after_opening_again(open_store: OpenStore) -> None:
    store = await open_store()
    before = await store.log.append(draft(data={"a": [1, "ü"]}))
    await store.close()
    store = await open_store()
    page = await store.log.page("project:p", 0, 10)
    assert (page.epoch, page.head) == (before.epoch, 1)
    assert bytes(page.events[0].data) == '{"a":[1,"ü"]}'.encode()
    assert page.events[0].actor.name == "ana"
    await store.close()


async def test_L3_the_same_key_gives_the_first_position_and_no_second_event(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    first = await store.log.append(draft(data=1, key="k"))
    await store.log.append(draft(data=2))
    assert await store.log.append(draft(data=1, key="k")) == first
    assert (await store.log.position("project:p")).seq == 2
    with pytest.raises(Conflict):
        await store.log.append(draft(data=3, key="k"))
    one = await store.log.append(
        draft("project:o", data={"a": [1, {"b": 2, "c": 3}], "d": 4}, key="k")
    )
    same = draft("project:o", data={"d": 4, "a": [1, {"c": 3, "b": 2}]}, key="k")
    assert await store.log.append(same) == one, "the fields of an object have no order"
    with pytest.raises(Conflict):
        await store.log.append(
            draft("project:o", data={"d": 4, "a": [{"b": 2, "c": 3}, 1]}, key="k")
        )
    assert (await store.log.append(draft(data=3, key="k", by="bo"))).seq == 3, "her own key"
    assert (await store.log.append(draft("project:q", data=9, key="k"))).seq == 1, "another room"
    await store.close()


async def test_L4_a_failing_publish_fails_alone(open_store: OpenStore) -> None:
    store = await open_store()
    await store.log.append(draft(data=1, key="k"))
    results = await asyncio.gather(
        *(store.log.append(draft(data=n, key="k" if n % 2 else None)) for n in range(2, 12)),
        return_exceptions=True,
    )
    assert [isinstance(result, Conflict) for result in results] == [False, True] * 5
    assert (await store.log.position("project:p")).seq == 6
    await store.close()


async def test_R2_pages_are_read_from_any_position(open_store: OpenStore) -> None:
    store = await open_store()
    drafts = [draft(data=n) for n in range(5)]
    for one in drafts:
        await store.log.append(one)
    page = await store.log.page("project:p", 2, 2)
    assert ([e.seq for e in page.events], page.head, page.after_id) == ([3, 4], 5, drafts[1].id)
    earliest = await store.log.page("project:p", None, 10)
    assert [e.id for e in earliest.events] == [d.id for d in drafts]
    at_head = await store.log.page("project:p", 5, 10)
    assert (at_head.events, at_head.after_id) == ([], drafts[-1].id)
    assert (await store.log.page("project:none", None, 10)).head == 0
    await store.close()


async def test_R3_a_page_is_bounded_in_bytes_but_has_one_event_at_least(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    for _ in range(40):
        await store.log.append(draft(data="x" * 1000))
    sizes = [len((await store.log.page("project:p", 0, 40, m)).events) for m in (1, 6000, 10**6)]
    assert sizes == [1, 4, 40]
    for _ in range(100):
        await store.log.append(draft("project:small"))
    small = await store.log.page("project:small", 0, 100, 40 * 256)
    assert len(small.events) < 40, "names, times and people take their bytes, too"
    await store.close()


async def test_R6_the_oldest_events_go_and_the_head_stays(open_store: OpenStore) -> None:
    store = await open_store()
    drafts = [draft(data=n, key=f"k{n}") for n in range(10)]
    for one in drafts:
        await store.log.append(one)
    assert await store.log.prunable(before_ms=0, keep=10, limit=5) == []
    assert await store.log.prunable(before_ms=0, keep=4, limit=5) == ["project:p"]
    assert [await store.log.prune("project:p", 0, 4, 4) for _ in range(3)] == [4, 2, 0]
    earliest = await store.log.page("project:p", None, 100)
    assert ([e.seq for e in earliest.events], earliest.pruned) == ([7, 8, 9, 10], 6)
    # By age: all of them, and still the next one is the eleventh.
    young_ms = drafts[0].time_ms + 1
    assert await store.log.prunable(before_ms=young_ms, keep=100, limit=5) == ["project:p"]
    assert await store.log.prune("project:p", young_ms, 100, 100) == 4
    assert await store.log.prunable(before_ms=young_ms, keep=100, limit=5) == []
    page = await store.log.page("project:p", 10, 100)
    assert (page.head, page.pruned, page.after_id) == (10, 10, drafts[-1].id)
    assert (await store.log.append(draft(data=0))).seq == 11
    await store.close()


async def test_R6_a_key_lives_as_long_as_its_event(open_store: OpenStore) -> None:
    store = await open_store()
    first = await store.log.append(draft(data=1, key="k"))
    await store.log.append(draft(data=2))
    assert await store.log.append(draft(data=1, key="k")) == first
    assert await store.log.prune("project:p", 0, 1, 100) == 1
    assert (await store.log.append(draft(data=1, key="k"))).seq == 3
    await store.close()


async def test_L5_two_servers_on_one_file_see_each_others_events(open_store: OpenStore) -> None:
    here, there = await open_store(), await open_store()
    grown = asyncio.Event()
    here.on_growth(grown.set)
    await asyncio.gather(*(store.log.append(draft()) for store in (here, there) * 20))
    assert (await here.log.position("project:p")).seq == 40
    grown.clear()
    await there.log.append(draft())
    await asyncio.wait_for(grown.wait(), 5)
    assert [e.seq for e in (await here.log.page("project:p", 40, 5)).events] == [41]
    await asyncio.gather(here.close(), there.close())


async def test_L6_what_another_commits_before_the_first_look_is_growth(
    open_store: OpenStore,
) -> None:
    here, there = await open_store(), await open_store()
    await there.log.append(draft())
    grown = asyncio.Event()
    here.on_growth(grown.set)
    await asyncio.wait_for(grown.wait(), 10)
    await here.close()
    await there.close()


async def test_L6_what_changes_nothing_is_no_growth(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_realtime.stores.sqlite.WATCH_SECONDS", 0.01)
    here, there = await open_store(), await open_store()
    await here.log.append(draft())
    grown: list[int] = []
    there.on_growth(lambda: grown.append(len(grown)))

    async def has_heard() -> bool:
        return bool(grown)

    await eventually(has_heard)
    grown.clear()
    for _ in range(20):
        await here.log.prune("project:nowhere", 1, 1, 1)
        assert await here.inbox.forget(1, 1, 1) == 0
        await asyncio.sleep(0.01)
    assert not grown
    await here.log.append(draft())
    await eventually(has_heard)
    await asyncio.gather(here.close(), there.close())


async def test_L6_ones_own_commits_are_no_growth(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_realtime.stores.sqlite.WATCH_SECONDS", 0.01)
    here, there = await open_store(), await open_store()
    grown: list[str] = []
    here.on_growth(lambda: grown.append("here"))
    there.on_growth(lambda: grown.append("there"))
    for _ in range(20):
        await here.log.append(draft())
        await asyncio.sleep(0.01)

    async def has_heard() -> bool:
        return "there" in grown

    await eventually(has_heard)
    assert "here" not in grown
    await asyncio.gather(here.close(), there.close())
