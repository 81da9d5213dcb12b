"""What a server writes to its log, and what it must never write."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from jupyter_realtime.core.messages import SUBPROTOCOL
from jupyter_realtime.server.tokens import read_or_make_key
from tests.jupyter import TOKEN, Jupyter

ROOT = Path(__file__).parents[2]
PACKAGE, GUIDE = ROOT / "jupyter_realtime", ROOT / "docs" / "operations.md"

PAYLOAD = "payload-of-a-person-5d1f"
WRONG = "wrong-token-81c3"
FORGED = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJldmUifQ.forged-signature-a77e"
COOKIE = "cookie-of-a-browser-f00d"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Jupyter]:
    root = tmp_path / "root"
    root.mkdir()
    options = ("--RealtimeConfig.log_format=json", "--debug")
    with Jupyter(tmp_path / "home", root, app="jupyter_server", options=options) as running:
        yield running


def call(server: Jupyter, path: str, headers: dict[str, str], body: Any = None) -> int:
    request = urllib.request.Request(
        f"{server.url}realtime/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers=headers,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def knock_by_rest(server: Jupyter, room: str, jwt: str) -> None:
    event = {"room": room, "event": "custom:x", "data": PAYLOAD}
    for token, expected in ((TOKEN, 200), (jwt, 200), (WRONG, 401), (FORGED, 401)):
        status = call(server, "publish", {"Authorization": f"Bearer {token}"}, event)
        assert status == expected, token
    assert call(server, "me", {"Cookie": f"username-x={COOKIE}"}) == 401
    assert call(server, f"me?token={WRONG}", {}) == 401
    assert call(server, "publish", {"Authorization": f"token {TOKEN}"}, [PAYLOAD]) == 400


async def knock_by_socket(server: Jupyter, room: str, jwt: str) -> None:
    url = server.url.replace("http", "ws") + "realtime/ws"
    spoken = [Subprotocol(SUBPROTOCOL)]
    for token in (WRONG, FORGED):
        with pytest.raises(InvalidStatus):
            headers = {"Authorization": f"Bearer {token}"}
            await open_socket(url, additional_headers=headers, subprotocols=spoken)
        async with open_socket(url, subprotocols=spoken) as stranger:
            await stranger.send(json.dumps({"type": "auth", "id": 1, "token": token}))
            assert json.loads(await stranger.recv())["code"] == "unauthenticated"
    async with open_socket(url, subprotocols=spoken) as known:
        await known.send(json.dumps({"type": "auth", "id": 1, "token": jwt}))
        for frame in (
            {"type": "publish", "id": 2, "room": room, "event": "custom:x", "data": PAYLOAD},
            {"type": "state", "id": 3, "room": room, "event": "progress:x", "key": "k"}
            | {"data": PAYLOAD},
            {"type": "publish", "id": 4, "room": room, PAYLOAD: 1},
        ):
            await known.send(json.dumps(frame))
        await known.send(f"no JSON but {PAYLOAD}")
        answered: set[int] = set()
        while not {1, 2, 3, 4} <= answered:
            answered.add(json.loads(await asyncio.wait_for(known.recv(), 10)).get("id"))


def names_in(path: Path) -> Iterator[str]:
    """Every event that a module writes."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(ast.Attribute(attr="note" | "warn"), [ast.Constant(str(name)), *_]):
                yield name


def test_O6_every_event_of_the_log_is_documented() -> None:
    written = {name for path in PACKAGE.rglob("*.py") for name in names_in(path)}
    guide = GUIDE.read_text().partition("## Log")[2]
    rows = re.findall(r"^\| ((?:`[a-z]+\.[a-z]+`(?:, )?)+) \|", guide, re.MULTILINE)
    assert set(re.findall(r"[a-z]+\.[a-z]+", " ".join(rows))) == written


async def knock_with_ticket(server: Jupyter, ticket: str) -> None:
    url = server.url.replace("http", "ws") + "realtime/ws"
    spoken = [Subprotocol(SUBPROTOCOL), Subprotocol(f"ticket.{ticket}")]
    async with open_socket(url, subprotocols=spoken) as known:
        assert json.loads(await known.recv())["type"] == "welcome"
    with pytest.raises(InvalidStatus):
        await open_socket(url, subprotocols=spoken)


def test_O6_no_secret_and_no_payload_is_ever_logged(server: Jupyter) -> None:
    key = read_or_make_key(server.home / "data" / "realtime" / "realtime-jwt.key")
    wanted = {"label": "CI", "scopes": ["publish:project:*", "state:project:*"], "ttl_seconds": 600}
    jwt = server.api("POST", "tokens", wanted)[1]["token"]
    ticket = server.api("POST", "tickets")[1]["ticket"]
    room = f"project:{server.api('GET', 'projects')[1]['items'][0]['id']}"
    knock_by_rest(server, room, jwt)
    asyncio.run(knock_by_socket(server, room, jwt))
    asyncio.run(knock_with_ticket(server, ticket))
    server.stop()
    log = server.log
    events = [json.loads(line) for line in log.splitlines() if line.startswith('{"time"')]
    names = {event.get("event") for event in events}
    assert {
        "server.started",
        "request.unauthenticated",
        "connection.unauthenticated",
        "connection.opened",
        "connection.closed",
        "server.stopping",
        "server.stopped",
    } <= names
    knocked = {event["path"] for event in events if event.get("event") == "request.unauthenticated"}
    assert knocked >= {"/realtime/ws", "/realtime/api/v1/me", "/realtime/api/v1/publish"}
    opened = next(event for event in events if event.get("event") == "connection.opened")
    assert (opened["kind"], opened["via"], opened["level"]) == ("program", "jwt", "info")
    secrets = (TOKEN, WRONG, COOKIE, PAYLOAD, jwt, ticket, "forged-signature", key.hex())
    for secret in secrets:
        assert secret not in log
    assert "eyJ" not in log, "no JWT at all"
