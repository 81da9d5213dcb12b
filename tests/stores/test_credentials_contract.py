"""What every store of tokens and tickets guarantees (`ports.Credentials`)."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from jupyter_realtime.core.errors import LimitReached
from jupyter_realtime.ports import MAX_TOKENS_PER_OWNER, TokenRecord
from jupyter_realtime.stores.sql import SqlStore
from jupyter_realtime.stores.tables import ticket
from tests.builders import rows
from tests.databases import OpenStore

NUMBERS = itertools.count(1)


def record(
    owner: str = "ana",
    *,
    created_ms: int = 1000,
    expires_ms: int = 9000,
    scopes: Sequence[str] | None = ("read:system",),
) -> TokenRecord:
    return TokenRecord(
        id=f"t{next(NUMBERS):04}",
        owner=owner,
        label="ci",
        scopes=None if scopes is None else tuple(scopes),
        created_ms=created_ms,
        expires_ms=expires_ms,
    )


async def minted(store: SqlStore, *records: TokenRecord) -> tuple[TokenRecord, ...]:
    for each in records:
        await store.credentials.mint(each)
    return records


async def test_T4_a_record_comes_back_as_it_was_also_after_opening_again(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    records = await minted(
        store, record(scopes=None), record(scopes=("publish:project:p", "read:*"), created_ms=1001)
    )
    await store.close()
    store = await open_store()
    assert await store.credentials.tokens("ana", None, 10) == list(reversed(records))
    assert await store.credentials.tokens("bo", None, 10) == []
    await store.close()


async def test_T4_pages_show_each_token_once_even_those_of_one_moment(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    records = await minted(store, *(record(created_ms=1000 + n // 3) for n in range(10)))
    seen: list[TokenRecord] = []
    page = await store.credentials.tokens("ana", None, 4)
    while page:
        seen += page
        page = await store.credentials.tokens("ana", (seen[-1].created_ms, seen[-1].id), 4)
    assert seen == list(reversed(records))
    await store.close()


async def test_T5_a_revoked_token_is_denied_until_it_would_have_expired(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    mine, hers = await minted(store, record("ana"), record("bo"))
    credentials = store.credentials
    assert not await credentials.revoke(hers.id, "ana", 2000), "not hers to revoke"
    assert not await credentials.revoke("none", "ana", 2000)
    assert await credentials.revoke(mine.id, "ana", 2000)
    assert await credentials.revoke(mine.id, "ana", 3000), "again is no error"
    assert await credentials.revoked(2000) == {mine.id}
    assert (await credentials.tokens("ana", None, 10))[0].revoked_ms == 2000, "the first time"
    assert await credentials.revoke(hers.id, None, 2000), "an admin may"
    assert await credentials.revoked(8999) == {mine.id, hers.id}
    assert await credentials.revoked(9000) == set()
    await store.close()


async def test_T4_expired_records_go_when_another_comes(open_store: OpenStore) -> None:
    store = await open_store()
    _, late = await minted(store, record(expires_ms=2000), record(created_ms=2000))
    assert await store.credentials.tokens("ana", None, 10) == [late]
    await store.close()


async def test_T3_a_person_has_so_many_tokens_and_a_servers_own_does_not_count(
    open_store: OpenStore,
) -> None:
    store = await open_store()
    await asyncio.gather(*(store.credentials.mint(record()) for _ in range(MAX_TOKENS_PER_OWNER)))
    with pytest.raises(LimitReached, match="expire"):
        await store.credentials.mint(record())
    await minted(store, record(scopes=None), record("bo"))
    await store.close()


async def test_T7_of_many_who_redeem_a_ticket_one_gets_it_on_whatever_server(
    open_store: OpenStore,
) -> None:
    stores = [await open_store(), await open_store()]
    await stores[0].credentials.add_ticket("d", '{"a":1}', 2000, 1000)
    found = await asyncio.gather(*(stores[n % 2].credentials.redeem("d", 1500) for n in range(20)))
    assert sorted(found, key=str) == [*[None] * 19, '{"a":1}']
    for store in stores:
        await store.close()


async def test_T7_an_expired_ticket_is_none_and_is_removed(open_store: OpenStore) -> None:
    store = await open_store()
    credentials = store.credentials
    await credentials.add_ticket("old", "{}", 2000, 1000)
    await credentials.add_ticket("older", "{}", 1500, 1000)
    assert await credentials.redeem("old", 2000) is None
    assert await credentials.redeem("old", 1000) is None, "looked at is used up"
    await credentials.add_ticket("new", "{}", 3000, 1500)
    assert await rows(store, select(ticket.c.digest)) == [("new",)]
    await store.close()
