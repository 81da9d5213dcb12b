"""Rooms over plain HTTP."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

from jupyter_realtime.server.runtime import Services
from tests.builders import eventually

Api = Callable[..., Any]


async def services_of(api: Api, jp_serverapp: Any) -> Services:
    """The services of the server that `api` calls."""
    await api("GET", "health")
    services: Services = await jp_serverapp.web_app.settings["jupyter_realtime"].services()
    return services


async def project_of(api: Api) -> str:
    """The room of the server's one project."""
    _, listing = await api("GET", "projects")
    return f"project:{listing['items'][0]['id']}"


async def publish(api: Api, room: str, data: Any) -> Any:
    status, answer = await api("POST", "publish", {"room": room, "event": "custom:x", "data": data})
    assert status == 200, answer
    return answer["position"]


async def is_waiting(services: Services) -> None:
    """Wait until somebody waits for news."""

    async def somebody() -> bool:
        return services.rooms.open_count > 0

    await eventually(somebody)


async def is_empty(services: Services) -> None:
    """Wait until nobody is in any room."""

    async def nobody() -> bool:
        return services.rooms.open_count == 0

    await eventually(nobody)


async def test_F1_a_poll_goes_on_where_the_last_one_ended(api: Api) -> None:
    room = await project_of(api)
    first = await publish(api, room, 1)
    status, answer = await api("POST", "poll", {"rooms": {room: None}})
    told = answer["rooms"][room]
    assert status == 200
    assert set(told) == {"position", "recovered", "events", "states", "more", "board"}
    assert (told["position"], told["events"], told["recovered"]) == (first, [], True)
    await publish(api, room, 2)
    _, answer = await api("POST", "poll", {"rooms": {room: first}})
    [event] = answer["rooms"][room]["events"]
    assert (event["seq"], event["event"], event["data"]) == (2, "custom:x", 2)
    assert set(event) == {"seq", "event", "id", "time", "actor", "data"}
    _, answer = await api("POST", "poll", {"rooms": {room: "earliest"}})
    assert [event["data"] for event in answer["rooms"][room]["events"]] == [1, 2]
    since = {**answer["rooms"][room]["position"], "id": "of another log"}
    _, answer = await api("POST", "poll", {"rooms": {room: since}})
    assert answer["rooms"][room]["recovered"] is False


async def test_F2_a_poll_waits_for_what_is_published(api: Api, jp_serverapp: Any) -> None:
    room = await project_of(api)
    services = await services_of(api, jp_serverapp)
    since = await publish(api, room, 1)
    waits = asyncio.create_task(api("POST", "poll", {"rooms": {room: since}}))
    await is_waiting(services)
    assert not waits.done()
    await publish(api, room, 2)
    _, answer = await waits
    assert [event["data"] for event in answer["rooms"][room]["events"]] == [2]
    await is_empty(services)


async def test_F4_a_refused_room_has_the_one_error_shape_in_its_place(api: Api) -> None:
    room = await project_of(api)
    rooms = {room: None, "user:somebody-else": None, "project:none": None}
    status, answer = await api("POST", "poll", {"rooms": rooms})
    assert (status, list(answer["rooms"])) == (200, list(rooms))
    codes = {
        name: told["error"]["code"] for name, told in answer["rooms"].items() if "error" in told
    }
    assert codes == {"user:somebody-else": "forbidden", "project:none": "not_found"}
    for told in answer["rooms"].values():
        assert set(told.get("error", ())) <= {"code", "message", "retryable", "retry_after"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rooms": {}},
        {"rooms": {"galaxy:far": None}},
        {"rooms": {"system": "latest"}},
        {"rooms": {"system": {"epoch": "e"}}},
        {"rooms": {"system": {"epoch": "e", "seq": -1}}},
        {"rooms": {"system": {"epoch": "e", "seq": 1, "more": 1}}},
        {"rooms": {"system": None}, "actor": "eve"},
        {"rooms": {"system": None}, "wait": 26},
        {"rooms": {"system": None}, "wait": -1},
        {"rooms": {"system": None}, "session": ""},
        {"rooms": {"system": None}, "boards": {"system": 1}},
    ],
)
async def test_M3_a_poll_that_is_none_is_refused(api: Api, body: Any) -> None:
    status, error = await api("POST", "poll", body)
    assert (status, error["code"]) == (400, "bad_request")


