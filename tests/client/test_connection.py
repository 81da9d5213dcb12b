"""The connection on real sockets."""

from __future__ import annotations

import asyncio
import os

import pytest

from jupyter_realtime.client.address import Server
from jupyter_realtime.client.connection import Connection
from jupyter_realtime.client.effects import Item, Refused
from jupyter_realtime.core.errors import NotFound, Unauthenticated, Unavailable
from jupyter_realtime.core.messages import EventFrame, Goodbye, PublishRequest

from .live import TOKEN, LiveServer, live_server, until, wire_to

ROOM = "project:p"


def impatient(server: Server) -> Connection:
    """A connection that reconnects without a pause."""
    return Connection(server, jitter=lambda: 0.0)


class Ear:
    """What one listener has heard."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def __call__(self, item: Item) -> None:
        self.items.append(item)

    @property
    def seqs(self) -> list[int]:
        return [item.seq for item in self.items if isinstance(item, EventFrame)]


def port_of(live: LiveServer) -> int:
    return int(live.url.split(":")[2].split("/")[0])


async def test_a_room_is_heard_and_a_publish_is_acknowledged() -> None:
    async with live_server() as live:
        connection, ear = impatient(live.server), Ear()
        await connection.subscribe(ROOM, "earliest", ear)
        position = await connection.publish(ROOM, "custom:x", {"a": 1}, "k")
        await until(lambda: ear.seqs == [1])
        assert position.seq == 1
        await connection.close()


async def test_the_token_goes_into_a_header_and_never_into_the_address() -> None:
    async with live_server() as live:
        connection = impatient(live.server)
        await connection.publish(ROOM, "custom:x", None, "k")
        (handshake,) = live.handshakes
        assert handshake.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in handshake.uri
        await connection.close()


async def test_cut_at_any_byte_nothing_is_lost_or_repeated() -> None:
    async with live_server() as live, wire_to(port_of(live)) as wire:
        url = f"http://127.0.0.1:{wire.port}/realtime/"
        connection, ear = impatient(Server.at(url, TOKEN, None, "in a test")), Ear()
        await connection.subscribe(ROOM, "earliest", ear)
        for number in range(40):
            # Anywhere in the handshake, the welcome, the replay or the live events.
            wire.budget = 37 * number + 1
            await connection.publish(ROOM, "custom:x", number, f"key{number}")
            wire.cut()
        await until(lambda: len(ear.seqs) >= 40)
        assert ear.seqs == list(range(1, 41))
        assert live.fake.log(ROOM).head == 40
        assert wire.connections > 40
        await connection.close()


async def test_a_goodbye_is_obeyed_and_the_room_goes_on() -> None:
    async with live_server() as live:
        connection, ear = impatient(live.server), Ear()
        await connection.subscribe(ROOM, "earliest", ear)
        (socket,) = live.sockets
        socket.peer.say(Goodbye(code=4001, reason="Restart", retry_after=0.05))
        socket.push_out()
        socket.close(4001)
        await until(lambda: len(live.handshakes) == 2)
        await live.listening(ROOM)
        live.append(ROOM, "custom:x")
        await until(lambda: ear.seqs == [1])
        await connection.close()


async def test_a_final_code_ends_everything_and_is_not_tried_again() -> None:
    async with live_server() as live:
        connection, ear = impatient(live.server), Ear()
        await connection.subscribe(ROOM, "earliest", ear)
        (socket,) = live.sockets
        socket.close(4500, "Bad token")
        await until(lambda: bool(ear.items) and isinstance(ear.items[-1], Refused))
        with pytest.raises(Unauthenticated):
            await connection.publish(ROOM, "custom:x", None, "k")
        assert len(live.handshakes) == 1
        await connection.close()


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Unauthenticated), (403, Unauthenticated), (302, Unauthenticated), (404, NotFound)],
)
async def test_a_refused_handshake_says_why(status: int, error: type[Exception]) -> None:
    async with live_server() as live:
        live.refuse_handshakes_with = status
        connection = impatient(live.server)
        with pytest.raises(error):
            await connection.publish(ROOM, "custom:x", None, "k")
        assert len(live.handshakes) == 1
        await connection.close()


async def test_a_server_that_is_overloaded_is_tried_again() -> None:
    async with live_server() as live:
        live.refuse_handshakes_with = 503
        connection = impatient(live.server)
        publishing = asyncio.create_task(connection.publish(ROOM, "custom:x", None, "k"))
        await until(lambda: len(live.handshakes) >= 2)
        live.refuse_handshakes_with = None
        assert (await publishing).seq == 1
        await connection.close()


async def test_a_server_without_our_sub_protocol_is_not_ours() -> None:
    async with live_server() as live:
        live.subprotocol = None
        connection = impatient(live.server)
        with pytest.raises(NotFound, match="does not speak"):
            await connection.publish(ROOM, "custom:x", None, "k")
        await connection.close()


async def test_a_listener_that_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with live_server() as live:
        connection, ear = impatient(live.server), Ear()

        def fails(item: Item) -> None:
            raise RuntimeError("mine")

        await connection.subscribe(ROOM, "earliest", fails)
        await connection.subscribe(ROOM, "earliest", ear)
        await connection.publish(ROOM, "custom:x", None, "k")
        await until(lambda: ear.seqs == [1])
        assert "A listener has failed" in caplog.text
        await connection.close()


async def test_close_wakes_who_waits_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with live_server() as live:
        live.refuse_handshakes_with = 503
        connection = impatient(live.server)
        publishing = asyncio.create_task(connection.publish(ROOM, "custom:x", None, "k"))
        await until(lambda: bool(live.handshakes))
        await connection.close()
        with pytest.raises(Unavailable, match="This program closed"):
            await publishing
    await until(lambda: asyncio.all_tasks() <= before | {asyncio.current_task()})


async def test_who_gives_up_waiting_takes_the_publish_back() -> None:
    async with live_server() as live:
        live.refuse_handshakes_with = 503
        connection = impatient(live.server)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(connection.publish(ROOM, "custom:x", None, "k"), 0.05)
        live.refuse_handshakes_with = None
        await connection.publish(ROOM, "custom:second", None, "k2")
        published = [
            r.event for p in live.fake.peers for r in p.heard if isinstance(r, PublishRequest)
        ]
        assert published == ["custom:second"]
        await connection.close()


async def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setitem(os.environ, name, "http://192.0.2.1:9")
    async with live_server() as live:
        connection = impatient(live.server)
        assert (await connection.publish(ROOM, "custom:x", None, "k")).seq == 1
        await connection.close()
