import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.server.sockets import Connect, ask, read, until_closed


async def test_S2_a_known_user_is_welcomed_first(connect: Connect) -> None:
    socket = await connect()
    welcome = await read(socket)
    assert (welcome["type"], welcome["protocol"], welcome["answer"]) == ("welcome", 1, True)
    assert (await ask(socket, type="ping", id=1)) == {"type": "reply", "id": 1}
    await socket.close()


async def test_S1_a_token_in_the_first_frame_is_as_good(
    connect: Connect, jp_serverapp: Any
) -> None:
    socket = await connect({})
    refused = await ask(socket, type="ping", id="p")
    assert refused["code"] == "unauthenticated"
    await socket.send(
        json.dumps({"type": "auth", "id": 2, "token": jp_serverapp.identity_provider.token})
    )
    assert [(await read(socket))["type"] for _ in range(2)] == ["welcome", "reply"]
    await socket.close()


async def test_S1_a_bad_token_in_the_first_frame_closes_for_good(connect: Connect) -> None:
    socket = await connect({})
    await socket.send('{"type":"auth","id":1,"token":"nonsense"}')
    assert [(await read(socket))["type"] for _ in range(2)] == ["error", "goodbye"]
    assert await until_closed(socket) == 4500


async def test_S1_bad_credentials_at_the_handshake_are_403(connect: Connect) -> None:
    for token in ("token nonsense", "Bearer a.b.c"):
        with pytest.raises(InvalidStatus, match="403"):
            await connect({"Authorization": token})


async def test_S8_without_the_sub_protocol_it_is_closed(connect: Connect) -> None:
    socket = await connect(subprotocols=())
    assert await until_closed(socket) == 4501


async def test_S8_a_binary_frame_is_closed(connect: Connect) -> None:
    socket = await connect()
    await socket.send(b"{}")
    assert await until_closed(socket) == 4501


async def test_S3_large_messages_are_refused_and_huge_ones_end_it(connect: Connect) -> None:
    socket = await connect()
    await read(socket)
    refused = await ask(socket, type="ping", id=1, pad="x" * 100_000)
    assert (refused["code"], refused["id"]) == ("too_large", 1)
    assert (await ask(socket, type="ping", id=2))["type"] == "reply"
    await socket.send("x" * (1024 * 1024 + 1))
    assert await until_closed(socket) == 1009


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
async def test_P5_a_foreign_origin_can_not_connect_with_a_cookie(
    connect: Connect, jp_fetch: Any, origin: str
) -> None:
    login = await jp_fetch("realtime/api/v1/me")
    cookies = "; ".join(c.split(";")[0] for c in login.headers.get_list("Set-Cookie"))
    with pytest.raises(InvalidStatus, match="403"):
        await connect({"Cookie": cookies, "Origin": origin})


async def test_P5_a_page_of_this_server_connects_with_a_cookie(
    connect: Connect, jp_fetch: Any, jp_http_port: int
) -> None:
    login = await jp_fetch("realtime/api/v1/me")
    cookies = "; ".join(c.split(";")[0] for c in login.headers.get_list("Set-Cookie"))
    socket = await connect({"Cookie": cookies, "Origin": f"http://127.0.0.1:{jp_http_port}"})
    assert (await read(socket))["type"] == "welcome"
    await socket.close()


async def test_S2_a_stopping_server_says_goodbye(connect: Connect, jp_serverapp: Any) -> None:
    socket = await connect()
    await read(socket)
    await jp_serverapp.web_app.settings["jupyter_realtime"].stop()
    goodbye = await read(socket)
    assert (goodbye["type"], goodbye["code"]) == ("goodbye", 4001)
    assert await until_closed(socket) == 4001
