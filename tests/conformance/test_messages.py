"""What is no frame, and what a request must not say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .target import Target

SYSTEM = {"type": "subscribe", "room": "system"}


@pytest.mark.parametrize(
    ("text", "request_id"),
    [
        ("not json", None),
        ("[]", None),
        ("{}", None),
        ('{"type":"ping"}', None),
        ('{"type":"fly","id":5}', 5),
        ('{"type":"subscribe","id":"s"}', "s"),
        ('{"type":"subscribe","id":1,"room":7}', 1),
        ('{"type":"subscribe","id":1,"room":"system","since":"yesterday"}', 1),
        ('{"type":"subscribe","id":1,"room":"system","since":{"epoch":"e","seq":-1}}', 1),
        ('{"type":"publish","id":1,"room":"system","event":"custom:n"}', 1),
        ('{"type":"ping","id":1,"actor":"eve"}', 1),
        ('{"type":"ping","id":true}', None),
        ('{"type":"ping","id":1.5}', None),
        ('{"type":"ping","id":null}', None),
        (json.dumps({"type": "ping", "id": "x" * 65}), None),
        ("[" * 5000, None),
    ],
    ids=lambda value: str(value)[:60],
)
def test_M2_M3_M4_what_is_no_frame_is_answered_with_its_id_if_that_can_be_read(
    target: Target, text: str, request_id: Any
) -> None:
    with target.socket() as socket:
        socket.connection.send(text)
        error = socket.next(lambda frame: frame["type"] == "error")
        assert (error["id"], error["code"], error["retryable"]) == (
            request_id,
            "bad_request",
            False,
        )
        assert error["message"] and error["retry_after"] is None
        assert socket.ask("ping")["type"] == "reply", "the connection goes on"


@pytest.mark.parametrize(
    "data",
    [
        '"\\u0000"',
        '"\\ud800"',
        "1e999",
        "NaN",
        "99999999999999999999999",
        "-9223372036854775809",
        "[" * 40 + "]" * 40,
        '{"\\u0000":1}',
    ],
)
def test_M2_data_that_could_break_a_reader_is_refused(target: Target, room: str, data: str) -> None:
    with target.socket() as socket:
        frame = f'{{"type":"publish","id":1,"room":"{room}","event":"custom:n","data":{data}}}'
        socket.connection.send(frame)
        assert socket.next(lambda f: f["type"] == "error")["code"] == "bad_request"


@pytest.mark.parametrize(
    "data",
    [
        None,
        0,
        -(2**63),
        2**63 - 1,
        0.1,
        "",
        "ü漢😀\u2028</script>",
        [],
        {},
        {"": [None, {"a": [1, "b"]}]},
        json.loads("[" * 29 + "]" * 29),
    ],
    ids=str,
)
def test_M2_any_other_json_arrives_as_it_was_sent(target: Target, room: str, data: Any) -> None:
    with target.socket() as socket:
        socket.ask("subscribe", room=room)
        socket.ask("publish", room=room, event="custom:n", data=data)
        assert socket.next_event(room)["data"] == data


def test_M4_an_id_comes_back_as_it_was_sent(target: Target) -> None:
    with target.socket() as socket:
        for request_id in (0, -1, 2**53, "", "x" * 64, "ü😀"):
            socket.connection.send(json.dumps({"type": "ping", "id": request_id}))
            reply = socket.next(lambda frame: frame["type"] == "reply")
            assert reply == {"type": "reply", "id": request_id}


def test_S3_a_message_above_the_limit_is_refused_and_a_huge_one_ends_the_connection(
    target: Target, room: str
) -> None:
    with target.socket() as socket:
        limit = socket.welcome["limits"]["message_bytes"]
        large = json.dumps({"type": "publish", "room": room, "event": "custom:n", "id": 1})
        socket.connection.send(f'{large[:-1]},"data":"{"x" * limit}"}}')
        refused = socket.next(lambda frame: frame["type"] == "error")
        assert (refused["code"], refused["id"]) == ("too_large", 1)
        assert refused["retryable"] is False
        assert socket.ask("ping")["type"] == "reply"
        socket.connection.send(f'{large[:-1]},"data":"{"x" * 1024 * 1024}"}}')
        assert socket.until_closed() == 1009


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("project:none", "not_found"),
        ("analysis:none", "not_found"),
        ("document:none", "not_found"),
        ("kitchen:1", "bad_request"),
        ("system:1", "bad_request"),
        ("project", "bad_request"),
        ("", "bad_request"),
        ("user:somebody-else", "forbidden"),
        ("project:" + "x" * 300, "bad_request"),
    ],
)
def test_P2_rooms_that_are_not_ones_own_are_refused(target: Target, room: str, code: str) -> None:
    with target.socket() as socket:
        assert socket.ask("subscribe", room=room)["code"] == code
        assert target.call("GET", f"rooms/{room or '%20'}/events").body["code"] == code


def test_P1_clients_publish_custom_events_and_nothing_else(target: Target, project: str) -> None:
    document = target.make("PUT", "documents", {"path": "conformance/a.py"})["room"]
    refused = [
        (project, "analysis:complete", "forbidden"),
        (project, "project:update", "forbidden"),
        (project, "member:changed", "forbidden"),
        (project, "novelty", "bad_request"),
        (project, "custom:", "bad_request"),
        (project, "custom:UPPER", "bad_request"),
        (document, "custom:n", "forbidden"),
        ("system", "custom:n", "forbidden"),
    ]
    with target.socket() as socket:
        for room, event, code in refused:
            answer = socket.ask("publish", room=room, event=event, data={})
            assert answer.get("code") == code, (room, event)
            body = {"room": room, "event": event, "data": {}}
            assert target.call("POST", "publish", body).body["code"] == code
