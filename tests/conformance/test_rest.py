"""Routes and their shapes, which the OpenAPI document describes in full; every answer is checked by it."""

from __future__ import annotations

import json

import pytest

from tests.openapi import DOCUMENT

from .target import Target

ERROR = {"code", "message", "retryable", "retry_after"}
CALLS = [
    (method.upper(), url.lstrip("/").replace("{kind}", "user"))
    for url, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if operation.get("security") != []
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_P5_E1_strangers_are_refused_in_the_one_shape(
    target: Target, method: str, path: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer bad"}, {"Authorization": "Bearer a.b.c"}):
        refused = target.call(method, path.replace("{", "").replace("}", ""), {}, headers=headers)
        assert (refused.status, refused.body["code"]) == (401, "unauthenticated")
        assert set(refused.body) == ERROR


def test_O2_health_and_ready_answer_everybody(target: Target) -> None:
    health = target.call("GET", "health", headers={})
    assert health.status == 200 and set(health.body) >= {"status", "checks"}
    assert health.body["status"] in ("ok", "degraded")
    assert target.call("GET", "ready", headers={}).status == 200


def test_E2_the_server_describes_itself(target: Target) -> None:
    assert target.get("openapi.json") == DOCUMENT


def test_E1_what_is_not_there_is_said_in_the_one_shape(target: Target) -> None:
    for path in ("no/such/route", "analyses/none", "projects/none", "rooms/project:none/events"):
        answer = target.call("GET", path)
        assert answer.status == 404 and set(answer.body) == ERROR
    assert target.call("PATCH", "me").status == 405


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b"\xff", b"[" * 5000])
def test_E1_M2_what_is_no_body_is_a_bad_request(target: Target, body: bytes) -> None:
    for method, path in (("POST", "publish"), ("PUT", "documents"), ("POST", "tokens")):
        answer = target.call(method, path, body)
        assert (answer.status, answer.body["code"]) == (400, "bad_request")


def test_S3_a_body_above_the_limit_is_refused(target: Target, room: str) -> None:
    body = {"room": room, "event": "custom:n", "data": "x" * 1024 * 1024}
    answer = target.call("POST", "publish", body)
    assert (answer.status, answer.body["code"]) == (413, "too_large")


def test_T9_a_cookie_alone_changes_nothing(target: Target) -> None:
    logged_in = target.call("GET", "me").headers.get_list("set-cookie")
    assert logged_in, "Jupyter logs in who shows its token"
    cookies = "; ".join(cookie.split(";")[0] for cookie in logged_in)
    assert target.call("GET", "me", headers={"Cookie": cookies}).status == 200
    assert target.call("POST", "tickets", {}, headers={"Cookie": cookies}).status == 403


def test_P7_me_is_one_person_however_often_one_asks(target: Target) -> None:
    me = target.get("me")
    assert me == target.get("me")
    assert (me["kind"], me["scopes"]) == ("human", None)
    assert me["user"]["kind"] == "human" and me["via"] == me["user"]["via"]


def test_E4_projects_are_a_list_and_each_can_be_looked_at(target: Target) -> None:
    listing = target.get("projects")
    assert set(listing) == {"items", "next"}
    for item in listing["items"]:
        assert target.get(f"projects/{item['id']}") == item
        assert item["role"] in ("viewer", "member", "owner")
        assert not item["root"].startswith("/")


def test_P3_a_file_has_one_id_and_a_room_of_its_own(target: Target, project: str) -> None:
    document = target.make("PUT", "documents", {"path": "conformance/c.py"})
    assert document["room"] == f"document:{document['id']}"
    assert f"project:{document['project']}" == project
    again = {"path": document["path"], "project": document["project"]}
    assert target.make("PUT", "documents", again) == document
    with target.socket() as socket:
        assert socket.ask("subscribe", room=document["room"])["position"]["seq"] == 0


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a\0b", "x" * 300, "x" * 5000])
def test_P4_no_path_leaves_the_root(target: Target, path: str) -> None:
    for method, route, body in (
        ("PUT", "documents", {"path": path}),
        ("POST", "analyses", {"paths": [path], "external": True}),
    ):
        answer = target.call(method, route, body)
        assert (answer.status, answer.body["code"]) == (400, "bad_request")
    for folder in ("", "/"):
        assert target.call("PUT", "documents", {"path": folder}).status == 400


def test_P10_roles_are_given_listed_and_taken_back(target: Target, project: str) -> None:
    members = f"projects/{project.partition(':')[2]}/members"
    with target.socket() as socket:
        socket.ask("subscribe", room=project)
        for who in ({"user": "conformance-ana"}, {"group": "conformance-team"}):
            [(kind, name)] = who.items()
            given = target.make("PUT", members, {**who, "role": "viewer"})
            assert given == {**who, "role": "viewer"}
            assert socket.next_event(project)["data"] == given
            listed = [item for page in target.pages(members, limit=1) for item in page]
            assert given in listed
            assert target.call("DELETE", f"{members}/{kind}/{name}").status == 204
            assert socket.next_event(project)["data"] == {**who, "role": None}
    for bad in ({"role": "viewer"}, {"user": "a", "group": "b", "role": "viewer"}, {"user": "a"}):
        assert target.call("PUT", members, bad).status == 400


def test_E4_detectors_say_what_they_are_and_how_to_get_them(target: Target) -> None:
    detectors = target.get("detectors")["items"]
    assert {d["name"] for d in detectors} >= {"correctness", "security", "types", "hidden-state"}
    for detector in detectors:
        assert detector["scope"] in ("file", "project")
        assert detector["available"] or detector["install"]


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "1.5", "9" * 30])
def test_E4_a_limit_is_between_1_and_1000(target: Target, limit: str) -> None:
    for path in ("analyses", "tokens"):
        assert target.call("GET", path, limit=limit).status == 400


def test_P17_ones_own_data_is_exported(target: Target, room: str) -> None:
    target.make("POST", "publish", {"room": room, "event": "custom:n", "data": "mine"})
    data = target.get("me/data")
    assert data["user"]["name"] == target.get("me")["user"]["name"]
    assert "mine" in json.dumps(data["events"])