async def test_F4_whose_token_is_revoked_during_the_wait_hears_nothing(
    api: Api, jp_serverapp: Any, http_server: Any, jp_base_url: str, jp_http_port: int
) -> None:
    room = await project_of(api)
    services = await services_of(api, jp_serverapp)
    minted = {"label": "reader", "scopes": [f"read:{room}"], "ttl_seconds": 60}
    status, token = await api("POST", "tokens", minted)
    assert status == 201, token
    waits = asyncio.ensure_future(
        AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{jp_http_port}{jp_base_url}realtime/api/v1/poll",
            method="POST",
            body=json.dumps({"rooms": {room: "earliest"}}),
            headers={"Authorization": f"Bearer {token['token']}"},
            raise_error=False,
        )
    )
    await is_waiting(services)
    assert (await api("DELETE", f"tokens/{token['id']}"))[0] == 204
    await publish(api, room, "secret")
    answer = await waits
    assert answer.code == 401
    assert b"secret" not in answer.body


async def test_F5_a_client_that_goes_away_frees_its_rooms_at_once(
    api: Api, jp_http_port: int, jp_base_url: str, jp_auth_header: Any, jp_serverapp: Any
) -> None:
    room = await project_of(api)
    services = await services_of(api, jp_serverapp)
    body = json.dumps({"rooms": {room: "earliest"}}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
    writer.write(
        f"POST {jp_base_url}realtime/api/v1/poll HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: {jp_auth_header['Authorization']}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await is_waiting(services)
    writer.close()
    await is_empty(services)
    assert await reader.read() == b""


async def test_F7_a_server_that_stops_answers_those_who_wait(api: Api, jp_serverapp: Any) -> None:
    room = await project_of(api)
    services = await services_of(api, jp_serverapp)
    since = await publish(api, room, 1)
    waits = asyncio.create_task(api("POST", "poll", {"rooms": {room: since}}))
    await is_waiting(services)
    await services.polling.close()
    status, answer = await waits
    assert (status, answer["rooms"][room]["position"]) == (200, since)


async def test_F8_a_state_hangs_under_the_connection_that_the_server_names(api: Api) -> None:
    room = await project_of(api)
    state = {"session": "s" * 22, "room": room, "event": "progress:x", "key": "k", "data": 1}
    status, pinned = await api("POST", "states", state)
    assert status == 200
    _, answer = await api("POST", "poll", {"rooms": {room: None}, "session": "s" * 22})
    [entry] = answer["rooms"][room]["states"]
    assert (entry["key"], entry["data"]) == (f"{pinned['connection']}/k", 1)
    assert "s" * 22 not in json.dumps(answer)
    assert await api("POST", "states", {**state, "data": None}) == (200, pinned)
    _, answer = await api("POST", "poll", {"rooms": {room: None}})
    assert answer["rooms"][room]["states"] == []
    for change, wanted in (
        ({"event": "system:status"}, 403),
        ({"event": "nonsense"}, 400),
        ({"key": ""}, 400),
        ({"connection": "c"}, 400),
        ({"room": "project:none"}, 404),
        ({"data": "x" * 70_000}, 413),
    ):
        assert (await api("POST", "states", {**state, **change}))[0] == wanted


async def test_F10_a_publish_over_http_passes_the_checks_of_a_socket(api: Api) -> None:
    room = await project_of(api)
    event = {"room": room, "event": "custom:x", "data": None}
    deep: Any = 1
    for _ in range(32):
        deep = [deep]
    for change, wanted in (
        ({"data": deep}, 200),
        ({"data": [deep]}, 400),
        ({"data": "x" * 60_000}, 200),
        ({"data": "x" * 66_000}, 413),
        ({"key": ""}, 400),
        ({"key": "x" * 129}, 400),
        ({"event": "analysis:complete"}, 403),
        ({"event": "custom:"}, 400),
        ({"room": "system"}, 403),
        ({"data": 2**63}, 400),
        ({"data": "a\0b"}, 400),
    ):
        assert (await api("POST", "publish", {**event, **change}))[0] == wanted, change.keys()


@pytest.fixture
def unhurried(jp_server_config: dict[str, Any]) -> None:
    """A server that takes few requests; to be named before what starts it."""
    jp_server_config["RealtimeConfig"]["requests_per_second"] = 1


@pytest.mark.parametrize("path", ["publish", "states", "poll"])
async def test_F6_a_person_asks_as_often_as_over_a_socket(
    unhurried: None, api: Api, path: str
) -> None:
    answers = await asyncio.gather(*(api("POST", path, {}) for _ in range(20)))
    assert {status for status, _ in answers} == {400, 429}
    for status, error in answers:
        if status == 429:
            assert (error["code"], error["retryable"]) == ("rate_limited", True)
            assert 0 < error["retry_after"] <= 1
