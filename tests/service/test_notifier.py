"""The door of all sources: what is decided for whom, and kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from jupyter_realtime.core.errors import BadRequest
from jupyter_realtime.core.notifications import MAX_TITLE_CHARACTERS
from jupyter_realtime.core.preferences import Channel, Preferences, QuietHours, Rule
from jupyter_realtime.ports import Posting
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service import notifier as notifiers
from jupyter_realtime.service.notifier import Notifier
from tests.builders import notice, principal
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, idle, items, project_of, titles


async def by_mail(people: Collection[str]) -> Mapping[str, Collection[Channel]]:
    return dict.fromkeys(people, ("email",))


def watched(services: Services, kept: list[Posting]) -> Notifier:
    """A notifier that reaches everybody by mail, and notes what it keeps."""
    made = Notifier(services.store, services.directory, services.preferences, by_mail)
    post = services.store.inbox.post

    async def note(postings: Collection[Posting], now_ms: int) -> object:
        kept.extend(postings)
        return await post(list(postings), now_ms)

    services.store.inbox.post = note  # type: ignore[method-assign,assignment]  # looked at, and passed on
    return made


async def settle(services: Services, **fields: object) -> None:
    await services.preferences.put(ANA, Preferences(**fields))  # type: ignore[arg-type]  # by name


async def test_N1_who_has_no_part_in_a_project_is_left_out_and_the_others_are_told(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        project = await project_of(services)
        services.directory.seen(ANA)
        posted = await services.notifier.notify(notice(project=project), {"ana", "nobody"})
        assert [(one.recipient, one.is_new) for one in posted] == [("ana", True)]


async def test_N2_a_cause_is_told_once_by_whichever_server(open_services: OpenServices) -> None:
    async with open_services(idle) as here, open_services(idle) as there:
        about = notice(dedupe="run:1")
        posted = [await server.notifier.notify(about, {"ana"}) for server in (here, there, here)]
        assert [one.is_new for [one] in posted] == [True, False, False]
        assert len({one.notification for [one] in posted}) == 1
        [item] = await items(here)
        assert item.count == 1


async def test_H1_H2_what_is_off_in_the_inbox_is_mailed_and_what_is_off_everywhere_is_not_kept(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        kept: list[Posting] = []
        notifier = watched(services, kept)
        mail = Rule(category="reply", channel="email", mode="instant")
        hidden = Rule(category="reply", channel="in_app", mode="off")
        await settle(services, rules=[mail, hidden])
        await notifier.notify(notice(), {"ana"})
        [posting] = kept
        [delivery] = posting.deliveries
        assert (posting.listed, delivery.channel, delivery.mode) == (False, "email", "instant")
        assert delivery.rule == "You chose: replies by mail at once."
        await settle(services, rules=[hidden], mutes=["thread:9"])
        assert await notifier.notify(notice(thread="thread:9"), {"ana"}) == []
        assert len(kept) == 1 and await items(services) == []


async def test_H3_in_quiet_hours_it_stands_in_the_inbox_at_once_and_rings_later(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        kept: list[Posting] = []
        notifier = watched(services, kept)
        # Two spans of which one is now, whenever this runs.
        for begin, end in (("00:00", "12:00"), ("12:00", "00:00")):
            quiet = QuietHours(zone="UTC", from_=begin, to=end)
            await settle(services, quiet_hours=quiet)
            await notifier.notify(notice(group=begin), {"ana"})
        assert sorted(one.toast for one in kept) == ["later", "now"]
        [later] = [one for one in kept if one.toast == "later"]
        assert later.toast_ms is not None and later.toast_ms % (12 * 3600 * 1000) == 0
        assert len(await items(services)) == 2


async def test_N1_whom_it_concerns_may_be_many_and_each_is_told_once(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifiers, "POSTINGS_A_COMMIT", 3)
    async with open_services(idle) as services:
        people = [f"u{number}" for number in range(10)]
        posted = await services.notifier.notify(notice(), people)
        assert sorted(one.recipient for one in posted) == people
        for person in people:
            assert await titles(services, person) == ["Ben replied"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": " "},
        {"title": "x" * (MAX_TITLE_CHARACTERS + 1)},
        {"action_url": "javascript:alert(1)"},
        {"action_url": "//elsewhere.example"},
        {"group": "g" * 201},
        {"dedupe": ""},
    ],
)
async def test_N9_what_can_not_be_shown_reaches_nobody(
    open_services: OpenServices, fields: dict[str, str]
) -> None:
    async with open_services(idle) as services:
        with pytest.raises(BadRequest):
            await services.notifier.notify(notice(**fields), {"ana"})
        assert await items(services) == []


async def test_H3_who_sends_is_woken_only_where_something_is_to_go_out(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        notifier, woken = watched(services, []), []
        notifier.on_delivery(lambda: woken.append(True))
        await notifier.notify(notice(category="analysis"), {"ana"})
        assert not woken
        await settle(services, rules=[Rule(category="reply", channel="email", mode="instant")])
        await notifier.notify(notice(), {"ana", principal("ben").name})
        assert woken == [True]
