"""The contract of the port `Inbox`: what people were told, and what they did with it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, true
from sqlalchemy.dialects.sqlite import dialect

from jupyter_realtime.core.notifications import Notice
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.ports import Change, Delivery, Posting, Search, Store, Wanted
from jupyter_realtime.stores import unread as unread_numbers
from jupyter_realtime.stores.compiled import Compiler
from jupyter_realtime.stores.inbox import passing, reading
from jupyter_realtime.stores.tables import delivery, notification
from tests.builders import notice, principal, rows
from tests.databases import OpenSqlite, OpenStore

ANA, BEN = principal("ana").actor, principal("ben").actor
NOW = 1_790_000_000_000


def posting(about: Notice | None = None, recipient: str = "ana", **fields: Any) -> Posting:
    return Posting(
        recipient, about or notice(), **{"listed": True, "rule": "The default.", **fields}
    )


async def events(store: Store, person: str = "ana") -> list[tuple[str, Any]]:
    page = await store.log.page(user_room(person), None, 100)
    return [(event.event, msgspec.json.decode(event.data)) for event in page.events]


async def unread(store: Store, person: str = "ana") -> int:
    return (await store.inbox.page(person, Search(), None, 100)).unread


async def test_N1_what_is_posted_stands_in_the_inbox_and_in_the_room_at_the_same_place(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    [posted] = await store.inbox.post([posting()], NOW)
    page = await store.inbox.page("ana", Search(), None, 10)
    [item] = page.items
    [(name, data)] = await events(store)
    assert (posted.is_new, page.unread, page.following) == (True, 1, None)
    assert name == "notification:new"
    assert data == {**msgspec.to_builtins(item), "unread": 1, "toast": "now", "toast_at": None}
    assert (item.id, item.seq, item.read, item.seen) == (posted.notification, 1, False, False)
    assert item.reason == "You take part in this thread. The default."
    await store.close()


async def test_N2_a_cause_is_told_once_to_each_recipient(open_store: OpenStore) -> None:
    one, two = await open_store(), await open_store()
    about = notice(dedupe="comment:7")
    told = await asyncio.gather(
        *(store.inbox.post([posting(about), posting(about, "ben")], NOW) for store in (one, two))
    )
    assert sorted(posted.is_new for answer in told for posted in answer) == [0, 0, 1, 1]
    for person in ("ana", "ben"):
        assert len(await events(one, person)) == 1
        assert (await one.inbox.page(person, Search(), None, 10)).items[0].count == 1
    await one.close()
    await two.close()


async def test_N1_a_group_is_one_row_that_counts_names_and_comes_back(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    [row] = (await store.inbox.page("ana", Search(), None, 10)).items
    await store.inbox.change("ana", Wanted([row.id]), Change(read=True, archived=True), ANA, NOW)
    assert (await store.inbox.page("ana", Search(), None, 10)).items == []
    later = posting(notice("Ana replied", actor=ANA))
    await store.inbox.post([later, posting(notice(group="thread:2"))], NOW + 5)
    page = await store.inbox.page("ana", Search(), None, 10)
    [again] = [item for item in page.items if item.id == row.id]
    assert (again.count, again.title, again.read, again.archived) == (
        2,
        "Ana replied",
        False,
        False,
    )
    assert [actor.name for actor in again.actors] == ["ana", "ben"]
    assert page.unread == 2
    await store.close()


async def test_N3_reading_says_how_far_and_what_came_meanwhile_stays_unread(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    [row] = (await store.inbox.page("ana", Search(), None, 10)).items
    await store.inbox.post([posting()], NOW + 1)
    how = Change(read=True, up_to=row.seq)
    assert await store.inbox.change("ana", Wanted([row.id]), how, ANA, NOW) == 1
    assert await store.inbox.change("ana", Wanted([row.id]), Change(read=True), ANA, NOW) == 0
    assert (await events(store))[-1] == (
        "notification:changed",
        {
            **dict.fromkeys(("category", "project", "seen", "archived", "snoozed_until")),
            "ids": [row.id],
            "up_to": 3,
            "read": True,
            "unread": 0,
        },
    )
    assert await store.inbox.change("ana", Wanted([row.id]), Change(read=False), ANA, NOW) == 1
    await store.close()


async def test_N3_what_changes_nothing_tells_nothing_and_nobody_changes_what_is_anothers(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    [row] = (await store.inbox.page("ana", Search(), None, 10)).items
    await store.inbox.change("ana", Wanted([row.id]), Change(archived=False), ANA, NOW)
    await store.inbox.change("ben", Wanted([row.id]), Change(archived=True), BEN, NOW)
    assert len(await events(store)) == 1
    assert await events(store, "ben") == []
    assert await store.inbox.get("ben", row.id) is None
    assert await store.inbox.get("ana", row.id) == row
    await store.close()


async def test_N4_all_are_read_up_to_a_place_in_a_category_or_project(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    for number, category in enumerate(("reply", "reply", "system", "quota")):
        about = notice(group=f"g{number}", category=category, project=f"p{number % 2}")
        await store.inbox.post([posting(about)], NOW + number)
    how = Change(read=True)
    assert await store.inbox.change("ana", Wanted(up_to=1), how, ANA, NOW) == 3
    assert await store.inbox.change("ana", Wanted(category="system"), how, ANA, NOW) == 2
    assert await store.inbox.change("ana", Wanted(project="p1"), how, ANA, NOW) == 0
    assert await store.inbox.change("ana", Wanted(), how, ANA, NOW) == 0
    told = [data for name, data in await events(store) if name == "notification:changed"]
    assert [(data["ids"], data["unread"]) for data in told] == [(None, 3), (None, 2), (None, 0)]
    await store.close()


async def test_N5_what_is_snoozed_is_away_and_comes_back_by_itself(open_store: OpenStore) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    [row] = (await store.inbox.page("ana", Search(), None, 10)).items
    how = Change(snooze_ms=NOW + 1000)
    assert await store.inbox.change("ana", Wanted([row.id]), how, ANA, NOW) == 0
    assert (await store.inbox.page("ana", Search(), None, 10)).items == []
    [away] = (await store.inbox.page("ana", Search(box="snoozed"), None, 10)).items
    assert away.snoozed_until is not None
    assert await store.inbox.wake(NOW + 999, 10) == NOW + 1000
    assert await store.inbox.wake(NOW + 1000, 10) is None
    assert await unread(store) == 1
    assert (await events(store))[-1][1]["snoozed_until"] == ""
    await store.close()


async def test_Q7_what_is_over_is_read_archived_and_may_be_told_again(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    about = notice(group="quota:here:disk", dedupe="today")
    others = notice(group="another", dedupe="another")
    await store.inbox.post(
        [posting(about), posting(others), posting(about, "ben"), posting(about, "cleo")], NOW
    )
    await store.inbox.resolve("quota:here:disk", ["ana", "ben", "nobody"], NOW + 1)
    for person, left in (("ana", 1), ("ben", 0), ("cleo", 1)):
        page = await store.inbox.page(person, Search(), None, 10)
        assert (len(page.items), page.unread) == (left, left)
    [over] = (await store.inbox.page("ana", Search(box="archived"), None, 10)).items
    assert over.read
    name, data = (await events(store))[-1]
    assert (name, data["ids"], data["unread"]) == ("notification:changed", [over.id], 1)
    assert (data["read"], data["archived"], data["snoozed_until"]) == (True, True, None)
    told = await events(store)
    await store.inbox.resolve("quota:here:disk", ["ana"], NOW + 2)
    assert await events(store) == told, "what is over already is told to nobody"
    posted = await store.inbox.post([posting(about), posting(others)], NOW + 3)
    assert [one.is_new for one in posted] == [True, False]
    assert await unread(store) == 2
    await store.close()


async def test_N6_boxes_filters_and_pages(open_store: OpenStore) -> None:
    store = await open_store()
    for number in range(7):
        about = notice(
            f"Number {number} 50%", group=f"g{number}", type="warning" if number else "info"
        )
        await store.inbox.post([posting(about)], NOW + number // 2)
    seen: list[str] = []
    before = None
    while True:
        page = await store.inbox.page("ana", Search(), before, 2)
        seen += [item.title for item in page.items]
        before = page.following
        if before is None:
            break
    assert sorted(seen) == [f"Number {number} 50%" for number in range(7)]
    for text, count in (("50%", 7), ("5_%", 0), ("number 3", 1)):
        assert len((await store.inbox.page("ana", Search(text=text), None, 10)).items) == count
    assert len((await store.inbox.page("ana", Search(type="info"), None, 10)).items) == 1
    assert (await store.inbox.page("ana", Search(category="quota"), None, 10)).items == []
    await store.close()


async def test_N7_what_may_no_longer_be_seen_goes_with_its_words_and_comes_back(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    secret = notice("The secret", group="g", project="p1")
    await store.inbox.post([posting(secret), posting(notice(project="p2"))], NOW)
    await store.inbox.withdraw("ana", "p1", True, NOW)
    assert await unread(store) == 1
    assert "secret" not in str(await events(store))
    assert await store.inbox.told("p1") == {("ana", True)}
    assert await store.inbox.told("p2") == {("ana", False)}
    assert sorted(await store.inbox.projects()) == ["p1", "p2"]
    await store.inbox.withdraw("ana", "p1", True, NOW)
    assert [name for name, _ in await events(store)].count("notification:changed") == 1
    await store.inbox.withdraw("ana", "p1", False, NOW)
    page = await store.inbox.page("ana", Search(), None, 10)
    assert (page.unread, {item.title for item in page.items}) == (2, {"The secret", "Ben replied"})
    await store.close()


async def test_N8_what_is_old_is_forgotten_with_its_cause_and_deliveries(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    mail = Delivery("email", "digest", "You chose it.", NOW)
    old = posting(notice(group="old", dedupe="c"), deliveries=[mail])
    await store.inbox.post([old], NOW)
    await store.inbox.post([posting()], NOW + 10)
    assert await store.inbox.forget(NOW + 5, NOW + 20, 100) == 1
    assert await store.inbox.forget(NOW + 5, NOW + 20, 100) == 0
    assert await unread(store) == 1
    [posted] = await store.inbox.post([old], NOW + 20)
    assert posted.is_new
    await store.close()


async def test_N1_what_is_only_mailed_is_not_in_the_inbox(open_store: OpenStore) -> None:
    store = await open_store()
    mail = Delivery("email", "instant", "You chose it.", NOW)
    only_mail = replace(posting(), listed=False, deliveries=[mail])
    [posted] = await store.inbox.post([only_mail], NOW)
    assert posted.is_new and await events(store) == []
    page = await store.inbox.page("ana", Search(box="all"), None, 10)
    assert (page.items, page.unread) == ([], 0)
    await store.close()


async def test_N1_what_is_only_mailed_makes_nothing_unread_and_is_mailed_all_the_same(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    [row] = (await store.inbox.page("ana", Search(), None, 10)).items
    await store.inbox.change("ana", Wanted([row.id]), Change(read=True), ANA, NOW)
    mail = Delivery("email", "instant", "You chose it.", NOW)
    await store.inbox.post([replace(posting(), listed=False, deliveries=[mail])], NOW + 1)
    found = await store.inbox.get("ana", row.id)
    assert found is not None
    assert (found.read, found.count, await unread(store)) == (True, 2, 0)
    await store.inbox.change("ana", Wanted([row.id]), Change(archived=True), ANA, NOW)
    assert await unread(store) == 0
    columns = select(notification.c.read_up_to, delivery.c.event_seq)
    [[read_up_to, event_seq]] = await rows(
        store, columns.select_from(notification).join(delivery, true())
    )
    assert event_seq > read_up_to, "it was not read in the inbox"
    await store.close()


async def test_N8_what_is_snoozed_for_longer_than_anything_is_kept_comes_back(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    [row] = (await store.inbox.page("ana", Search(), None, 10)).items
    later = NOW + 60 * 24 * 3600 * 1000
    await store.inbox.change("ana", Wanted([row.id]), Change(snooze_ms=later), ANA, NOW)
    assert await store.inbox.forget(later - 1, later - 1, 100) == 0
    await store.inbox.wake(later, 10)
    assert await unread(store) == 1
    await store.close()


async def test_N8_who_has_not_read_what_is_forgotten_is_told_so_now(open_store: OpenStore) -> None:
    store = await open_store()
    await store.inbox.post([posting()], NOW)
    later = NOW + 40 * 24 * 3600 * 1000
    await store.inbox.forget(NOW + 1, later, 100)
    page = await store.log.page(user_room("ana"), None, 100)
    assert [event.time_ms for event in page.events] == [NOW, later]
    assert msgspec.json.decode(page.events[-1].data)["unread"] == 0
    await store.close()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (unread_numbers.RECOUNT, "COVERING INDEX notification_counted"),
        (passing.DUE, "notification_snoozed"),
        (passing.NEXT_DUE, "notification_snoozed"),
        *(
            (page, "notification_by_time (recipient=? AND updated_ms<?)")
            for page in (reading.PAGES["inbox"], reading.PAGES["all"])
        ),
    ],
)
async def test_N4_N6_no_inbox_is_too_full_to_look_something_up(
    open_sqlite: OpenSqlite, tmp_path: Path, statement: Any, index: str
) -> None:
    store = await open_sqlite()
    text, values = Compiler(dialect(paramstyle="named"), dialect()).sql(statement, {})
    names = set(re.findall(r":(\w+)", text))
    with sqlite3.connect(tmp_path / "realtime.sqlite") as file:
        plan = file.execute(f"EXPLAIN QUERY PLAN {text}", {**dict.fromkeys(names, 1), **values})
        assert any(index in row[-1] for row in plan)
    file.close()
    await store.close()
