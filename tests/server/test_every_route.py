"""Each route refuses the unauthenticated and the unauthorised, whatever Jupyter's own settings let in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.base.handlers import JupyterHandler
from tornado.httpclient import AsyncHTTPClient
from websockets.exceptions import InvalidStatus

from jupyter_realtime.core.messages import SUBPROTOCOL
from jupyter_realtime.server.handlers.base import RealtimeHandler
from jupyter_realtime.server.handlers.routes import routes
from jupyter_realtime.server.handlers.socket import SocketHandler
from tests.server.every_call import (
    CALLS,
    LINKS,
    OPEN,
    WORKER,
    Answer,
    Api,
    Call,
    Make,
    Names,
    filled,
    served,
)
from tests.server.sockets import Connect, ask, read, until_closed

Answers = dict[tuple[str, str], Answer]
ERROR_FIELDS = {"code", "message", "retryable", "retry_after"}
XSRF = "2|aaaaaaaa|bbbbbbbb|1"


class Deny(Authorizer):
    """Refuses what is `realtime`, and nothing else."""

    def is_authorized(self, handler: JupyterHandler, user: Any, action: str, resource: str) -> bool:
        return resource != "realtime" or action not in type(self).denied

    denied = frozenset({"read", "write", "execute"})


class OnlyLook(Deny):
    """Lets people read."""

    denied = frozenset({"write", "execute"})


@pytest.fixture(params=[None, False], ids=["default", "nobody-unauthenticated"])
def jp_server_config(request: pytest.FixtureRequest, jp_data_dir: Path) -> dict[str, Any]:
    """A server with Jupyter's default, and one whose handlers are closed unless they say otherwise."""
    access = {} if request.param is None else {"allow_unauthenticated_access": request.param}
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_realtime": True}, **access},
        "RealtimeConfig": {"store_url": f"sqlite:///{jp_data_dir / 'realtime.sqlite'}"},
    }


async def call_all(call: Api, names: Names, calls: list[Call] = CALLS) -> Answers:
    """Make every call; the answers by method and route."""
    return {
        (c.method, c.route): await call(c.method, filled(c.path, names), filled(c.body, names))
        for c in calls
    }


def assert_refused(answers: Answers, status: int, code: str) -> None:
    wrong = {where: got for where, got in answers.items() if not is_refusal(got, status, code)}
    assert not wrong
    assert len(answers) > 5


def is_refusal(answer: Answer, status: int, code: str) -> bool:
    got, error = answer
    return got == status and set(error) == ERROR_FIELDS and error["code"] == code


@pytest.fixture
def with_headers(as_stranger: Any) -> Callable[..., Api]:
    """Make a caller that sends these headers and nothing else."""

    def caller(**headers: str) -> Api:
        async def call(method: str, path: str, body: Any = None) -> Answer:
            status, answer, _ = await as_stranger(method, path, body, **headers)
            return status, answer

        return call

    return caller


async def log_in(jp_fetch: Any) -> str:
    """Get the cookies that a browser has after somebody has logged in."""
    login = await jp_fetch("realtime/api/v1/me")
    return "; ".join(c.split(";")[0] for c in login.headers.get_list("Set-Cookie"))


def test_P5_no_route_is_forgotten() -> None:
    assert set(served()) == {(call.method, call.route) for call in CALLS} | OPEN | LINKS | WORKER
    others = [handler for _, handler, *_ in routes("/") if not issubclass(handler, RealtimeHandler)]
    assert others == [SocketHandler], "what is no REST route needs tests of its own"


async def test_P5_strangers_are_refused_everywhere(
    make: Make, with_headers: Callable[..., Api]
) -> None:
    made = await make()
    assert_refused(await call_all(with_headers(), made), 401, "unauthenticated")


async def test_P5_only_the_probes_answer_strangers(with_headers: Callable[..., Api]) -> None:
    for method, path in OPEN:
        assert (await with_headers()(method, path))[0] in (200, 503)


async def test_T1_a_bad_token_is_refused_everywhere(
    make: Make, with_headers: Callable[..., Api], jp_fetch: Any
) -> None:
    made = await make()
    cookies = await log_in(jp_fetch)
    head, claims, signature = made["unscoped"].split(".")
    forged = f"Bearer {head}.{claims}.{signature[::-1]}"
    assert_refused(await call_all(with_headers(Authorization=forged), made), 401, "unauthenticated")
    with_cookie = with_headers(
        Authorization=forged, Cookie=f"{cookies}; _xsrf={XSRF}", X_XSRFToken=XSRF
    )
    assert_refused(await call_all(with_cookie, made), 401, "unauthenticated")


async def test_P5_another_token_of_jupyters_is_refused_everywhere(
    make: Make, with_headers: Callable[..., Api]
) -> None:
    made = await make()
    other = with_headers(Authorization="token not-the-servers")
    assert_refused(await call_all(other, made), 401, "unauthenticated")


