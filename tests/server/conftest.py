from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from tornado.httpclient import AsyncHTTPClient
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.typing import Origin, Subprotocol

from jupyter_realtime.core.messages import SUBPROTOCOL
from jupyter_realtime.ports import Delivery, Outcome, Posting, Store
from tests.builders import issue, lane, notice
from tests.server.contents import Contents
from tests.server.every_call import TOKEN, Api, Make, Names
from tests.server.sockets import Connect


@pytest.fixture
def jp_server_config(jp_data_dir: Path) -> dict[str, Any]:
    """A server with our extension, and a database of its own."""
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_realtime": True}},
        "RealtimeConfig": {
            "store_url": f"sqlite:///{jp_data_dir / 'realtime.sqlite'}",
            # That this machine's disk is full is no matter of a test.
            "quota_percent": 100.0,
            "quota_full_percent": 100.0,
        },
    }


@pytest.fixture
def api(jp_fetch: Callable[..., Any]) -> Callable[..., Any]:
    """Call a route with the server's token: `status, body = await api("GET", "me")`."""

    async def call(
        method: str, path: str, body: Any = None, **options: Any
    ) -> tuple[int, dict[str, Any]]:
        path, _, query = path.partition("?")
        if query:
            options["params"] = dict(parse_qsl(query))
        payload = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        response = await jp_fetch(
            "realtime/api/v1",
            *path.split("/"),
            method=method,
            body=payload,
            raise_error=False,
            allow_nonstandard_methods=True,
            **options,
        )
        return response.code, decoded(response.body)

    return call


def decoded(body: bytes) -> Any:
    """Read an answer; of JSON lines the first."""
    return json.loads(body.partition(b"\n")[0] or b"{}")


@pytest.fixture
def contents(jp_fetch: Callable[..., Any]) -> Contents:
    """Call Jupyter's own API as a page does: `await contents("PUT", "a.py", {…})`."""

    async def call(method: str, path: str, body: Any = None, api: str = "contents") -> Any:
        response = await jp_fetch(
            "api",
            api,
            *path.split("/"),
            method=method,
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
        )
        return json.loads(response.body or b"null")

    return call


@pytest.fixture
def as_stranger(http_server: Any, jp_base_url: str, jp_http_port: int) -> Callable[..., Any]:
    """Call a route with no credentials but the headers given: status, body, headers."""

    async def call(
        method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any], Any]:
        response = await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{jp_http_port}{jp_base_url}realtime/api/v1/{path}",
            method=method,
            body=None if body is None else json.dumps(body),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            raise_error=False,
            allow_nonstandard_methods=True,
        )
        return response.code, decoded(response.body), response.headers

    return call


@pytest.fixture
def as_program(as_stranger: Callable[..., Any]) -> Callable[..., Any]:
    """Call a route with a token of ours: `status, body = await as_program(token, "GET", "me")`."""

    async def call(
        token: str, method: str, path: str, body: Any = None
    ) -> tuple[int, dict[str, Any]]:
        status, answer, _ = await as_stranger(method, path, body, Authorization=f"Bearer {token}")
        return status, answer

    return call


@pytest.fixture
def connect(http_server: Any, jp_base_url: str, jp_http_port: int, jp_auth_header: Any) -> Connect:
    """Open a socket, with the server's token unless other headers are given."""

    async def open_(
        headers: dict[str, str] | None = None, subprotocols: tuple[str, ...] = (SUBPROTOCOL,)
    ) -> ClientConnection:
        sent = dict(jp_auth_header if headers is None else headers)
        origin = sent.pop("Origin", None)
        return await open_socket(
            f"ws://127.0.0.1:{jp_http_port}{jp_base_url}realtime/ws",
            additional_headers=sent,
            origin=None if origin is None else Origin(origin),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        )

    return open_


async def a_finished_run(api: Api) -> str:
    """Report a run that has found one issue, to its end."""
    _, run = await api("POST", "analyses", {"paths": ["a.py"], "external": True})
    found = msgspec.to_builtins(issue())
    reports = [
        {"type": "started", "detectors": [msgspec.to_builtins(lane())]},
        {"type": "issues", "detector": "correctness", "issues": [found]},
        {"type": "finished", "state": "succeeded", "error": None},
    ]
    await api("POST", f"analyses/{run['id']}/reports", reports)
    return str(run["id"])


async def a_failed_delivery(store: Store, person: str) -> str:
    """Tell somebody something by a mail that is given up."""
    mail = Delivery("email", "instant", "You chose instant.", due_ms=1)
    await store.inbox.post([Posting(person, notice(), listed=True, rule="", deliveries=[mail])], 1)
    [parcel] = await store.deliveries.claim(["email"], 1, 2, 1)
    [item] = parcel.items
    await store.deliveries.settle(parcel, [Outcome(item.id, "dead", "Nobody was there.")], 1)
    return item.id


@pytest.fixture
def make(api: Api, jp_root_dir: Path, jp_web_app: Any) -> Make:
    """Make a project, a run that goes on, and a token, for every call to name."""
    (jp_root_dir / "a.py").touch()

    async def make_them() -> Names:
        _, projects = await api("GET", "projects")
        _, run = await api("POST", "analyses", {"paths": ["a.py"], "external": True})
        _, token = await api("POST", "tokens", TOKEN)
        _, told = await api("POST", "notifications", {"title": "Done"})
        _, document = await api("PUT", "documents", {"path": "a.py"})
        begun = {"document": document["id"], "body": "Why?", "source": "x = 1"}
        _, thread = await api("POST", "threads", begun)
        _, announced = await api("POST", "announcements", {"title": "Hello"})
        services = await jp_web_app.settings["jupyter_realtime"].services()
        names = {
            "failed": await a_failed_delivery(services.store, services.projects.grant.owner),
            "thread": thread["id"],
            "comment": thread["comments"][0]["id"],
            "announced": announced["id"],
            "document": document["id"],
            "told": told["id"],
            "project": projects["items"][0]["id"],
            "run": run["id"],
            "token": token["id"],
        }
        return {**names, "done": await a_finished_run(api), "unscoped": token["token"]}

    return make_them
