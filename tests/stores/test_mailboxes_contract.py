"""The contract of the port `Mailboxes`: where mails go, and what the links in them do."""

from __future__ import annotations

from jupyter_realtime.ports.deliveries import Address, Link
from tests.databases import OpenStore


async def test_D7_an_address_counts_when_the_link_that_was_sent_to_it_is_followed(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.mailboxes.put("ana", "old@example.org", "link to old", 1)
    await store.mailboxes.put("ana", "new@example.org", "link to new", 2)
    assert await store.mailboxes.confirm("link to old") is None
    assert await store.mailboxes.of(["ana", "ben"]) == {"ana": Address("new@example.org", False)}
    assert await store.mailboxes.confirm("link to new") == "new@example.org"
    assert await store.mailboxes.confirm("link to new") == "new@example.org"
    assert await store.mailboxes.of(["ana"]) == {"ana": Address("new@example.org", True)}
    await store.close()


async def test_D7_a_confirmed_address_stays_in_use_until_the_new_one_is_confirmed(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await store.mailboxes.put("ana", "old@example.org", "link to old", 1)
    await store.mailboxes.confirm("link to old")
    for address in ("typo@example.org", "new@example.org"):
        await store.mailboxes.put("ana", address, f"link to {address}", 2)
        [found] = (await store.mailboxes.of(["ana"])).values()
        assert found == Address(address, False, "old@example.org")
        assert found.counting == "old@example.org"
    assert await store.mailboxes.confirm("link to typo@example.org") is None
    assert await store.mailboxes.confirm("link to new@example.org") == "new@example.org"
    assert await store.mailboxes.of(["ana"]) == {"ana": Address("new@example.org", True)}
    await store.close()


async def test_D7_who_stays_with_an_address_can_confirm_no_other(open_store: OpenStore) -> None:
    store = await open_store()
    await store.mailboxes.put("ana", "old@example.org", "link to old", 1)
    await store.mailboxes.keep("ana")
    assert await store.mailboxes.of(["ana"]) == {"ana": Address("old@example.org", False)}
    await store.mailboxes.put("ana", "old@example.org", "link to old again", 1)
    await store.mailboxes.confirm("link to old again")
    await store.mailboxes.put("ana", "new@example.org", "link to new", 2)
    await store.mailboxes.keep("ana")
    assert await store.mailboxes.of(["ana"]) == {"ana": Address("old@example.org", True)}
    assert await store.mailboxes.confirm("link to new") is None
    await store.close()


async def test_D7_a_link_that_ends_mails_confirms_no_address(open_store: OpenStore) -> None:
    store = await open_store()
    await store.mailboxes.put("ana", "a@example.org", "to confirm", 1)
    await store.mailboxes.add_link("to end", Link("ana", "unsubscribe", "reply"), 1, 0)
    assert await store.mailboxes.confirm("to end") is None
    assert await store.mailboxes.link("to end") == Link("ana", "unsubscribe", "reply")
    assert await store.mailboxes.link("to confirm") == Link("ana", "confirm", None)
    assert await store.mailboxes.link("nothing") is None
    await store.close()


async def test_D7_a_removed_address_can_not_be_confirmed(open_store: OpenStore) -> None:
    store = await open_store()
    await store.mailboxes.put("ana", "a@example.org", "to confirm", 1)
    await store.mailboxes.remove("ana")
    await store.mailboxes.put("ben", "b@example.org", "for ben", 1)
    assert await store.mailboxes.confirm("to confirm") is None
    assert await store.mailboxes.of(["ana", "ben"]) == {"ben": Address("b@example.org", False)}
    await store.close()


async def test_D7_old_links_are_forgotten(open_store: OpenStore) -> None:
    store = await open_store()
    for number in (1, 2, 3):
        link = Link("ana", "unsubscribe", None)
        await store.mailboxes.add_link(f"link {number}", link, number, since_ms=number - 1)
    assert await store.mailboxes.link("link 1") is None
    assert await store.mailboxes.link("link 2") is not None
    await store.close()