async def test_T9_a_cookie_without_xsrf_changes_nothing(
    make: Make, with_headers: Callable[..., Api], jp_fetch: Any
) -> None:
    made = await make()
    cookies = await log_in(jp_fetch)
    changing = [call for call in CALLS if call.method != "GET"]
    answers = await call_all(with_headers(Cookie=cookies), made, changing)
    assert_refused(answers, 403, "forbidden")
    assert all("_xsrf" in error["message"] for _, error in answers.values())
    wrong = with_headers(Cookie=f"{cookies}; _xsrf={XSRF}", X_XSRFToken=XSRF.replace("a", "c"))
    assert_refused(await call_all(wrong, made, changing), 403, "forbidden")


@pytest.mark.parametrize("denier", [Deny, OnlyLook])
async def test_P3_whom_the_authorizer_denies_is_refused(
    denier: type[Deny], make: Make, api: Api, jp_serverapp: Any
) -> None:
    made = await make()
    jp_serverapp.web_app.settings["authorizer"] = denier(parent=jp_serverapp)
    answers = await call_all(api, made)
    if denier is OnlyLook:
        looked = {where: answers.pop(where) for where in list(answers) if only_looks(*where)}
        assert {status for status, _ in looked.values()} <= {200, 201, 404}
    assert_refused(answers, 403, "forbidden")


def only_looks(method: str, route: str) -> bool:
    """A ticket lets in whoever may look; a poll is a socket's `subscribe`."""
    return method == "GET" or route in {"tickets", "poll", "(.*)"}


async def test_P3_the_authorizer_is_asked_about_programs_too(
    make: Make, with_headers: Callable[..., Api], jp_serverapp: Any
) -> None:
    made = await make()
    jp_serverapp.web_app.settings["authorizer"] = Deny(parent=jp_serverapp)
    program = with_headers(Authorization=f"Bearer {made['unscoped']}")
    assert_refused(await call_all(program, made), 403, "forbidden")


async def test_T2_a_token_whose_scopes_name_something_else_gets_nothing(
    make: Make, with_headers: Callable[..., Api]
) -> None:
    made = await make()
    answers = await call_all(with_headers(Authorization=f"Bearer {made['unscoped']}"), made)
    assert {where: got[0] for where, got in answers.items()} == {
        (call.method, call.route): call.unscoped for call in CALLS
    }
    for call in CALLS:
        body = answers[call.method, call.route][1]
        if call.unscoped_answer is None:
            assert set(body) == ERROR_FIELDS
        else:
            assert body.items() >= call.unscoped_answer.items()
    refusals = answers["POST", "poll"][1]["rooms"].values()
    assert [room["error"]["code"] for room in refusals] == ["forbidden"]


async def test_P5_the_socket_lets_nobody_in_who_is_not_known(
    connect: Connect, jp_serverapp: Any, jp_auth_header: dict[str, str]
) -> None:
    stranger = await connect({})
    refused = await ask(stranger, type="subscribe", id=1, room="system")
    assert (refused["type"], refused["code"]) == ("error", "unauthenticated")
    await ask(stranger, type="auth", id=2, token="a.b.c")
    assert await until_closed(stranger) == 4500
    with pytest.raises(InvalidStatus, match="403"):
        await connect({"Authorization": "Bearer a.b.c"})
    with pytest.raises(InvalidStatus, match="403"):
        await connect({}, (SUBPROTOCOL, "ticket.bad"))
    member = await connect()
    assert (await read(member))["type"] == "welcome"
    await member.close()
    jp_serverapp.web_app.settings["authorizer"] = Deny(parent=jp_serverapp)
    with pytest.raises(InvalidStatus, match="403"):
        await connect(jp_auth_header)


async def test_P5_the_socket_answers_a_plain_request_with_an_error(
    http_server: Any, jp_base_url: str, jp_http_port: int
) -> None:
    url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}realtime/ws"
    assert (await AsyncHTTPClient().fetch(url, raise_error=False)).code == 400


async def test_P5_whom_the_authorizer_lets_only_read_can_only_listen_on_a_socket(
    jp_serverapp: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch, api: Api
) -> None:
    project = (await api("GET", "projects", None))[1]["items"][0]["id"]
    monkeypatch.setitem(jp_serverapp.web_app.settings, "authorizer", OnlyLook(parent=jp_serverapp))
    socket = await connect()
    await read(socket)
    room = f"project:{project}"
    assert (await ask(socket, type="subscribe", id=1, room=room))["type"] == "reply"
    for number, request in enumerate(
        (
            {"type": "publish", "event": "custom:x"},
            {"type": "state", "event": "progress:x", "key": "k"},
        )
    ):
        answer = await ask(socket, **request, id=number + 2, room=room, data={"n": 1})
        assert (answer["type"], answer["code"]) == ("error", "forbidden")
    await socket.close()
