"""The contract of the port `Deliveries`: what waits to go out, and who has it."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_realtime.core.deliveries import WAYS
from jupyter_realtime.ports import (
    Change,
    Delivery,
    Outcome,
    Parcel,
    Posting,
    Revision,
    Store,
    Wanted,
)
from tests.builders import notice, principal
from tests.databases import OpenStore

ANA = principal("ana").actor
NOW = 1_790_000_000_000
LEASE_MS = 60_000


async def post(
    store: Store, group: str = "one", to: str = "ana", due_ms: int = NOW, **fields: Any
) -> str:
    """Tell somebody something that is to be mailed, too; gives the notification's id."""
    delivery = Delivery("email", "instant", "You chose instant.", due_ms)
    about = notice(group=group, title=group)
    known = {"listed": True, "deliveries": [delivery], **fields}
    [posted] = await store.inbox.post([Posting(to, about, rule="", **known)], NOW)
    return posted.notification


async def claim(
    store: Store, now_ms: int = NOW, limit: int = 10, apart_ms: int = 0
) -> list[Parcel]:
    return await store.deliveries.claim(WAYS, now_ms, now_ms + LEASE_MS, limit, apart_ms)


def titles(parcel: Parcel) -> list[str]:
    return [item.notification.title for item in parcel.items]


def all_as(parcel: Parcel, state: Any, **fields: Any) -> list[Outcome]:
    return [Outcome(item.id, state, "Because.", **fields) for item in parcel.items]


async def states(store: Store, told: str, of: str = "ana") -> list[tuple[str, str | None]]:
    return [(one.state, one.outcome) for one in await store.deliveries.of(of, told)]


async def test_D1_what_is_claimed_is_nobody_elses_until_its_lease_is_over(
    open_store: OpenStore,
) -> None:
    one, two = await open_store(), await open_store()
    for number in range(20):
        await post(one, to=f"person {number}")
    halves = await asyncio.gather(*(claim(store, limit=20) for store in (one, two)))
    claimed = [parcel.recipient for half in halves for parcel in half]
    assert sorted(claimed) == sorted(f"person {number}" for number in range(20))
    assert await claim(two) == []
    assert await one.deliveries.next_due(WAYS) == NOW + LEASE_MS
    again = await claim(two, NOW + LEASE_MS, limit=20)
    assert {(p.id, p.attempts, p.may_have_arrived) for p in again} == {
        (parcel.id, 2, True) for half in halves for parcel in half
    }
    await one.close()
    await two.close()


async def test_D1_who_has_lost_a_lease_settles_nothing_with_it(open_store: OpenStore) -> None:
    store = await open_store()
    told = await post(store)
    [late] = await claim(store)
    [again] = await claim(store, NOW + LEASE_MS)
    assert not await store.deliveries.settle(late, all_as(late, "dead"), NOW)
    assert await states(store, told) == [("pending", None)]
    assert await store.deliveries.settle(again, all_as(again, "sent"), NOW)
    assert await states(store, told) == [("sent", "Because.")]
    assert not await store.deliveries.settle(again, all_as(again, "dead"), NOW)
    assert await store.deliveries.next_due(WAYS) is None
    await store.close()


async def test_D2_all_that_is_due_to_a_person_is_one_parcel(open_store: OpenStore) -> None:
    store = await open_store()
    for group in ("one", "two", "one"):
        await post(store, group)
    await post(store, "later", due_ms=NOW + 1)
    await post(store, "for ben", to="ben")
    parcels = {parcel.recipient: parcel for parcel in await claim(store)}
    assert titles(parcels["ana"]) == ["one", "two", "one"]
    assert titles(parcels["ben"]) == ["for ben"]
    assert await store.deliveries.next_due(WAYS) == NOW + 1
    await store.close()


