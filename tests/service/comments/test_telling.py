"""Who is told of a comment, and of what not."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.comment_notices import DELETED_MESSAGE
from jupyter_realtime.core.errors import Forbidden, Unavailable
from jupyter_realtime.core.preferences import Preferences
from jupyter_realtime.core.rooms import user_room
from jupyter_realtime.core.threads import OwnThread
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.comments.range import Range
from jupyter_realtime.service.comments.threads import NewThread
from tests.builders import principal
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, BEN, come_by, give, idle, items

CY = principal("cy")


async def begin(
    services: Services, body: str, by: Principal = ANA, path: str = "a.py"
) -> OwnThread:
    """Begin a thread in a file, with everybody there."""
    await come_by(services, ANA, BEN, CY)
    _, document = await services.projects.document(by, None, path)
    new = NewThread(document.id, Range(None, "x = 1\n", 0, 1), body)
    return await services.comments.threads.open(by, new)


async def told(services: Services, name: str) -> list[tuple[str, str, int]]:
    """What somebody was told, in short."""
    return [(one.category, one.title, one.count) for one in await items(services, name)]


async def test_I19_who_is_mentioned_and_who_takes_part_is_told_and_nobody_of_themselves(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why, @ben? I, @ana, wonder.")
        assert await told(services, "ben") == [("mention", "ana mentioned you in a.py", 1)]
        assert await told(services, "ana") == await told(services, "cy") == []
        await services.comments.threads.reply(BEN, thread.id, "So.", None)
        assert await told(services, "ana") == [("reply", "ben replied in a.py", 1)]
        await services.comments.threads.reply(CY, thread.id, "I see.", None)
        assert await told(services, "ana") == [("reply", "cy replied in a.py", 2)]
        assert await told(services, "ben") == [("reply", "cy replied in a.py", 2)]
        assert await told(services, "cy") == []
        [one] = await items(services, "ana")
        assert [who.name for who in one.actors] == ["cy", "ben"]
        assert (one.thread, one.project) == (thread.id, thread.project)
        assert one.action_url == f"/lab/tree/a.py?thread={thread.id}"
        assert one.message == "I see."
        assert one.reason.startswith("You take part in this thread.")


async def test_I19_one_comment_is_told_once_however_often_it_is_sent_or_edited(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        reply = services.comments.threads.reply
        first, again = [await reply(BEN, thread.id, "Hm, @cy", "k") for _ in range(2)]
        assert first == again
        edit = services.comments.threads.edit
        await edit(BEN, thread.id, first.id, "Hm, @cy and @ana")
        await edit(BEN, thread.id, first.id, "Hm, @cy, @ana!")
        assert await told(services, "cy") == [("mention", "ben mentioned you in a.py", 1)]
        assert await told(services, "ana") == [("reply", "ben replied in a.py", 1)]
        opening = thread.comments[0].id
        await edit(ANA, thread.id, opening, "Why, @ben?")
        assert await told(services, "ben") == [("mention", "ana mentioned you in a.py", 1)]


async def test_I19_who_follows_all_is_told_and_who_has_muted_is_not(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        reading = services.comments.reading
        await reading.subscribe_document(CY, thread.document, "all")
        await reading.subscribe_document(ANA, thread.document, "muted")
        other = await begin(services, "And this, @ana?", BEN)
        assert await told(services, "cy") == [("reply", "ben commented on a.py", 1)]
        await services.comments.threads.reply(BEN, thread.id, "@ana!", None)
        assert await told(services, "ana") == []
        await reading.subscribe(ANA, other.id, "participating")
        await reading.subscribe(CY, other.id, "muted")
        await services.comments.threads.reply(BEN, other.id, "@ana?", None)
        assert len(await told(services, "ana")) == 1
        assert [count for *_, count in await told(services, "cy")] == [1, 1]


async def test_I19_a_program_tells_its_person_nothing_of_what_it_does(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        job = principal("ana", "program")
        await services.comments.threads.reply(job, thread.id, "@ana: done", None)
        assert await told(services, "ana") == []


async def test_I19_a_visitor_tells_whoever_has_their_name(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        visitor = Principal(actor=msgspec.structs.replace(ANA.actor, via="server"))
        await services.comments.threads.reply(visitor, thread.id, "So.", None)
        assert await told(services, "ana") == [("reply", "ana replied in a.py", 1)]
        # What a visitor takes part in is not their namesake's.
        other = await begin(services, "Hm?", visitor)
        await services.comments.threads.reply(BEN, other.id, "So.", None)
        assert len(await told(services, "ana")) == 1
        text = "Hm, @ana?"
        await services.comments.threads.edit(visitor, other.id, other.comments[0].id, text)
        assert ("mention", "ana mentioned you in a.py", 1) in await told(services, "ana")


async def test_I19_who_may_not_see_it_is_neither_mentioned_nor_told(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why, @ben and @eve?")
        assert thread.comments[0].mentions == ["ben"]
        services.projects.grant = msgspec.structs.replace(services.projects.grant, others=None)
        await give(services, thread.project, "member", "ana")
        await services.comments.threads.reply(ANA, thread.id, "@ben?", None)
        [one] = await items(services, "ben")
        assert one.count == 1
        with pytest.raises(Forbidden):
            await services.comments.reading.get(BEN, thread.id)


async def test_I19_a_mute_and_a_switch_of_the_preferences_count(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        await services.preferences.put(ANA, Preferences(mutes=[thread.id]))
        await services.comments.threads.reply(BEN, thread.id, "So.", None)
        assert await told(services, "ana") == []


async def test_I3_I14_whom_a_reply_concerns_is_asked_again_where_others_have_replied_meanwhile(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        threads, audience = services.comments.threads, services.store.threads.audience
        asked = asyncio.Event()

        async def slow(document: str, of: str | None) -> object:
            found = await audience(document, of)
            if not asked.is_set():
                asked.set()
                # Between the question and the commit.
                await threads.reply(CY, thread.id, "Me too.", None)
            return found

        monkeypatch.setattr(services.store.threads, "audience", slow)
        await threads.reply(BEN, thread.id, "So.", None)
        assert await told(services, "cy") == [("reply", "ben replied in a.py", 1)]


async def test_I14_what_can_not_be_kept_is_told_to_nobody(
    open_services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")

        async def lost(*_: object) -> None:
            raise Unavailable("The disk is full.")

        monkeypatch.setattr(services.store.threads, "reply", lost)
        with pytest.raises(Unavailable):
            await services.comments.threads.reply(BEN, thread.id, "So, @cy", None)
        assert await told(services, "ana") == await told(services, "cy") == []


async def test_I18_an_owner_deletes_anybodys_comment_and_a_member_only_their_own(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        [first] = thread.comments
        with pytest.raises(Forbidden):
            await services.comments.threads.delete(BEN, thread.id, first.id)
        with pytest.raises(Forbidden):
            await services.comments.threads.edit(BEN, thread.id, first.id, "forged")
        await give(services, thread.project, "owner", "ben")
        left = await services.comments.threads.delete(BEN, thread.id, first.id)
        assert left.deleted and left.author == ANA.actor
        visitor = Principal(actor=msgspec.structs.replace(ANA.actor, via="server"))
        with pytest.raises(Forbidden):
            await services.comments.threads.undelete(visitor, thread.id, first.id)


async def test_I18_a_viewer_reads_and_does_not_comment(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why?")
        await give(services, thread.project, "viewer", "ben")
        assert (await services.comments.reading.get(BEN, thread.id)).unread == 1
        assert await services.comments.reading.read(BEN, thread.id, None) == 0
        with pytest.raises(Forbidden):
            await services.comments.threads.reply(BEN, thread.id, "So.", None)
        with pytest.raises(Forbidden):
            await services.comments.threads.turn(BEN, thread.id, resolved=True)


async def test_I5_what_people_were_told_of_a_deleted_comment_does_not_say_what_it_said(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        comments = services.comments.threads
        thread = await begin(services, "A first secret, @ben and @cy.")
        reply = await comments.reply(CY, thread.id, "Hear, @ben!", None)
        await comments.delete(ANA, thread.id, thread.comments[0].id)
        # A row says what came last: here another's words, there the deleted ones.
        assert [one.message for one in await items(services, "ben")] == ["Hear, @ben!"]
        assert [one.message for one in await items(services, "cy")] == [DELETED_MESSAGE]
        await comments.delete(CY, thread.id, reply.id)
        assert [one.message for one in await items(services, "ben")] == [DELETED_MESSAGE]
        for name in ("ana", "ben", "cy"):
            log = await services.store.log.page(user_room(name), None, 1000)
            told = b"".join(bytes(event.data) for event in log.events)
            assert b"secret" not in told and b"Hear" not in told
