"""Every door to what is said and done in a project, tried by those who may not go through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.errors import Forbidden
from jupyter_realtime.core.threads import OwnThread
from jupyter_realtime.ports import ThreadSearch
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.activity import ActivitySearch
from jupyter_realtime.service.comments.range import Range
from jupyter_realtime.service.comments.threads import NewThread
from tests.builders import principal
from tests.service.comments.test_telling import begin
from tests.service.conftest import OpenServices
from tests.service.telling import ANA, OWNER, give, idle, only_by_row, take

EVE = principal("eve")
TOKEN = msgspec.structs.replace(
    principal("ana", "program"), scopes=frozenset({"read:system", "publish:system"})
)
RANGE = Range(None, "x", 0, 1)
Doors = dict[str, Callable[[], Awaitable[Any]]]


def reading(services: Services, who: Principal, thread: OwnThread) -> Doors:
    project, document, comments = thread.project, thread.document, services.comments
    return {
        "thread": lambda: comments.reading.get(who, thread.id),
        "of document": lambda: comments.reading.page(who, ThreadSearch(document=document), None, 9),
        "of project": lambda: comments.reading.page(who, ThreadSearch(project=project), None, 9),
        "candidates": lambda: comments.following.candidates(who, thread.id),
        "mentionable": lambda: comments.reading.mentionable(who, document, "", 9),
        "preview": lambda: comments.reading.preview(who, document, "@ben"),
        "export": lambda: anext(comments.exchange.written(who, project, None, "jsonld")),
        "export as text": lambda: anext(comments.exchange.written(who, None, document, "markdown")),
        "activity": lambda: services.activity.page(who, ActivitySearch(project), None, 9),
        "away": lambda: services.activity.away(who, document, None, 9),
        "all activity": lambda: anext(services.activity.export(who, project)),
        "presence": lambda: services.presences.present(who, project, None),
        "who is in it": lambda: services.presences.present(who, None, document),
        "open documents": lambda: services.presences.documents(who, project),
    }


def writing(services: Services, who: Principal, thread: OwnThread) -> Doors:
    document, comment = thread.document, thread.comments[0].id
    threads, comments = services.comments.threads, services.comments
    annotation = {"body": "x", "target": "a.py"}
    return {
        "open": lambda: threads.open(who, NewThread(document, RANGE, "x")),
        "reply": lambda: threads.reply(who, thread.id, "x", None),
        "edit": lambda: threads.edit(who, thread.id, comment, "x"),
        "delete": lambda: threads.delete(who, thread.id, comment),
        "undelete": lambda: threads.undelete(who, thread.id, comment),
        "turn": lambda: threads.turn(who, thread.id, resolved=True),
        "react": lambda: threads.react(who, thread.id, comment, "👍", on=True),
        "put": lambda: comments.following.put(who, thread.id, RANGE),
        "lineage": lambda: comments.following.descend(who, document, []),
        "import": lambda: comments.exchange.take_in(who, thread.project, None, [annotation]),
    }


def own(services: Services, who: Principal, thread: OwnThread) -> Doors:
    """What a viewer may, too, as it is theirs alone."""
    reading = services.comments.reading
    return {
        "read": lambda: reading.read(who, thread.id, None),
        "read all": lambda: reading.read_document(who, thread.document, None),
        "follow": lambda: reading.subscribe(who, thread.id, "all"),
        "followed": lambda: reading.subscription(who, thread.document),
        "follow all": lambda: reading.subscribe_document(who, thread.document, "all"),
    }


async def opened(doors: Doors) -> set[str]:
    """Go through all that are open."""
    found = set()
    for name, door in doors.items():
        try:
            await door()
        except Forbidden:
            continue
        found.add(name)
    return found


@pytest.mark.parametrize(
    "why", ["a stranger", "a token for something else", "a project that is off"]
)
async def test_I18_nobody_gets_in_by_an_id_who_may_not_see_the_project(
    open_services: OpenServices, why: str
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why, @ben?")
        who = {"a stranger": EVE, "a token for something else": TOKEN}.get(why, ANA)
        await give(services, thread.project, "member", "ana")
        only_by_row(services)
        if who is ANA:
            await services.projects.enable(OWNER, thread.project, False)
        for doors in (reading, writing, own):
            assert await opened(doors(services, who, thread)) == set()
        for listed in (
            (await services.activity.page(who, ActivitySearch(), None, 9))[0],
            await services.presences.present(who, None, None),
        ):
            assert listed == []


async def test_I18_a_viewer_reads_all_and_writes_nothing(open_services: OpenServices) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "Why, @ben?")
        await give(services, thread.project, "member", "ana")
        await give(services, thread.project, "viewer", "eve")
        assert await opened(reading(services, EVE, thread)) == set(reading(services, EVE, thread))
        assert await opened(own(services, EVE, thread)) == set(own(services, EVE, thread))
        assert await opened(writing(services, EVE, thread)) == set()


async def test_I22_who_may_no_longer_read_gets_no_further_piece_of_an_export(
    open_services: OpenServices,
) -> None:
    async with open_services(idle) as services:
        thread = await begin(services, "A secret.")
        await give(services, thread.project, "member", "ana")
        await give(services, thread.project, "viewer", "eve")
        only_by_row(services)
        pieces = services.comments.exchange.written(EVE, thread.project, None, "jsonld")
        assert b"secret" not in await anext(pieces)
        await take(services, thread.project, "eve")
        with pytest.raises(Forbidden):
            await anext(pieces)