async def test_D2_behind_a_failure_what_becomes_due_waits_and_goes_out_with_it(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await post(store, "one")
    [parcel] = await claim(store)
    await store.deliveries.settle(parcel, all_as(parcel, "pending", due_ms=NOW + 60), NOW)
    await post(store, "two", due_ms=NOW + 10)
    assert await claim(store, NOW + 20) == []
    assert await store.deliveries.next_due(WAYS) == NOW + 60
    [both] = await claim(store, NOW + 60)
    assert (titles(both), both.attempts, both.may_have_arrived) == (["one", "two"], 2, False)
    await store.close()


async def test_D2_what_may_have_arrived_goes_out_again_as_it_was(open_store: OpenStore) -> None:
    store = await open_store()
    await post(store, "one")
    [parcel] = await claim(store)
    unsure = all_as(parcel, "pending", due_ms=NOW + 60, keep=True)
    await store.deliveries.settle(parcel, unsure, NOW)
    await post(store, "two", due_ms=NOW + 60)
    parcels = await claim(store, NOW + 60)
    assert [(p.id == parcel.id, titles(p)) for p in sorted(parcels, key=titles)] == [
        (True, ["one"]),
        (False, ["two"]),
    ]
    await store.close()


async def test_D2_what_was_put_off_without_being_tried_is_no_attempt(open_store: OpenStore) -> None:
    store = await open_store()
    await post(store)
    [parcel] = await claim(store)
    put_off = all_as(parcel, "pending", due_ms=NOW + 60, tried=False)
    await store.deliveries.settle(parcel, put_off, NOW)
    [parcel] = await claim(store, NOW + 60)
    assert parcel.attempts == 1
    await store.close()


async def test_D2_what_follows_a_mail_soon_comes_in_one_when_it_is_long_enough_ago(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await post(store, "first")
    [first] = await claim(store, apart_ms=100)
    # While the first is on its way, and when it has arrived.
    await post(store, "second", due_ms=NOW + 10)
    assert await claim(store, NOW + 10, apart_ms=100) == []
    assert await store.deliveries.settle(first, all_as(first, "sent"), NOW + 20)
    await post(store, "third", due_ms=NOW + 30)
    await post(store, "to ben", to="ben", due_ms=NOW + 30)
    [to_ben] = await claim(store, NOW + 30, apart_ms=100)
    assert to_ben.recipient == "ben"
    assert await store.deliveries.next_due(["email"]) == NOW + 100
    assert await claim(store, NOW + 119, apart_ms=100) == []
    assert await store.deliveries.next_due(["email"]) == NOW + 120
    [rest] = await claim(store, NOW + 120, apart_ms=100)
    assert titles(rest) == ["second", "third"]
    await store.close()


async def test_D2_pushes_wait_for_no_others(open_store: OpenStore) -> None:
    store = await open_store()
    for group in ("first", "second"):
        push = Delivery("push", "instant", "You chose instant.", NOW)
        await post(store, group, deliveries=[push])
        [parcel] = await claim(store, apart_ms=100)
        assert titles(parcel) == [group]
        await store.deliveries.settle(parcel, all_as(parcel, "sent"), NOW)
    await store.close()


async def test_D2_what_a_killed_server_held_keeps_nothing_back_for_longer(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await post(store, "held")
    await claim(store, apart_ms=100)
    await post(store, "next")
    assert await claim(store, NOW + 99, apart_ms=100) == []
    [parcel] = await claim(store, NOW + 100, apart_ms=100)
    assert titles(parcel) == ["next"]
    await store.close()


async def test_D3_what_was_read_archived_withdrawn_or_forgotten_is_skipped(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    read, archived = await post(store, "read"), await post(store, "archived")
    hidden = (
        await store.inbox.post(
            [
                Posting(
                    "ana",
                    notice(group="hidden", project="p"),
                    listed=True,
                    rule="",
                    deliveries=[Delivery("email", "digest", "", NOW)],
                )
            ],
            NOW,
        )
    )[0].notification
    for told, change in ((read, Change(read=True)), (archived, Change(archived=True))):
        await store.inbox.change("ana", Wanted([told]), change, ANA, NOW)
    await store.inbox.withdraw("ana", "p", True, NOW)
    assert await claim(store) == []
    assert await states(store, read) == [("skipped", "You had read it.")]
    assert await states(store, archived) == [("skipped", "You had archived it.")]
    [(state, _)] = await states(store, hidden)
    assert state == "skipped"
    assert await store.deliveries.next_due(WAYS) is None
    await store.close()


async def test_D3_what_happened_behind_the_place_that_was_read_goes_out(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    told = await post(store)
    await store.inbox.change("ana", Wanted([told]), Change(read=True), ANA, NOW)
    await post(store)
    [parcel] = await claim(store)
    assert len(parcel.items) == 1
    assert sorted(state for state, _ in await states(store, told)) == ["pending", "skipped"]
    await store.close()


async def test_D3_what_is_only_mailed_stands_in_no_inbox_and_goes_out(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    read = await post(store, "read")
    await store.inbox.change("ana", Wanted([read]), Change(read=True), ANA, NOW)
    await post(store, "only mailed", listed=False)
    [parcel] = await claim(store)
    assert titles(parcel) == ["only mailed"]
    await store.close()


async def test_D3_what_is_snoozed_waits_until_it_is_back(open_store: OpenStore) -> None:
    store = await open_store()
    told = await post(store)
    snooze = Change(snooze_ms=NOW + 500)
    await store.inbox.change("ana", Wanted([told]), snooze, ANA, NOW)
    assert await claim(store) == []
    assert await store.deliveries.next_due(WAYS) == NOW + 500
    await store.inbox.wake(NOW + 500, 10)
    [parcel] = await claim(store, NOW + 500)
    assert titles(parcel) == ["one"]
    await store.close()


async def test_D4_what_is_dead_is_listed_and_can_be_tried_again(open_store: OpenStore) -> None:
    store = await open_store()
    for number in range(3):
        await post(store, to=f"person {number}")
    for parcel in await claim(store):
        await store.deliveries.settle(parcel, all_as(parcel, "dead"), NOW)
    first = await store.deliveries.in_state("dead", None, 2)
    last = first[-1].created_ms, first[-1].id
    dead = [*first, *await store.deliveries.in_state("dead", last, 2)]
    assert sorted(one.recipient for one in dead) == ["person 0", "person 1", "person 2"]
    assert {(one.outcome, one.done_ms, one.attempts) for one in dead} == {("Because.", NOW, 1)}
    assert await store.deliveries.revive(dead[0].id, NOW + 5)
    assert not await store.deliveries.revive(dead[0].id, NOW + 5)
    assert not await store.deliveries.revive("nothing", NOW + 5)
    [parcel] = await claim(store, NOW + 5)
    assert (parcel.recipient, parcel.attempts) == (dead[0].recipient, 1)
    await store.close()


async def test_D5_a_mail_takes_the_place_of_a_push_unless_one_tells_it_anyway(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    push = Delivery("push", "instant", "", NOW)
    alone = await post(store, "alone", deliveries=[push])
    mailed = await post(
        store, "mailed", deliveries=[push, Delivery("email", "digest", "", NOW + 9)]
    )
    [parcel] = await store.deliveries.claim(["push"], NOW, NOW + LEASE_MS, 10)
    assert (parcel.way, sorted(titles(parcel))) == ("push", ["alone", "mailed"])
    failed = all_as(parcel, "dead", instead="A mail takes over.")
    await store.deliveries.settle(parcel, failed, NOW + 1)
    [taken_over] = await claim(store, NOW + 1)
    assert (taken_over.way, titles(taken_over)) == ("email", ["alone"])
    assert [(i.mode, i.rule) for i in taken_over.items] == [("instead", "A mail takes over.")]
    assert len(await store.deliveries.of("ana", alone)) == 2
    assert [
        one.mode for one in await store.deliveries.of("ana", mailed) if one.channel == "email"
    ] == ["digest"]
    await store.close()


async def test_D6_what_waits_can_be_decided_anew_but_not_what_is_under_way(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    off = await post(store, "off", due_ms=NOW + 9)
    await post(store, "digest", due_ms=NOW + 9)
    await post(store, "claimed")
    [parcel] = await claim(store)
    waiting = {one.notification.title: one for one in await store.deliveries.waiting("ana")}
    assert waiting.keys() == {"off", "digest"}
    await store.deliveries.revise(
        [
            Revision(waiting["off"].id, "instant", "You chose off.", None),
            Revision(waiting["digest"].id, "digest", "You chose digest.", NOW + 99),
            Revision(parcel.items[0].id, "instant", "You chose off.", None),
        ],
        NOW,
    )
    assert await states(store, off) == [("skipped", "You chose off.")]
    assert await store.deliveries.settle(parcel, all_as(parcel, "sent"), NOW)
    [left] = await store.deliveries.waiting("ana")
    assert (left.mode, left.due_ms) == ("digest", NOW + 99)
    await store.close()


async def test_D1_who_carries_only_mails_claims_no_push(open_store: OpenStore) -> None:
    store = await open_store()
    await post(store, deliveries=[Delivery("push", "instant", "", NOW)])
    assert await store.deliveries.next_due(["email"]) is None
    assert await store.deliveries.claim(["email"], NOW, NOW + 1, 10) == []
    assert await store.deliveries.next_due(["push"]) == NOW
    await store.close()
