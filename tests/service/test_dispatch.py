"""What waits to go out is sent: when it is due, by whom, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.deliveries import RETRY_SECONDS, Way
from jupyter_realtime.core.errors import NotFound
from jupyter_realtime.core.members import Member, NamedMember
from jupyter_realtime.core.preferences import Mode, Policy, Preferences, Rule
from jupyter_realtime.ports import Delivery, Parcel, Posting, Refused, Undelivered
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import dispatch
from jupyter_realtime.service.dispatch import Dispatcher
from jupyter_realtime.service.inboxes import now_ms
from tests.builders import eventually, notice
from tests.service.conftest import OpenServices, on_each_store
from tests.service.test_people import OWNER, idle

NOW = 1_790_000_000_000
HOUR_MS = 3_600_000


class Carried:
    """A carrier that keeps what it is given, or raises what it is told to."""

    def __init__(self, *, nobody: bool = False) -> None:
        self.parcels: list[Parcel] = []
        self.failure: Callable[[Parcel], Exception | None] = lambda _parcel: None
        # To whom it takes as long as the test wants.
        self.slow: set[str] = set()
        self.has_begun = asyncio.Event()
        self.nobody = nobody

    async def reach(self, people: Collection[str]) -> Collection[str]:
        """Reach everybody, or nobody."""
        return [] if self.nobody else people

    async def carry(self, parcel: Parcel) -> None:
        """Keep it, unless it is slow."""
        self.has_begun.set()
        if parcel.recipient in self.slow:
            await asyncio.Event().wait()
        self.parcels.append(parcel)
        failure = self.failure(parcel)
        if failure is not None:
            raise failure

    @property
    def titles(self) -> list[list[str]]:
        """What has been carried, parcel by parcel."""
        return [[item.notification.title for item in parcel.items] for parcel in self.parcels]


class Clock:
    """Unix milliseconds that a test moves."""

    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms


class World:
    """A server whose deliveries go to carriers of a test."""

    def __init__(self, services: Services, carriers: Mapping[Way, Carried], clock: Clock) -> None:
        self.services = services
        self.store = services.store
        self.clock = clock
        self.dispatcher = Dispatcher(
            services.store,
            services.preferences,
            services.directory,
            carriers,
            clock,
            lambda: 0.5,
            mails_apart_seconds=0.0,
        )
        services.preferences.on_change(self.dispatcher.revise)

    async def post(self, title: str = "Hello", *ways: Way, to: str = "ana", **about: Any) -> str:
        """Tell somebody something that is due now by some ways."""
        due = [Delivery(way, "instant", "", self.clock.ms) for way in ways or ("email",)]
        known = {"group": title, **about}
        posting = Posting(to, notice(title, **known), listed=True, rule="", deliveries=due)
        [posted] = await self.store.inbox.post([posting], self.clock.ms)
        return posted.notification

    async def outcomes(self, told: str, of: str = "ana") -> list[tuple[str, str, str | None]]:
        """What has become of a notification, by way."""
        found = await self.store.deliveries.of(of, told)
        return sorted((one.channel, one.state, one.outcome) for one in found)


@asynccontextmanager
async def world(open_services: OpenServices, **carriers: Carried) -> AsyncIterator[World]:
    """Open one."""
    async with open_services(idle) as services:
        made = World(services, carriers, Clock())  # type: ignore[arg-type]  # ways are words
        try:
            yield made
        finally:
            await made.dispatcher.close()


def wish(mode: Mode, channel: Any = "email", category: Any = "reply") -> Preferences:
    return Preferences(rules=[Rule(category=category, channel=channel, mode=mode)])


INSTANT = wish("instant")


async def test_D1_what_is_told_goes_out_when_the_door_wakes_us(open_services: OpenServices) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        it.dispatcher.open()
        # The door goes by the time of day, and so does what it keeps.
        it.clock.ms = now_ms() + HOUR_MS
        notifier = it.services.notifier
        notifier._reach = it.dispatcher.reach
        notifier.on_delivery(it.dispatcher.wake)
        await notifier.notify(notice("Hello"), ["ana"])
        await eventually(carried(mail, 1))
        assert mail.titles == [["Hello"]]


async def test_D2_of_a_burst_the_first_comes_at_once_and_the_rest_in_one_mail(
    open_services: OpenServices,
) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        services, carriers = it.services, {"email": mail}
        dispatcher = Dispatcher(
            it.store, services.preferences, services.directory, carriers, it.clock
        )
        for title in ("One", "Two", "Three"):
            await it.post(title)
            await dispatcher.send_due()
            it.clock.ms += 1000
        assert mail.titles == [["One"]]
        it.clock.ms = NOW + 60_000
        await dispatcher.send_due()
        assert mail.titles == [["One"], ["Two", "Three"]]


def carried(carrier: Carried, count: int) -> Callable[[], Any]:
    async def has() -> bool:
        return len(carrier.parcels) >= count

    return has


@on_each_store
async def test_D1_what_another_server_adds_is_noticed_and_sent_once(
    open_services: OpenServices,
) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as one, world(open_services, email=mail) as two:
        await one.services.preferences.keep("ana", INSTANT)
        one.store.on_growth(one.dispatcher.wake)
        for server in (one, two):
            server.dispatcher.open()
        told = await two.post("Hello")
        await eventually(carried(mail, 1))
        for server in (one, two):
            server.dispatcher.wake()
            await server.dispatcher.send_due()
        assert mail.titles == [["Hello"]]
        assert await one.outcomes(told) == [("email", "sent", "Sent.")]


async def test_D1_a_slow_parcel_holds_up_nobody_else(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "FINISH_SECONDS", 0.1)
    mail = Carried()
    mail.slow.add("ana")
    async with world(open_services, email=mail) as it:
        for person in ("ana", "ben"):
            await it.services.preferences.keep(person, INSTANT)
        it.dispatcher.open()
        slow = await it.post("Slow")
        it.dispatcher.wake()
        await mail.has_begun.wait()
        fast = await it.post("Fast", to="ben")
        it.dispatcher.wake()
        await eventually(carried(mail, 1))
        assert mail.titles == [["Fast"]]
        assert (await it.outcomes(slow))[0][1] == "pending"

        async def is_settled() -> bool:
            return (await it.outcomes(fast, "ben"))[0][1] == "sent"

        await eventually(is_settled)


async def test_D4_what_fails_is_tried_for_a_day_and_then_given_up(
    open_services: OpenServices, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mail = Carried()
    mail.failure = lambda _parcel: Undelivered("The mail server answered 451.")
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        told = await it.post("A secret")
        tried: list[int] = []
        while (due_ms := await it.store.deliveries.next_due(["email"])) is not None:
            it.clock.ms = due_ms
            tried.append((due_ms - NOW) // 1000)
            await it.dispatcher.send_due()
        assert tried == [sum(map(int, RETRY_SECONDS[:count])) for count in range(8)]
        assert 24 <= tried[-1] / 3600 < 25
        assert await it.outcomes(told) == [
            ("email", "dead", "Given up after 8 attempts. The mail server answered 451.")
        ]
    assert "delivery.dead" in caplog.text
    assert "A secret" not in caplog.text


async def test_D4_what_the_other_side_asks_to_wait_is_waited(open_services: OpenServices) -> None:
    mail = Carried()
    mail.failure = lambda _parcel: Undelivered("Later.", retry_after=7200)
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        await it.post()
        await it.dispatcher.send_due()
        assert await it.store.deliveries.next_due(["email"]) == NOW + 2 * HOUR_MS


async def test_D4_a_parcel_that_can_not_be_made_is_tried_again_and_its_error_is_logged(
    open_services: OpenServices, caplog: pytest.LogCaptureFixture
) -> None:
    mail = Carried()
    mail.failure = lambda _parcel: ZeroDivisionError()
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        told = await it.post()
        await it.dispatcher.send_due()
        assert await it.outcomes(told) == [
            ("email", "pending", "It could not be made: ZeroDivisionError.")
        ]
    assert "A parcel could not be made" in caplog.text


async def test_D4_only_what_is_dead_is_tried_again(open_services: OpenServices) -> None:
    mail = Carried()
    mail.failure = lambda _parcel: Refused("The mail server answered 550.")
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        told = await it.post()
        await it.dispatcher.send_due()
        [dead] = await it.store.deliveries.of("ana", told)
        mail.failure = lambda _parcel: None
        await it.dispatcher.revive(dead.id)
        await it.dispatcher.send_due()
        assert await it.outcomes(told) == [("email", "sent", "Sent.")]
        with pytest.raises(NotFound):
            await it.dispatcher.revive(dead.id)


@pytest.mark.parametrize("how", ["refused", "no browser"])
async def test_D5_a_mail_takes_the_place_of_a_push(open_services: OpenServices, how: str) -> None:
    mail, push = Carried(), Carried(nobody=how == "no browser")
    push.failure = lambda _parcel: Refused("The push service answered 403.")
    async with world(open_services, email=mail, push=push) as it:
        # Nobody has asked for mails about replies; a push is the default.
        told = await it.post("Hello", "push")
        await it.dispatcher.send_due()
        assert mail.titles == [["Hello"]]
        [by_mail, by_push] = await it.outcomes(told)
        assert by_mail == ("email", "sent", "Sent.")
        assert by_push[1] == ("skipped" if how == "no browser" else "dead")


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        (wish("off"), Policy()),
        (Preferences(mutes=["thread-1"]), Policy()),
        (Preferences(), Policy(locks=wish("off").rules)),
        (Preferences(), Policy(defaults=wish("off").rules)),
    ],
    ids=["chosen", "muted", "locked", "an admin's default"],
)
async def test_D5_no_mail_takes_the_place_of_a_push_where_none_is_wanted(
    open_services: OpenServices, said: Preferences, policy: Policy
) -> None:
    mail, push = Carried(), Carried()
    push.failure = lambda _parcel: Refused("The push service answered 403.")
    async with world(open_services, email=mail, push=push) as it:
        it.services.preferences.policy = policy
        await it.services.preferences.keep("ana", said)
        await it.post("Hello", "push", thread="thread-1")
        await it.dispatcher.send_due()
        assert mail.parcels == []
        assert await it.store.deliveries.next_due(["email", "push"]) is None


async def test_D6_what_was_switched_off_or_muted_is_not_sent_and_says_by_which_rule(
    open_services: OpenServices,
) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", wish("off"))
        off = await it.post("Off")
        await it.services.preferences.keep(
            "ben", msgspec.structs.replace(INSTANT, mutes=["thread-1"])
        )
        muted = await it.post("Muted", to="ben", thread="thread-1")
        await it.dispatcher.send_due()
        assert mail.parcels == []
        assert await it.outcomes(off) == [("email", "skipped", "You chose: replies by mail never.")]
        assert await it.outcomes(muted, "ben") == [("email", "skipped", "You muted thread-1.")]


async def test_D6_who_settles_something_else_has_what_waits_decided_anew(
    open_services: OpenServices,
) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as it:
        daily = msgspec.structs.replace(wish("digest"), digest="daily")
        await it.services.preferences.keep("ana", daily)
        later = Delivery("email", "digest", "", NOW + 20 * HOUR_MS)
        for title in ("One", "Two"):
            about = notice(title, group=title)
            posting = Posting("ana", about, listed=True, rule="", deliveries=[later])
            await it.store.inbox.post([posting], NOW)
        hourly = msgspec.structs.replace(wish("digest"), digest="hourly")
        await it.services.preferences.keep("ana", hourly)
        due_ms = await it.store.deliveries.next_due(["email"])
        assert due_ms is not None
        assert NOW < due_ms <= NOW + HOUR_MS
        assert due_ms % HOUR_MS == 0
        await it.services.preferences.keep("ana", INSTANT)
        await it.dispatcher.send_due()
        assert mail.titles in ([["One", "Two"]], [["Two", "One"]])


async def test_D6_a_change_while_something_is_due_does_not_put_it_off(
    open_services: OpenServices,
) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as it:
        daily = msgspec.structs.replace(wish("digest"), digest="daily")
        await it.services.preferences.keep("ana", daily)
        due = Delivery("email", "digest", "", NOW - 1)
        posting = Posting("ana", notice("Due"), listed=True, rule="", deliveries=[due])
        await it.store.inbox.post([posting], NOW)
        await it.services.preferences.keep("ana", msgspec.structs.replace(daily, digest="weekly"))
        await it.dispatcher.send_due()
        assert mail.titles == [["Due"]]


async def test_D3_who_may_not_read_in_a_project_any_more_is_mailed_nothing_of_it(
    open_services: OpenServices,
) -> None:
    mail = Carried()
    async with world(open_services, email=mail) as it:
        [project] = await it.services.projects.list(OWNER)
        await it.services.members.put(OWNER, project.id, Member(user="ana", role="viewer"))
        await it.services.preferences.keep("ana", INSTANT)
        await it.post("While a member", project=project.id)
        await it.dispatcher.send_due()
        assert mail.titles == [["While a member"]]
        told = await it.post("And then not", project=project.id)
        await it.services.members.remove(OWNER, project.id, NamedMember(user="ana"))
        await it.dispatcher.send_due()
        assert len(mail.parcels) == 1
        [(_, state, _)] = await it.outcomes(told)
        assert state == "skipped"


async def test_D7_whom_no_mail_reaches_any_more_is_told_why(open_services: OpenServices) -> None:
    mail = Carried(nobody=True)
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        told = await it.post()
        await it.dispatcher.send_due()
        [(_, state, words)] = await it.outcomes(told)
        assert state == "skipped"
        assert words is not None and "no address" in words


async def test_D1_a_server_that_stops_finishes_what_is_soon_done_and_leaves_the_rest(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "FINISH_SECONDS", 0.1)
    mail = Carried()
    mail.slow.add("ana")
    async with world(open_services, email=mail) as it:
        await it.services.preferences.keep("ana", INSTANT)
        it.dispatcher.open()
        told = await it.post()
        it.dispatcher.wake()
        await mail.has_begun.wait()
        await it.dispatcher.close()
        assert mail.parcels == []
        assert await it.outcomes(told) == [("email", "pending", None)]
        assert await it.store.deliveries.next_due(["email"]) == NOW + 120_000
