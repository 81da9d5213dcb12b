"""What becomes of a parcel that goes to several browsers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jupyter_realtime.core.members import Grant
from jupyter_realtime.core.notifications import Notification
from jupyter_realtime.core.push import PushSubscription
from jupyter_realtime.ports import Gone, Parcel, Push, Refused, Undelivered
from jupyter_realtime.ports.deliveries import Item
from jupyter_realtime.service.projects import Projects
from jupyter_realtime.service.pushes import Pushes
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.builders import browser


@dataclass
class FakePusher:
    """The port `Pusher`: what becomes of a push depends on the end of the endpoint."""

    fate: dict[str, Undelivered] = field(default_factory=dict)
    sent: list[tuple[str, Push]] = field(default_factory=list)
    public_key = "key"

    def check(self, subscription: PushSubscription) -> None:
        pass

    async def send(self, push: Push, subscription: PushSubscription) -> None:
        name = subscription.endpoint.rsplit("/", 1)[1]
        self.sent.append((name, push))
        if name in self.fate:
            raise self.fate[name]

    async def close(self) -> None:
        pass


def item(number: int) -> Item:
    told = Notification(
        id=f"n{number}",
        seq=number,
        type="info",
        category="reply",
        title="",
        message="",
        action_url=None,
        project=None,
        thread=None,
        actors=[],
        count=1,
        read=False,
        seen=False,
        archived=False,
        snoozed_until=None,
        created_at="2026-11-27T10:00:00.000Z",
        updated_at=f"2026-11-27T10:00:0{number}.000Z",
        reason="",
    )
    return Item(f"d{number}", "instant", "", told, None)


def parcel(*numbers: int) -> Parcel:
    return Parcel("p", "lease", "ana", "push", 1, False, [item(number) for number in numbers])


async def carry(
    tmp_path: Path, fate: dict[str, Undelivered], names: str, *numbers: int
) -> tuple[FakePusher, set[str], Undelivered | None]:
    """Carry a parcel to browsers; gives who was called, who is left, and what was raised."""
    store = await SqliteStore.open(tmp_path / "realtime.sqlite")
    for name in names.split():
        await store.browsers.put(browser("ana", at=name), most=20)
    await store.browsers.put(browser("ben"), most=20)
    pusher, raised = FakePusher(fate), None
    pushes = Pushes(store, Projects(store, tmp_path, Grant(owner="olga")), pusher)
    assert await pushes.reach(["ana", "zoe"]) == ({"ana"} if names else set())
    try:
        await pushes.carry(parcel(*(numbers or (1,))))
    except Undelivered as failed:
        raised = failed
    left = {one.subscription.endpoint.rsplit("/", 1)[1] for one in await store.browsers.of(["ana"])}
    await store.close()
    return pusher, left, raised


async def test_U6_all_of_a_persons_browsers_are_told_the_newest_first(tmp_path: Path) -> None:
    pusher, _, raised = await carry(tmp_path, {}, "laptop phone", 2, 3, 1, 3)
    told = Push("p", ["n3", "n2", "n1"])
    assert sorted(pusher.sent, key=lambda one: one[0]) == [("laptop", told), ("phone", told)]
    assert raised is None


@pytest.mark.parametrize("failed", [Undelivered("busy"), Refused("no"), Gone("gone")])
async def test_U6_whom_one_browser_told_was_told(tmp_path: Path, failed: Undelivered) -> None:
    _, left, raised = await carry(tmp_path, {"phone": failed}, "laptop phone")
    assert raised is None
    assert left == ({"laptop"} if isinstance(failed, Gone) else {"laptop", "phone"})


async def test_U6_there_is_hope_while_there_is_for_one_browser(tmp_path: Path) -> None:
    fate = {
        "a": Undelivered("a is busy", retry_after=30.0),
        "b": Undelivered("b was silent", may_have_arrived=True, retry_after=60.0),
        "c": Gone("c is gone"),
    }
    _, left, raised = await carry(tmp_path, fate, "a b c")
    assert raised is not None and not isinstance(raised, Refused)
    assert (raised.retry_after, raised.may_have_arrived) == (60.0, True)
    assert raised.message == "a is busy; b was silent"
    assert left == {"a", "b"}


async def test_U6_without_hope_it_is_refused(tmp_path: Path) -> None:
    _, left, raised = await carry(tmp_path, {"a": Gone("gone"), "b": Refused("no")}, "a b")
    assert isinstance(raised, Refused) and raised.message == "gone; no"
    assert left == {"b"}


async def test_U6_a_person_whose_browsers_went_meanwhile_is_not_reached(tmp_path: Path) -> None:
    _, _, raised = await carry(tmp_path, {}, "")
    assert isinstance(raised, Refused)
