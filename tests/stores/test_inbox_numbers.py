"""Whatever happens to an inbox, in whichever order: the badge's number is that of the rows."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.ports import Change, Delivery, Posting, Search, Store, Wanted
from tests.builders import notice, principal
from tests.databases import OpenStore

NOW = 1_790_000_000_000
STEPS = 150
ANA = principal("ana").actor


class Walk:
    """Does one thing after another to an inbox, by chance."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = Random(seed)
        self.now = NOW

    async def step(self) -> None:
        self.now += self.chance.randrange(3)
        act = self.chance.choice(
            (
                *(self.post, self.post, self.change, self.change),
                *(self.wake, self.resolve, self.withdraw, self.forget),
            )
        )
        await act()

    async def post(self) -> None:
        about = notice(
            group=f"g{self.chance.randrange(9)}", project=self.chance.choice((None, "p1", "p2"))
        )
        mail = Delivery("email", "instant", "You chose it.", self.now)
        listed = self.chance.random() < 0.8
        await self.store.inbox.post(
            [Posting(who, about, listed, "", deliveries=[mail]) for who in ("ana", "ben")], self.now
        )

    async def change(self) -> None:
        chance = self.chance
        rows = (await self.store.inbox.page("ana", Search(box="all"), None, 100)).items
        some = chance.sample(rows, min(len(rows), chance.choice((1, 1, 3))))
        all_of = Wanted(up_to=chance.randrange(60), project=chance.choice((None, "p1")))
        how = Change(
            read=chance.choice((None, True, False)),
            up_to=chance.choice((None, chance.randrange(60))),
            archived=chance.choice((None, None, True, False)),
            snooze_ms=chance.choice((None, None, 0, self.now + 5)),
        )
        wanted = chance.choice((Wanted([row.id for row in some]), all_of))
        await self.store.inbox.change("ana", wanted, how, ANA, self.now)

    async def wake(self) -> None:
        await self.store.inbox.wake(self.now, 2)

    async def resolve(self) -> None:
        await self.store.inbox.resolve(
            f"g{self.chance.randrange(9)}", self.chance.choice((["ana"], ["ana", "ben"])), self.now
        )

    async def withdraw(self) -> None:
        await self.store.inbox.withdraw("ana", "p1", self.chance.random() < 0.5, self.now)

    async def forget(self) -> None:
        await self.store.inbox.forget(self.now - 20, self.now, 2)


@pytest.mark.parametrize("seed", range(8))
async def test_N4_whatever_happens_the_number_is_that_of_the_rows(
    open_store: OpenStore, seed: int
) -> None:
    store = await open_store()
    walk = Walk(store, seed)
    for _ in range(STEPS):
        await walk.step()
        for person in ("ana", "ben"):
            await assert_counted(store, person)
    await store.close()


async def assert_counted(store: Store, person: str) -> None:
    counted = await store.inbox.page(person, Search(box="unread"), None, 100)
    shown = await store.inbox.page(person, Search(), None, 100)
    assert {row.id for row in counted.items} == {row.id for row in shown.items if not row.read}
    assert counted.unread == shown.unread == len(counted.items)
    head = await store.log.position(user_room(person))
    for event in (await store.log.page(user_room(person), max(0, head.seq - 1), 1)).events:
        assert msgspec.json.decode(event.data)["unread"] == counted.unread, "what tabs were told"
