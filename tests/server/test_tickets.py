"""Tickets and renewals: how a socket comes to know who it is, and stays with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from jupyter_realtime.core.messages import SUBPROTOCOL
from jupyter_realtime.core.times import unix_seconds
from jupyter_realtime.service import credentials
from tests.server.sockets import Connect, ask, read
from tests.server.test_credentials import mint, services_of
from tests.server.test_rest import project_of

Api = Callable[..., Any]


async def ticket_of(api: Api) -> str:
    status, body = await api("POST", "tickets")
    assert status == 201
    assert 25 < unix_seconds(body["expires"]) - time.time() <= 30
    return str(body["ticket"])


async def refuse(connect: Connect, *tickets: str, headers: dict[str, str] | None = None) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        await connect(headers or {}, (SUBPROTOCOL, *(f"ticket.{ticket}" for ticket in tickets)))


async def test_T7_a_ticket_opens_one_socket_as_whoever_asked_for_it(
    api: Api, connect: Connect
) -> None:
    me = (await api("GET", "me"))[1]["user"]
    ticket = await ticket_of(api)
    socket = await connect({}, (f"ticket.{ticket}", SUBPROTOCOL))
    assert socket.subprotocol == SUBPROTOCOL, "never the ticket"
    assert (await read(socket))["user"] == me
    await refuse(connect, ticket)
    assert (await ask(socket, type="ping", id=1))["type"] == "reply"
    await socket.close()


async def test_T7_a_ticket_carries_scopes_and_end_of_its_token(
    api: Api, as_program: Api, connect: Connect
) -> None:
    project = await project_of(api)
    minted = await mint(api, f"read:project:{project}")

    async def as_token(method: str, path: str) -> tuple[int, dict[str, Any]]:
        answer: tuple[int, dict[str, Any]] = await as_program(minted["token"], method, path)
        return answer

    socket = await connect({}, (SUBPROTOCOL, f"ticket.{await ticket_of(as_token)}"))
    welcome = await read(socket)
    assert (welcome["expires"], welcome["user"]["via"]) == (minted["expires"], "jwt")
    room = f"project:{project}"
    assert (await ask(socket, type="subscribe", id=1, room=room))["type"] == "reply"
    event = {"room": room, "event": "custom:x", "data": 1}
    assert (await ask(socket, type="publish", id=2, **event))["code"] == "forbidden"
    await socket.close()


async def test_T7_bad_used_and_old_tickets_are_403_whatever_else_is_shown(
    api: Api, connect: Connect, jp_auth_header: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await refuse(connect, "nonsense")
    await refuse(connect, "")
    await refuse(connect, "nonsense", headers=jp_auth_header)
    await refuse(connect, await ticket_of(api), await ticket_of(api))
    old = await ticket_of(api)
    later = credentials._now_ms() + 30_001
    monkeypatch.setattr(credentials, "_now_ms", lambda: later)
    await refuse(connect, old)


async def test_T7_the_database_holds_no_ticket(api: Api, jp_serverapp: Any) -> None:
    ticket = await ticket_of(api)
    store: Any = (await services_of(jp_serverapp)).store
    rows = store._writer._connection.execute("SELECT digest, principal FROM ticket").fetchall()
    assert len(rows) == 1 and ticket not in str(rows)


async def test_T9_a_foreign_page_can_not_use_a_ticket_up(
    api: Api, connect: Connect, jp_http_port: int
) -> None:
    ticket = await ticket_of(api)
    await refuse(connect, ticket, headers={"Origin": "http://evil.example"})
    origin = f"http://127.0.0.1:{jp_http_port}"
    socket = await connect({"Origin": origin}, (SUBPROTOCOL, f"ticket.{ticket}"))
    assert (await read(socket))["type"] == "welcome"
    await socket.close()


async def test_T8_a_token_renews_its_connection_and_brings_its_scopes(
    api: Api, connect: Connect
) -> None:
    project = await project_of(api)
    room, document = f"project:{project}", (await api("PUT", "documents", {"path": "a.py"}))[1]
    first = await mint(api, f"read:{room}", "read:document:*", ttl=60)
    socket = await connect({"Authorization": f"Bearer {first['token']}"})
    assert [(await read(socket))["type"] for _ in range(2)] == ["welcome", "renew"]
    for number, name in enumerate((room, document["room"])):
        assert (await ask(socket, type="subscribe", id=number, room=name))["type"] == "reply"

    wider = await mint(api, "read:*")
    refused = await ask(socket, type="auth", id=2, token=wider["token"])
    assert refused["code"] == "bad_request"
    bad = await ask(socket, type="auth", id=3, token=wider["token"][:-4] + "AAAA")
    assert bad["code"] == "unauthenticated"
    assert (await ask(socket, type="ping", id=4))["type"] == "reply", "still there"

    narrower = await mint(api, f"read:{room}")
    await socket.send(f'{{"type":"auth","id":5,"token":"{narrower["token"]}"}}')
    left, renewed = await read(socket), await read(socket)
    assert (left["code"], left["id"]) == ("forbidden", None), "the document is left"
    assert renewed == {"type": "reply", "id": 5}
    again = await ask(socket, type="subscribe", id=6, room=document["room"])
    assert again["code"] == "forbidden"
    await api("DELETE", f"tokens/{first['id']}")
    assert (await ask(socket, type="ping", id=7))["type"] == "reply", "it lives by the other now"
    await socket.close()


async def test_T8_a_token_does_not_turn_a_person_into_a_program(
    api: Api, connect: Connect, jp_serverapp: Any
) -> None:
    socket = await connect()
    await read(socket)
    token = (await mint(api, "read:*"))["token"]
    assert (await ask(socket, type="auth", id=1, token=token))["code"] == "bad_request"
    own = jp_serverapp.identity_provider.token
    assert (await ask(socket, type="auth", id=2, token=own))["type"] == "reply"
    await socket.close()
