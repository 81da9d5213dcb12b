"""Tokens over REST: made, listed, used for what they name and nothing else, revoked."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from jupyter_realtime.core.messages import SUBPROTOCOL
from jupyter_realtime.core.times import unix_seconds
from jupyter_realtime.ports import TokenRecord
from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.runtime import Runtime, Services
from jupyter_realtime.service import connections
from jupyter_realtime.service.credentials import Issued
from jupyter_realtime.stores import sqlite
from tests.server.sockets import Connect, ask, read, until_closed

Api = Callable[..., Any]


async def mint(api: Api, *scopes: str, label: str = "ci", ttl: int = 3600) -> dict[str, Any]:
    """Make a token; it has to work."""
    status, minted = await api(
        "POST", "tokens", {"label": label, "scopes": list(scopes), "ttl_seconds": ttl}
    )
    assert status == 201, minted
    found: dict[str, Any] = minted
    return found


async def services_of(jp_serverapp: Any) -> Services:
    runtime: Runtime = jp_serverapp.web_app.settings["jupyter_realtime"]
    return await runtime.services()


async def test_T4_a_token_is_shown_once_and_listed_without_its_text(api: Api) -> None:
    minted = await mint(api, "read:*", "publish:project:p", label="nightly")
    assert set(minted) == {"id", "token", "expires"}
    assert 3500 < unix_seconds(minted["expires"]) - time.time() <= 3600
    _, listing = await api("GET", "tokens")
    item = next(item for item in listing["items"] if item["id"] == minted["id"])
    assert (item["label"], item["scopes"]) == ("nightly", ["publish:project:p", "read:*"])
    assert (item["expires"], item["revoked"]) == (minted["expires"], None)
    assert set(item) == {"id", "label", "scopes", "created", "expires", "revoked"}
    assert minted["token"].split(".")[2] not in str(listing)


async def test_T4_pages_of_tokens_follow_one_another(api: Api) -> None:
    minted = [(await mint(api, "read:*"))["id"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        _, page = await api("GET", "tokens", params=query)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query = {"limit": "2", "cursor": page["next"]}
    assert set(minted) < set(seen) and len(seen) == len(set(seen)) == 6, "and the kernels' own"
    for nonsense in ("x", "-1.a", "1" * 20, "٣.a"):
        assert (await api("GET", "tokens", params={"cursor": nonsense}))[0] == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["read:*"] * 65},
        {"scopes": ["fly:project:p"]},
        {"scopes": "read:*"},
        {"ttl_seconds": 0},
        {"ttl_seconds": 365 * 24 * 3600 + 1},
        {"ttl_seconds": "3600"},
        {"label": ""},
        {"label": "x" * 101},
        {"label": "a\nb"},
        {"owner": "eve"},
    ],
    ids=str,
)
async def test_T3_what_is_asked_for_is_checked(api: Api, wrong: dict[str, Any]) -> None:
    body = {"label": "ci", "scopes": ["read:*"], "ttl_seconds": 60, **wrong}
    status, error = await api("POST", "tokens", body)
    assert (status, error["code"]) == (400, "bad_request")
    assert error["message"]


async def test_T2_a_token_may_what_it_names_and_nothing_else(
    api: Api, as_program: Api, connect: Connect, jp_root_dir: Path
) -> None:
    for name in ("other", "third"):
        (jp_root_dir / name).mkdir()
        (jp_root_dir / name / ".jupyter-realtime.toml").touch()
        await api("PUT", "documents", {"path": f"{name}/a.py"})
    _, listing = await api("GET", "projects")
    mine, other = (item["id"] for item in listing["items"][:2])
    token = (await mint(api, f"publish:project:{mine}"))["token"]
    me = (await as_program(token, "GET", "me"))[1]
    assert (me["kind"], me["via"], me["scopes"]) == ("program", "jwt", [f"publish:project:{mine}"])
    assert me["user"]["name"] == getpass.getuser()

    async def publish(project: str) -> int:
        event = {"room": f"project:{project}", "event": "custom:x", "data": 1}
        return int((await as_program(token, "POST", "publish", event))[0])

    assert (await publish(mine), await publish(other)) == (200, 403)
    for method, path, body in (
        ("GET", f"rooms/project:{mine}/events", None),
        ("GET", "rooms/system/events", None),
        ("GET", f"rooms/user:{me['user']['name']}/events", None),
        ("GET", f"analyses?project={mine}", None),
        ("POST", "analyses", {"paths": [""]}),
        ("PUT", "documents", {"path": "other/b.py"}),
        ("GET", f"projects/{mine}", None),
        ("PATCH", f"projects/{mine}", {"enabled": False}),
        ("GET", f"projects/{mine}/members", None),
        ("PUT", f"projects/{mine}/members", {"user": "eve", "role": "owner"}),
        (
            "POST",
            "states",
            {
                "session": "s",
                "room": f"project:{mine}",
                "event": "progress:x",
                "key": "k",
                "data": 1,
            },
        ),
        ("GET", "tokens", None),
        ("POST", "tokens", {"label": "x", "scopes": ["read:*"], "ttl_seconds": 60}),
        ("DELETE", "tokens/x", None),
    ):
        status, error = await as_program(token, method, path, body)
        assert error.get("code") in ("forbidden", "not_found"), (method, path, status)
    for path in ("projects", "analyses"):
        assert (await as_program(token, "GET", path))[1]["items"] == []

    room = f"project:{mine}"
    status, polled = await as_program(token, "POST", "poll", {"rooms": {room: None}, "wait": 0})
    assert (status, polled["rooms"][room]["error"]["code"]) == (200, "forbidden")

    socket = await connect({"Authorization": f"Bearer {token}"})
    assert (await read(socket))["user"]["kind"] == "program"
    assert (await ask(socket, type="subscribe", id=1, room=room))["code"] == "forbidden"
    state = {"room": room, "event": "progress:x", "key": "k", "data": 1}
    assert (await ask(socket, type="state", id=2, **state))["code"] == "forbidden"
    event = {"room": room, "event": "custom:x", "data": 2}
    assert (await ask(socket, type="publish", id=3, **event))["position"]["seq"] == 2
    elsewhere = {**event, "room": f"project:{other}"}
    assert (await ask(socket, type="publish", id=4, **elsewhere))["code"] == "forbidden"
    await socket.close()


async def test_T2_no_scope_opens_an_inbox(api: Api, as_program: Api) -> None:
    name = getpass.getuser()
    token = (await mint(api, f"read:user:{name}", "read:*", "manage:*"))["token"]
    assert (await as_program(token, "GET", f"rooms/user:{name}/events"))[0] == 403


async def test_T3_a_kernel_makes_narrower_tokens_that_end_no_later_than_its_own(
    api: Api, as_program: Api
) -> None:
    await api("GET", "me")
    kernel = os.environ["JUPYTER_REALTIME_TOKEN"]
    _, listing = await as_program(kernel, "GET", "tokens")
    own = next(item for item in listing["items"] if item["scopes"] is None)
    body = {"label": "x", "scopes": ["read:*"], "ttl_seconds": 300 * 24 * 3600}
    status, minted = await as_program(kernel, "POST", "tokens", body)
    assert (status, minted["expires"]) == (201, own["expires"])
    assert (await as_program(minted["token"], "GET", "me"))[1]["scopes"] == ["read:*"]


async def test_T1_other_tokens_are_401_at_every_method(
    api: Api, as_program: Api, jp_serverapp: Any
) -> None:
    minted = await mint(api, "read:*")
    head, body, signature = minted["token"].split(".")
    forged = [f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", "a.b.c", "garbage"]
    for token in forged:
        for method, path in (("GET", "me"), ("POST", "tickets"), ("DELETE", "tokens/x")):
            status, error = await as_program(token, method, path, {} if method == "POST" else None)
            assert (status, error["code"]) == (401, "unauthenticated"), (token, method)
            assert token not in error["message"]


async def test_T4_a_token_in_an_address_is_none(api: Api, as_stranger: Api) -> None:
    token = (await mint(api, "read:*"))["token"]
    assert (await as_stranger("GET", f"me?token={token}"))[0] == 401


async def test_T4_no_secret_reaches_the_log(
    api: Api,
    as_program: Api,
    connect: Connect,
    jp_serverapp: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    jp_serverapp.log.propagate = True
    caplog.set_level(logging.DEBUG)
    token = (await mint(api, "read:*"))["token"]
    forged = token[:-8] + "AAAAAAAA"
    ticket = (await api("POST", "tickets", {}))[1]["ticket"]
    await as_program(token, "POST", "publish", {})
    await as_program(forged, "GET", "me")
    used = await connect({}, (SUBPROTOCOL, f"ticket.{ticket}"))
    await ask(used, type="auth", id=1, token=token)
    await ask(used, type="auth", id=2, token=forged)
    await used.close()
    for headers, protocols in (
        ({"Authorization": f"Bearer {forged}"}, (SUBPROTOCOL,)),
        ({}, (SUBPROTOCOL, f"ticket.{ticket}")),
    ):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(headers, protocols)
    # The client of this test logs what it sends; a server must not.
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("websockets.client")]
    assert any("publish" in line for line in logged), "the server's log is looked at"
    for secret in (*token.split(".")[1:], forged.split(".")[2], ticket):
        assert not any(secret in line for line in logged)


async def test_T5_a_revoked_token_is_refused_and_its_connections_are_closed(
    api: Api, as_program: Api, connect: Connect
) -> None:
    minted, kept = await mint(api, "read:*"), await mint(api, "read:*")
    headers = {"Authorization": f"Bearer {minted['token']}"}
    at_handshake, by_frame, other = await connect(headers), await connect({}), await connect()
    await ask(by_frame, type="auth", id=1, token=minted["token"])
    ticket = (await as_program(minted["token"], "POST", "tickets"))[1]["ticket"]
    status, body = await api("DELETE", f"tokens/{minted['id']}")
    assert (status, body) == (204, {})
    for socket in (at_handshake, by_frame):
        assert await until_closed(socket) == 4504
    assert (await ask(other, type="ping", id=1))["type"] == "reply"
    await other.close()
    status, error = await as_program(minted["token"], "GET", "me")
    assert status == 401 and "revoked" in error["message"]
    with pytest.raises(InvalidStatus, match="403"):
        await connect(headers)
    with pytest.raises(InvalidStatus, match="403"):
        await connect({}, (SUBPROTOCOL, f"ticket.{ticket}"))
    by_frame = await connect({})
    assert (await ask(by_frame, type="auth", id=1, token=minted["token"]))["type"] == "error"
    assert await until_closed(by_frame) == 4500
    assert (await as_program(kept["token"], "GET", "me"))[0] == 200
    _, listing = await api("GET", "tokens")
    assert [item["revoked"] for item in listing["items"] if item["id"] == minted["id"]] != [None]
    assert (await api("DELETE", f"tokens/{minted['id']}"))[0] == 204, "again is no error"


async def test_T3_S7_a_token_may_live_for_a_second_and_not_for_less(
    api: Api, as_program: Api, connect: Connect
) -> None:
    before = time.time()
    minted = await mint(api, "read:*", ttl=1)
    ends = unix_seconds(minted["expires"])
    assert before + 1 - 0.001 <= ends <= time.time() + 1
    socket = await connect({"Authorization": f"Bearer {minted['token']}"})
    assert (await read(socket))["expires"] == minted["expires"]
    assert await until_closed(socket) == 4003
    assert time.time() >= ends
    assert (await as_program(minted["token"], "GET", "me"))[0] == 401


async def test_T5_the_token_of_kernels_can_be_revoked_too(api: Api, as_program: Api) -> None:
    await api("GET", "me")
    kernel = os.environ["JUPYTER_REALTIME_TOKEN"]
    assert (await as_program(kernel, "GET", "me"))[0] == 200
    _, listing = await api("GET", "tokens")
    own = next(item for item in listing["items"] if item["scopes"] is None)
    assert (await api("DELETE", f"tokens/{own['id']}"))[0] == 204
    assert (await as_program(kernel, "GET", "me"))[0] == 401


async def test_T5_a_server_that_stops_lends_its_kernels_nothing_more(
    api: Api, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = await services_of(jp_serverapp)
    extension = jp_serverapp.extension_manager.extensions["jupyter_realtime"]
    [point] = extension.extension_points.values()
    mint_program = services.credentials.mint_program
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def mint_slowly(owner: str) -> Issued:
        made = await mint_program(owner)
        asked.set()
        await may_go_on.wait()
        return made

    monkeypatch.setattr(services.credentials, "mint_program", mint_slowly)
    _, listing = await api("GET", "tokens")
    own = next(item for item in listing["items"] if item["scopes"] is None)
    assert (await api("DELETE", f"tokens/{own['id']}"))[0] == 204
    await asyncio.wait_for(asked.wait(), 10)
    await point.app.stop_extension()
    may_go_on.set()
    await point.app._lending
    assert "JUPYTER_REALTIME_TOKEN" not in os.environ


async def test_T5_others_tokens_are_not_there_but_an_admin_may_end_them(
    api: Api, jp_serverapp: Any
) -> None:
    services = await services_of(jp_serverapp)
    hers = TokenRecord(
        id="hers",
        owner="somebody-else",
        label="",
        scopes=("read:*",),
        created_ms=int(time.time() * 1000),
        expires_ms=int(time.time() * 1000) + 60_000,
    )
    await services.store.credentials.mint(hers)
    _, listing = await api("GET", "tokens")
    assert "hers" not in [item["id"] for item in listing["items"]]
    config = jp_serverapp.web_app.settings["jupyter_realtime"].config
    config.admins = ["the-boss"]
    for token_id in ("hers", "none"):
        status, error = await api("DELETE", f"tokens/{token_id}")
        assert (status, error["code"]) == (404, "not_found")
    assert await services.store.credentials.revoked(0) == set()
    config.admins = [getpass.getuser()]
    assert (await api("DELETE", "tokens/hers"))[0] == 204
    assert await services.store.credentials.revoked(0) == {"hers"}


async def test_T5_another_server_of_the_store_follows_within_a_second(
    api: Api,
    as_program: Api,
    connect: Connect,
    jp_data_dir: Path,
    jp_root_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nothing but the watch on the file brings it here, and that looks often enough.
    monkeypatch.setattr(connections, "TICK_SECONDS", 3600)
    assert sqlite.WATCH_SECONDS <= 0.5
    minted = await mint(api, "read:*")
    socket = await connect({"Authorization": f"Bearer {minted['token']}"})
    await read(socket)
    config = RealtimeConfig(store_url=f"sqlite:///{jp_data_dir / 'realtime.sqlite'}")

    async def nothing(_services: Services) -> None:
        """Its kernels need no token."""

    elsewhere = Runtime(config, jp_root_dir, nothing)
    elsewhere.start()
    try:
        services = await elsewhere.services()
        assert await services.store.credentials.revoke(minted["id"], None, 1)
        assert await until_closed(socket) == 4504
        assert (await as_program(minted["token"], "GET", "me"))[0] == 401
    finally:
        await elsewhere.stop()
