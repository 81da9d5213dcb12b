import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

Api = Callable[..., Any]


async def project_of(api: Api) -> str:
    _, listing = await api("GET", "projects")
    return str(listing["items"][0]["id"])


async def test_P7_with_the_stock_provider_everybody_is_the_one_local_user(api: Api) -> None:
    first, second = [(await api("GET", "me"))[1] for _ in range(2)]
    assert first == second
    assert (first["kind"], first["via"]) == ("human", "local")


async def test_P3_the_root_is_a_project_and_files_have_ids(api: Api, jp_root_dir: Path) -> None:
    (jp_root_dir / "sub").mkdir()
    (jp_root_dir / "sub" / "a.py").touch()
    project = await project_of(api)
    status, document = await api("PUT", "documents", {"path": "sub/a.py"})
    assert (status, document["path"], document["project"]) == (200, "sub/a.py", project)
    assert document["room"] == f"document:{document['id']}"
    again = await api("PUT", "documents", {"path": "sub/a.py", "project": project})
    assert again[1] == document
    assert await api("GET", f"documents/{document['id']}") == (200, document)
    assert (await api("GET", "documents/none"))[0] == 404


async def test_P8_the_project_of_a_folder_is_known_when_somebody_asks_for_it(
    api: Api, jp_root_dir: Path
) -> None:
    (jp_root_dir / "inner" / ".git").mkdir(parents=True)
    assert len((await api("GET", "projects"))[1]["items"]) == 1
    _, listing = await api("GET", "projects", params={"path": "inner/notebooks"})
    assert {project["root"] for project in listing["items"]} == {"", "inner"}
    status, error = await api("GET", "projects", params={"path": "../outside"})
    assert (status, error["code"]) == (400, "bad_request")


@pytest.mark.parametrize("path", ["../x", "a/../../x", "", "/", "é" * 128])
async def test_P4_documents_outside_the_root_are_refused(api: Api, path: str) -> None:
    status, error = await api("PUT", "documents", {"path": path})
    assert (status, error["code"]) == (400, "bad_request")


async def test_L2_a_published_event_stands_in_the_log(api: Api) -> None:
    room = f"project:{await project_of(api)}"
    event = {"room": room, "event": "custom:metric", "data": {"loss": 0.5}, "key": "k"}
    status, answer = await api("POST", "publish", event)
    assert (status, answer["position"]["seq"]) == (200, 1)
    assert (await api("POST", "publish", event))[1] == answer
    assert (await api("POST", "publish", {**event, "data": 2}))[0] == 409
    _, log = await api("GET", f"rooms/{room}/events")
    assert [item["data"] for item in log["items"]] == [{"loss": 0.5}]
    assert log["position"] == answer["position"] and log["more"] is False


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not json", 400, "bad_request"),
        (b'{"room":"system","event":"custom:x"}', 400, "bad_request"),
        (b'{"room":"system","event":"custom:x","data":1,"actor":"eve"}', 400, "bad_request"),
        (b'{"room":"system","event":"custom:x","data":1}', 403, "forbidden"),
        (b'{"room":"project:none","event":"custom:x","data":1}', 404, "not_found"),
        (b'{"room":"project:none","event":"custom:x","data":"\xff"}', 400, "bad_request"),
        (b"[" * 5000, 400, "bad_request"),
        (b'{"data":"' + b"x" * 1_200_000 + b'"}', 413, "too_large"),
    ],
)
async def test_M2_errors_have_one_shape(api: Api, body: bytes, status: int, code: str) -> None:
    got, error = await api("POST", "publish", body)
    assert (got, error["code"]) == (status, code)
    assert set(error) == {"code", "message", "retryable", "retry_after"}
    assert error["message"]


async def test_M2_unknown_routes_and_queries_are_answered_with_words(api: Api) -> None:
    assert (await api("GET", "analyses/none"))[0] == 404
    assert (await api("GET", "analyses", params={"limit": "many"}))[0] == 400
    assert (await api("GET", "analyses", params={"limit": "100000"}))[0] == 400
    for cursor in ("-1", "9" * 20, "x.1", "", ".", "²"):
        assert (await api("GET", "analyses", params={"cursor": cursor}))[0] == 400
    for beyond in ("-1", "9" * 20, "1.5"):
        assert (await api("GET", "rooms/system/events", params={"since": beyond}))[0] == 400
    assert (await api("PATCH", "me"))[0] == 405


async def test_P6_a_program_has_a_token_and_needs_no_xsrf_cookie(
    api: Api, http_server: Any, jp_base_url: str, jp_http_port: int
) -> None:
    await api("GET", "me")
    token = os.environ["JUPYTER_REALTIME_TOKEN"]
    room = f"project:{await project_of(api)}"
    base = f"http://127.0.0.1:{jp_http_port}{jp_base_url}realtime/"
    assert os.environ["JUPYTER_REALTIME_URL"].endswith("realtime/")

    async def call(path: str, body: Any = None, token: str = token) -> Any:
        return await AsyncHTTPClient().fetch(
            f"{base}api/v1/{path}",
            method="POST" if body else "GET",
            body=json.dumps(body) if body else None,
            headers={"Authorization": f"Bearer {token}"},
            raise_error=False,
        )

    me = json.loads((await call("me")).body)
    assert me["kind"] == "program"
    published = await call("publish", {"room": room, "event": "custom:x", "data": 1})
    assert published.code == 200
    _, log = await api("GET", f"rooms/{room}/events")
    assert log["items"][0]["actor"]["kind"] == "program"
    inbox = await call(f"rooms/user:{me['user']['name']}/events")
    assert inbox.code == 403, "never an inbox"
    head, body, signature = token.split(".")
    for forged in (f"{head}.{body}.{signature[::-1]}", "a.b.c", f"{head}.{body}."):
        assert (await call("me", token=forged)).code == 401


async def test_P5_a_page_of_a_foreign_origin_can_not_post_with_a_cookie(
    http_server: Any, jp_base_url: str, jp_http_port: int, jp_fetch: Any
) -> None:
    login = await jp_fetch("realtime/api/v1/me")
    cookies = "; ".join(c.split(";")[0] for c in login.headers.get_list("Set-Cookie"))
    response = await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{jp_http_port}{jp_base_url}realtime/api/v1/publish",
        method="POST",
        body=b"{}",
        headers={"Cookie": cookies, "Origin": "http://evil.example"},
        raise_error=False,
    )
    assert response.code in (401, 403, 404)
