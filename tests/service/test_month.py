"""A simulated month: a real mail server gets exactly the mails that people's preferences say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.core.mail import SmtpServer
from jupyter_realtime.core.preferences import Preferences, QuietHours, Rule
from jupyter_realtime.delivery.mail import Sender, SmtpMailer
from jupyter_realtime.ports import Change, Outcome, Parcel, Wanted
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.addresses import Addresses
from jupyter_realtime.service.dispatch import Dispatcher
from jupyter_realtime.service.mailing import Mailing
from jupyter_realtime.service.notifier import Notifier
from tests.builders import actor, notice
from tests.delivery.postbox import Postbox, part, postbox
from tests.service.conftest import OpenServices
from tests.service.month import CATEGORIES, Act, Expected, Mail, Script, Wishes, at, draw
from tests.service.test_people import idle

DOMAIN = "example.org"
TITLE = re.compile(r"^\* (.+)$", re.MULTILINE)
ANSWERS = {"later": "451 Later", "never": "550 Never", "vanished": "vanish"}


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def preferences(wishes: Wishes) -> Preferences:
    quiet = wishes.quiet
    return Preferences(
        rules=[
            Rule(category=category, channel="email", mode=wishes.modes[category])
            for category in CATEGORIES
        ],
        quiet_hours=quiet and QuietHours(zone=wishes.zone, from_=quiet[0], to=quiet[1]),
        digest=wishes.digest,
        digest_at=wishes.digest_at,
        zone=wishes.zone,
    )


class Server:
    """Our services, with a clock of the month, until they are restarted."""

    def __init__(self, services: Services, box: Postbox, month: Month) -> None:
        self.store = services.store
        self.book = services.preferences
        mailer = SmtpMailer(
            SmtpServer.parse(f"smtp://127.0.0.1:{box.port}"), Sender(f"jupyter@{DOMAIN}")
        )
        addresses = Addresses(
            self.store, self.book, mailer, domain=DOMAIN, site="https://jupyter.example.org/"
        )
        carrier = Mailing(
            self.store, self.book, addresses, mailer, site="https://jupyter.example.org/"
        )
        self.dispatcher = Dispatcher(
            self.store,
            self.book,
            services.directory,
            {"email": carrier},
            clock=lambda: milliseconds(month.now),
            chance=lambda: 0.5,
        )
        self.book.on_change(self.dispatcher.revise)
        self.notifier = Notifier(self.store, services.directory, self.book, self.dispatcher.reach)


class Month:
    """Lives through a script."""

    def __init__(self, script: Script, box: Postbox, open_services: OpenServices) -> None:
        self.script = script
        self.now = script.begin
        self._box = box
        self._open_services = open_services
        self._groups: dict[tuple[str, str], str] = {}
        box.at_recipient = self._at_recipient
        box.at_mail = self._at_mail

    def _answer(self, address: str) -> str | None:
        return ANSWERS.get(self.script.answer(address.partition("@")[0], self.now) or "")

    def _at_recipient(self, address: str) -> str | None:
        answer = self._answer(address)
        return None if answer == "vanish" else answer

    def _at_mail(self, address: str) -> str | None:
        answer = self._answer(address)
        return answer if answer == "vanish" else None

    @asynccontextmanager
    async def server(self) -> AsyncIterator[Server]:
        """Open one; the store stays from one to the next."""
        async with self._open_services(idle) as services:
            yield Server(services, self._box, self)

    async def live(self) -> list[Mail]:
        """Do what is in the script; gives what the mail server got, and when."""
        got: list[Mail] = []
        minutes = sorted(self.script.acts)
        is_first = True
        while self.now < self.script.end:
            async with self.server() as server:
                if is_first:
                    for person, wishes in self.script.people.items():
                        await server.book.keep(person, preferences(wishes))
                    is_first = False
                got += await self._until_restart(server, minutes)
        return got

    async def _until_restart(self, server: Server, minutes: list[datetime]) -> list[Mail]:
        got: list[Mail] = []
        while self.now < self.script.end:
            restarts = False
            while minutes and minutes[0] <= self.now:
                for act in self.script.acts[minutes.pop(0)]:
                    restarts = restarts or act.kind == "restart"
                    await self.act(server, act)
            got += await self.send(server)
            due_ms = await server.store.deliveries.next_due(["email"])
            following = [self.script.end, *minutes[:1]]
            if due_ms is not None:
                assert due_ms > milliseconds(self.now)
                following.append(datetime.fromtimestamp(due_ms / 1000, self.now.tzinfo))
            self.now = min(following)
            if restarts or self.now - timedelta(minutes=1) in self.script.killing:
                break
        return got

    async def act(self, server: Server, act: Act) -> None:
        """Do what somebody does."""
        inbox, now_ms = server.store.inbox, milliseconds(self.now)
        if act.kind == "told":
            about = notice(act.title, group=act.group, category=act.category)
            postings = await server.notifier.decide(about, [act.person], now_ms)
            [posted] = await inbox.post(postings, now_ms)
            self._groups[act.person, act.group] = posted.notification
        elif act.kind == "read":
            await inbox.change(act.person, Wanted(), Change(read=True), actor(act.person), now_ms)
        elif act.kind == "archive" and (act.person, act.group) in self._groups:
            one = Wanted(ids=[self._groups[act.person, act.group]])
            await inbox.change(act.person, one, Change(archived=True), actor(act.person), now_ms)
        elif act.wishes is not None:
            await server.book.keep(act.person, preferences(act.wishes))

    async def send(self, server: Server) -> list[Mail]:
        """Have all that is due go out; gives what has arrived."""
        before = len(self._box.mails)
        dies = self.now in self.script.killing
        with killed_before_it_is_noted(server) if dies else nullcontext():
            await server.dispatcher.send_due()
        return sorted(self._mail(mail) for mail in self._box.mails[before:])

    def _mail(self, mail: EmailMessage) -> Mail:
        person = mail["To"].addresses[0].username
        return Mail(self.now, person, tuple(sorted(TITLE.findall(part(mail, "plain")))))


@contextmanager
def killed_before_it_is_noted(server: Server) -> Iterator[None]:
    """Lose what became of parcels that have arrived, as a killed server does."""
    settle = server.store.deliveries.settle

    async def lose(parcel: Parcel, outcomes: Sequence[Outcome], now_ms: int) -> bool:
        if any(outcome.state == "sent" for outcome in outcomes):
            raise Unavailable("We were killed.")
        return await settle(parcel, outcomes, now_ms)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.store.deliveries, "settle", lose)
        yield


# In spring and in autumn, each with the days on which clocks change in New York, Europe and Lord Howe.
@pytest.mark.parametrize(("seed", "begin"), [(1, at(2026, 3, 6)), (2, at(2026, 10, 2))])
async def test_D2_D3_D4_D6_D11_a_month_of_mails_is_what_people_wanted(
    seed: int, begin: datetime, open_services: OpenServices
) -> None:
    script = draw(seed, begin, days=32)
    expected = sorted(Expected(script).mails())
    async with postbox() as box:
        got = sorted(await Month(script, box, open_services).live())
    assert got == expected
    assert len(got) > 200
    sent_again = len(box.mails) - len({mail["Message-ID"] for mail in box.mails})
    assert sent_again == count_of_repeats(script, expected) > 0


def count_of_repeats(script: Script, expected: list[Mail]) -> int:
    """How many mails came once more, because nobody could know that they had arrived."""
    unsure = script.vanishing | script.killing
    return sum(mail.at in unsure for mail in expected)


async def test_D2_after_a_laptop_slept_for_a_week_there_is_one_digest(
    open_services: OpenServices,
) -> None:
    begin = at(2026, 5, 4)
    wishes = Wishes("Europe/Berlin", "hourly", "08:00", None, dict.fromkeys(CATEGORIES, "digest"))
    told = {
        begin + timedelta(hours=hour): [
            Act("told", "ana", f"g{hour}", f"Thing {hour} of g{hour}", "reply")
        ]
        for hour in range(5)
    }
    script = Script(begin, begin + timedelta(days=8), {"ana": wishes}, told, [], [], set(), set())
    async with postbox() as box:
        month = Month(script, box, open_services)
        async with month.server() as server:
            await server.book.keep("ana", preferences(wishes))
            for moment, acts in told.items():
                month.now = moment
                for act in acts:
                    await month.act(server, act)
            month.now = begin + timedelta(days=7, minutes=11)
            assert [mail.titles for mail in await month.send(server)] == [
                tuple(f"Thing {hour} of g{hour}" for hour in range(5))
            ]
            assert await server.store.deliveries.next_due(["email"]) is None


async def test_D6_a_laptop_that_wakes_in_quiet_hours_wakes_nobody(
    open_services: OpenServices,
) -> None:
    begin = at(2026, 5, 4)
    wishes = Wishes("UTC", "off", "08:00", ("22:00", "07:00"), dict.fromkeys(CATEGORIES, "instant"))
    act = Act("told", "ana", "g", "Thing 1 of g", "reply")
    script = Script(begin, begin + timedelta(days=8), {"ana": wishes}, {}, [], [], set(), set())
    async with postbox() as box:
        month = Month(script, box, open_services)
        async with month.server() as server:
            await server.book.keep("ana", preferences(wishes))
            month.now = begin + timedelta(hours=21, minutes=59)
            await month.act(server, act)
            month.now = begin + timedelta(hours=23)
            assert await month.send(server) == []
            due_ms = milliseconds(begin + timedelta(days=1, hours=7))
            assert await server.store.deliveries.next_due(["email"]) == due_ms
            month.now = begin + timedelta(days=1, hours=7)
            [mail] = await month.send(server)
            assert mail.titles == ("Thing 1 of g",)
