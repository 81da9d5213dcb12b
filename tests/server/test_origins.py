"""Pages of other origins: which may call and connect, with what, and what their browsers are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders
from traitlets import TraitError
from websockets.exceptions import InvalidStatus

from jupyter_realtime.core.messages import SUBPROTOCOL
from jupyter_realtime.server.config import RealtimeConfig
from tests.server.sockets import Connect, read

Api = Callable[..., Any]

PAGE = "https://ana.hub.example.org:8443"
FOREIGN = [
    "https://ana.hub.example.org",
    "http://ana.hub.example.org:8443",
    "https://eve.hub.example.org:8443",
    "https://ana.hub.example.org:8443.evil.example",
    "https://ANA.hub.example.org:8443",
    "https://ana.hub.example.org:8443/",
    f"{PAGE}, https://evil.example",
    "null",
]


@pytest.fixture
def jp_server_config(jp_data_dir: Path) -> dict[str, Any]:
    """A server that a page elsewhere may call, though Jupyter's own settings let nobody in."""
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_realtime": True},
            "allow_unauthenticated_access": False,
        },
        "RealtimeConfig": {
            "store_url": f"sqlite:///{jp_data_dir / 'realtime.sqlite'}",
            "allowed_origins": [PAGE],
        },
    }


def granted(headers: HTTPHeaders) -> str | None:
    """For which page the answer is; never for whatever cookies a browser adds."""
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Origin" in headers["Vary"]
    found: str | None = headers.get("Access-Control-Allow-Origin")
    return found


async def test_T10_a_browser_that_asks_beforehand_is_told_what_a_page_may(as_stranger: Api) -> None:
    for path in ("me", "publish", "tokens/x", "rooms/system/events", "analyses/x/issues"):
        status, _, headers = await as_stranger("OPTIONS", path, Origin=PAGE)
        assert (status, granted(headers)) == (204, PAGE)
        asked = {"authorization", "content-type", "idempotency-key", "x-xsrftoken"}
        assert asked <= set(headers["Access-Control-Allow-Headers"].lower().split(", "))
        methods = set(headers["Access-Control-Allow-Methods"].split(", "))
        assert {"GET", "POST", "PUT", "PATCH", "DELETE"} == methods


@pytest.mark.parametrize("origin", FOREIGN)
async def test_T10_other_pages_are_granted_nothing(
    as_stranger: Api, jp_auth_header: dict[str, str], connect: Connect, origin: str
) -> None:
    status, error, headers = await as_stranger("OPTIONS", "me", Origin=origin)
    assert (status, error["code"], granted(headers)) == (403, "forbidden", None)
    assert "Access-Control-Allow-Methods" not in headers
    status, _, headers = await as_stranger("GET", "me", Origin=origin, **jp_auth_header)
    assert (status, granted(headers)) == (200, None), "made, but no page can read it"
    for sent in (jp_auth_header, {}):
        with pytest.raises(InvalidStatus, match="403"):
            await connect({**sent, "Origin": origin})


async def test_T10_answers_and_errors_name_the_page(
    as_stranger: Api, jp_auth_header: dict[str, str]
) -> None:
    for path, sent, expected in (
        ("me", jp_auth_header, 200),
        ("health", {}, 200),
        ("me", {}, 401),
        ("me", {"Authorization": "Bearer a.b.c"}, 401),
        ("analyses/none", jp_auth_header, 404),
        ("analyses?limit=x", jp_auth_header, 400),
    ):
        status, _, headers = await as_stranger("GET", path, Origin=PAGE, **sent)
        assert (status, granted(headers)) == (expected, PAGE), path
    status, _, headers = await as_stranger("PATCH", "me", Origin=PAGE, **jp_auth_header)
    assert (status, granted(headers)) == (405, PAGE)


async def test_T10_an_allowed_page_calls_and_connects_with_what_it_shows(
    as_stranger: Api, jp_auth_header: dict[str, str], connect: Connect
) -> None:
    status, body, headers = await as_stranger("POST", "tickets", {}, Origin=PAGE, **jp_auth_header)
    assert (status, granted(headers)) == (201, PAGE)
    socket = await connect({"Origin": PAGE}, (SUBPROTOCOL, f"ticket.{body['ticket']}"))
    assert (await read(socket))["type"] == "welcome"
    await socket.close()


async def test_T9_a_cookie_needs_xsrf_and_its_own_page(as_stranger: Api, jp_fetch: Any) -> None:
    login = await jp_fetch("realtime/api/v1/me")
    cookies = "; ".join(c.split(";")[0] for c in login.headers.get_list("Set-Cookie"))
    status, error, _ = await as_stranger("POST", "tickets", {}, Cookie=cookies)
    assert status == 403 and "_xsrf" in error["message"]
    xsrf = "2|aaaaaaaa|bbbbbbbb|1"
    shown = {"Cookie": f"{cookies}; _xsrf={xsrf}", "X_XSRFToken": xsrf}
    assert (await as_stranger("POST", "tickets", {}, **shown))[0] == 201
    foreign = await as_stranger("POST", "tickets", {}, Origin=PAGE, **shown)
    assert foreign[0] == 404, "Jupyter hides itself from a cookie on another's page"


@pytest.mark.parametrize(
    "origin", ["*", "null", "https://a.example/", "a.example", "https://*.example", "https://A.b"]
)
def test_T10_what_no_browser_sends_is_refused_as_a_setting(origin: str) -> None:
    with pytest.raises(TraitError, match="allowed_origins"):
        RealtimeConfig(allowed_origins=["https://good.example", origin])
