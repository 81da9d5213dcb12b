"""What a server really says stands in the AsyncAPI document, for the room where it is said."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Any

import msgspec

from jupyter_realtime.core.actors import Principal
from jupyter_realtime.core.events import EVENTS, STATES
from jupyter_realtime.core.members import Member
from jupyter_realtime.ports import Change
from jupyter_realtime.server.runtime import Services
from jupyter_realtime.service.comments.range import Range
from jupyter_realtime.service.comments.threads import NewThread
from tests.asyncapi import check_sent
from tests.builders import notice, principal
from tests.service.clients import Client
from tests.service.conftest import OpenServices
from tests.service.test_analyses import a_whole_run

OWNER = principal(getpass.getuser())
Frame = dict[str, Any]
# Nobody saves a file, cancels or breaks a run here; `test_asyncapi` holds where these belong.
NOT_HERE = {"project:update", "analysis:error", "analysis:cancelled", "analysis:cancel-requested"}


async def test_M6_a_day_in_a_project_is_as_the_document_says(open_services: OpenServices) -> None:
    async with open_services(a_whole_run) as services:
        client = Client(services, OWNER)
        [project] = await services.projects.list(OWNER)
        room = f"project:{project.id}"
        _, document = await services.projects.document(OWNER, None, "a.py")
        rooms = [room, f"document:{document.id}", "system", f"user:{OWNER.name}"]
        replies = {}
        for name in rooms:
            replies[name] = await client.ask("subscribe", room=name, since="earliest")
        await services.members.put(OWNER, project.id, Member(user="bo", role="viewer"))
        await client.ask("publish", room=room, event="custom:x", data=1)
        here = {"status": "online", "document": None, "cell": None}
        await client.ask("state", room=room, event="user:status", key="self", data=here)
        cursor = {"cell": "c", "anchor": 1, "head": 1}
        await client.ask("state", room=rooms[1], event="user:cursor", key="self", data=cursor)
        await client.ask(
            "state", room=rooms[1], event="user:typing", key="self", data={"cell": "c"}
        )
        await client.ask("state", room=room, event="progress:fit", key="k", data={"any": 1})
        await talk(services, document.id)
        [posted] = await services.notifier.notify(notice(), [OWNER.name])
        await services.inboxes.change(OWNER, [posted.notification], Change(read=True))
        run = await services.analyses.start(OWNER, ["a.py"], None, None, outside=False)
        await client.until(lambda f: f.get("event") == "analysis:complete")
        replies[run.room] = await client.ask("subscribe", room=run.room, since="earliest")
        told = [*live(client.frames), *missed(replies)]
        for frame in told:
            check_sent(frame, frame["room"])
        assert {frame["event"] for frame in told} >= {*EVENTS, *STATES} - NOT_HERE
        for name, reply in replies.items():
            assert reply["recovered"]
            check_sent(reply, name)


async def talk(services: Services, document: str) -> None:
    """Have all that can become of a thread happen."""
    threads = services.comments.threads
    thread = await threads.open(
        OWNER, NewThread(document, Range(None, "x = 1\n", 0, 5, None), "Why?")
    )
    [first] = thread.comments
    await threads.react(OWNER, thread.id, first.id, "👍", on=True)
    await threads.edit(OWNER, thread.id, first.id, "Why one?")
    await threads.turn(OWNER, thread.id, resolved=True)
    await threads.turn(OWNER, thread.id, resolved=False)
    await threads.delete(OWNER, thread.id, first.id)


async def test_P1_in_a_runs_room_only_who_started_it_publishes(open_services: OpenServices) -> None:
    bo = principal("bo")
    async with open_services(a_whole_run) as services:
        run = await services.analyses.start(bo, ["a.py"], None, None, outside=False)
        event = {"room": run.room, "event": "custom:loss", "data": 0.5}
        programs = msgspec.structs.replace(bo.actor, kind="program")
        for who in (bo, Principal(actor=programs)):
            assert (await Client(services, who).ask("publish", **event))["type"] == "reply"
        owner = Client(services, OWNER)
        assert (await owner.ask("publish", **event))["code"] == "forbidden"
        assert (await owner.ask("subscribe", room=run.room))["type"] == "reply"
        project = {**event, "room": f"project:{run.project}"}
        assert (await owner.ask("publish", **project))["type"] == "reply"


def live(frames: list[Frame]) -> Iterator[Frame]:
    """Give the events and states that arrived by themselves."""
    return (frame for frame in frames if frame["type"] in ("event", "state"))


def missed(replies: dict[str, Frame]) -> Iterator[Frame]:
    """Give those that came in a reply, as frames of their own."""
    for room, reply in replies.items():
        yield from ({"type": "event", "room": room, **event} for event in reply["events"])
        yield from ({"type": "state", "room": room, **state} for state in reply["states"])
