"""What every store guarantees about browsers that take pushes (`ports.Browsers`)."""

from __future__ import annotations

from dataclasses import replace

from tests.builders import browser
from tests.databases import OpenStore


async def test_U2_each_has_their_own_browsers_the_oldest_first(open_store: OpenStore) -> None:
    store = await open_store()
    new, old = browser("ana", at="new", created_ms=2), browser("ana", at="old", created_ms=1)
    bens = browser("ben")
    for one in (new, old, bens):
        await store.browsers.put(one, most=20)
    assert await store.browsers.of(["ana"]) == [old, new]
    assert await store.browsers.of(["ben", "nobody"]) == [bens]
    assert await store.browsers.of([]) == []
    await store.close()


async def test_U2_a_browser_is_whose_it_was_last(open_store: OpenStore) -> None:
    store = await open_store()
    anas = browser("ana", at="shared")
    await store.browsers.put(anas, most=20)
    bens = replace(anas, person="ben", label="Firefox", created_ms=2)
    await store.browsers.put(bens, most=20)
    assert await store.browsers.of(["ana", "ben"]) == [bens]
    await store.close()


async def test_U2_beyond_the_most_the_oldest_go(open_store: OpenStore) -> None:
    store = await open_store()
    browsers = [browser("ana", at=f"{n}", created_ms=n) for n in range(5)]
    await store.browsers.put(browser("ben"), most=3)
    for one in browsers:
        await store.browsers.put(one, most=3)
    assert await store.browsers.of(["ana"]) == browsers[2:]
    assert len(await store.browsers.of(["ben"])) == 1
    await store.close()


async def test_U2_nobody_forgets_anothers_browser(open_store: OpenStore) -> None:
    store = await open_store()
    anas = browser("ana")
    await store.browsers.put(anas, most=20)
    assert not await store.browsers.forget("ben", anas.id)
    assert await store.browsers.forget("ana", anas.id)
    assert not await store.browsers.forget("ana", anas.id)
    assert await store.browsers.of(["ana"]) == []
    await store.close()


async def test_U2_there_may_be_more_people_than_a_query_names(open_store: OpenStore) -> None:
    store = await open_store()
    people = [f"p{n:04}" for n in range(1200)]
    for one in (people[0], people[-1]):
        await store.browsers.put(browser(one), most=20)
    assert [one.person for one in await store.browsers.of(people)] == [people[0], people[-1]]
    await store.close()
