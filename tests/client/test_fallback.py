"""The client where the network lets no WebSocket through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from jupyter_realtime.client import opening
from jupyter_realtime.client.address import Server
from jupyter_realtime.client.aio import AsyncRealtime
from jupyter_realtime.client.connection import Connection
from jupyter_realtime.client.effects import Refused
from jupyter_realtime.core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from tests.builders import actor
from tests.jupyter_process import TOKEN, JupyterProcess, jupyter

from .live import LiveServer, Wire, live_server, until, wire_to
from .test_connection import Ear, impatient

EVENT = "custom:x"
STATE = "progress:train"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterProcess]:
    root = tmp_path_factory.mktemp("root")
    for number in range(20):
        (root / f"m{number}.py").write_text("def f():\n    return undefined_name\n" * 20)
    with jupyter(tmp_path_factory.mktemp("jupyter"), root) as running:
        yield running


def through(wire: Wire, server: JupyterProcess) -> Server:
    url = f"http://127.0.0.1:{wire.port}/realtime/"
    return Server.at(url, TOKEN, str(server.root), "in a test")


async def project_of(server: JupyterProcess) -> str:
    listing = await asyncio.to_thread(server.call, "GET", "realtime/api/v1/projects")
    return f"project:{listing['items'][0]['id']}"


async def publish(server: JupyterProcess, room: str, data: Any) -> None:
    body = {"room": room, "event": EVENT, "data": data}
    await asyncio.to_thread(server.call, "POST", "realtime/api/v1/publish", body)


async def board(server: JupyterProcess, room: str) -> dict[str, Any]:
    body = {"rooms": {room: None}}
    answer = await asyncio.to_thread(server.call, "POST", "realtime/api/v1/poll", body)
    entries = answer["rooms"][room]["states"]
    return {entry["key"]: entry["data"] for entry in entries if entry["event"] == STATE}


async def test_K8_a_run_is_followed_to_its_end(
    server: JupyterProcess, caplog: pytest.LogCaptureFixture
) -> None:
    async with wire_to(server.port) as wire:
        wire.strips_upgrades = True
        async with await AsyncRealtime.at(through(wire, server)) as rt:
            run = await rt.analyze(server.root)
            await asyncio.wait_for(run.wait(), 60)
            assert run.state == "succeeded"
            assert len(run.issues) == sum(run.counts.values()) >= 20
    [warning] = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "No WebSocket gets through" in warning.getMessage()
    assert TOKEN not in caplog.text


async def test_K8_events_are_heard_and_published_and_states_are_shown(
    server: JupyterProcess,
) -> None:
    room = await project_of(server)
    async with wire_to(server.port) as wire:
        wire.strips_upgrades = True
        connection, ear = impatient(through(wire, server)), Ear()
        await connection.subscribe(room, None, ear)
        first = await connection.publish(room, EVENT, 1, "same key")
        assert await connection.publish(room, EVENT, 1, "same key") == first
        with pytest.raises(Conflict):
            await connection.publish(room, EVENT, 2, "same key")
        await publish(server, room, "from elsewhere")
        await until(lambda: len(ear.seqs) == 2)
        assert ear.seqs == [first.seq, first.seq + 1]
        connection.pin(room, STATE, "k", 1)
        connection.pin(room, STATE, "k", 2)

        async def shown() -> list[Any]:
            return list((await board(server, room)).values())

        while await shown() != [2]:
            assert await shown() in ([], [1], [2])
        await until(lambda: any(getattr(item, "data", None) == 2 for item in ear.items))
        with pytest.raises(Forbidden):
            await connection.subscribe("user:somebody-else", None, Ear())
        late = Ear()
        await connection.subscribe(room, "earliest", late)
        await until(lambda: late.seqs[-2:] == [first.seq, first.seq + 1])
        await connection.close()
        assert await shown() == [], "what was pinned is taken down at once"


def switches(caplog: pytest.LogCaptureFixture) -> int:
    """How often the client has said that it polls, or that it has a socket again."""
    return caplog.text.count("No WebSocket gets through") + caplog.text.count("is open again")


async def test_K8_nothing_is_lost_or_doubled_on_the_way_there_and_back(
    server: JupyterProcess, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "SEEK_SECONDS", 0.05)
    room = await project_of(server)
    async with wire_to(server.port) as wire:
        connection, ear = impatient(through(wire, server)), Ear()
        await connection.subscribe(room, None, ear)
        begin = await connection.publish(room, EVENT, "begin", "begin")
        stop = asyncio.Event()

        async def elsewhere() -> int:
            count = 0
            while not stop.is_set():
                await publish(server, room, count)
                count += 1
            return count

        others = asyncio.create_task(elsewhere())
        mine = 0
        for way in range(8):
            wire.strips_upgrades = way % 2 == 0
            if wire.strips_upgrades:
                wire.cut()
            while switches(caplog) <= way:
                await connection.publish(room, EVENT, {"mine": mine}, f"key{mine}")
                mine += 1
        stop.set()
        total = 1 + mine + await others
        await until(lambda: len(ear.seqs) >= total)
        assert ear.seqs == list(range(begin.seq, begin.seq + total))
        await connection.close()


async def test_K8_a_handshake_that_nobody_answers_is_not_waited_for_twice(
    server: JupyterProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "OPEN_SECONDS", 0.2)
    room = await project_of(server)
    async with wire_to(server.port) as wire:
        wire.swallows_upgrades = True
        connection = impatient(through(wire, server))
        assert (await connection.publish(room, EVENT, 1, "swallowed")).seq >= 1
        await connection.close()


async def test_K8_close_leaves_no_task(server: JupyterProcess) -> None:
    before = asyncio.all_tasks()
    room = await project_of(server)
    async with wire_to(server.port) as wire:
        wire.strips_upgrades = True
        connection = impatient(through(wire, server))
        await connection.subscribe(room, None, Ear())
        await connection.close()
        during = {task for task in asyncio.all_tasks() - before if "Wire" not in repr(task)}
        assert during <= {asyncio.current_task()}


# -- what a server says to a poll ----------------------------------------------------------------


def blocked(live: LiveServer, poll: Any) -> Connection:
    """A connection to a server that lets no WebSocket in, and answers polls with something."""
    live.refuse_handshakes_with = 426
    live.answers["GET me"] = {"user": msgspec.to_builtins(actor()), "kind": "program"}
    live.answers["POST poll"] = poll
    return impatient(live.server)


def error(code: str, *, retryable: bool = False, retry_after: float | None = None) -> Any:
    return {"code": code, "message": "No.", "retryable": retryable, "retry_after": retry_after}


def entered(room: str) -> Any:
    position = {"epoch": "e", "seq": 0}
    told = {"position": position, "recovered": True, "events": [], "states": [], "more": False}
    return {"rooms": {room: told}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, error("unauthenticated")), Unauthenticated),
        ((404, b"an older server"), NotFound),
    ],
)
async def test_K8_a_poll_that_is_refused_for_good_ends_the_connection(
    answer: Any, kind: type[Exception]
) -> None:
    async with live_server() as live:
        connection, ear = blocked(live, answer), Ear()
        connection.listen("project:p", None, ear)
        await until(lambda: bool(ear.items))
        [refused] = ear.items
        assert isinstance(refused, Refused) and isinstance(refused.error, kind)
        await connection.close()


@pytest.mark.parametrize(
    "busy",
    [
        (429, error("rate_limited", retryable=True, retry_after=0.01)),
        (429, error("limit", retry_after=0.01)),
        (503, error("unavailable", retryable=True)),
        (502, b"a proxy's"),
    ],
)
async def test_K8_a_poll_that_is_refused_for_now_is_repeated(busy: Any) -> None:
    answers = [busy, busy]

    def poll(_request: Any) -> Any:
        return answers.pop() if answers else entered("project:p")

    async with live_server() as live:
        connection = blocked(live, poll)
        await connection.subscribe("project:p", None, Ear())
        assert not answers
        await connection.close()


async def test_K8_a_publish_without_an_answer_is_sent_again_with_its_key() -> None:
    answers: list[Any] = [
        (200, {"position": {"epoch": "e", "seq": 7}}),
        (503, error("unavailable", retryable=True, retry_after=0.01)),
        (502, b"a proxy's"),
    ]
    async with live_server() as live:
        connection = blocked(live, entered("project:p"))
        live.answers["POST publish"] = lambda _request: answers.pop()
        assert (await connection.publish("project:p", EVENT, 1, "k")).seq == 7
        bodies = [
            msgspec.json.decode(request.request.body)
            for request in live.requests
            if request.request.path.endswith("/publish")
        ]
        assert bodies == [{"room": "project:p", "event": EVENT, "data": 1, "key": "k"}] * 3
        await connection.close()
