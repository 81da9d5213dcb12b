"""Rooms over plain HTTP: `poll`, `publish` and `states`."""

from __future__ import annotations

import threading
import time
from typing import Any

from .target import Target

SESSION = "conformance-session-0123456789"


def poll(target: Target, rooms: dict[str, Any], **more: Any) -> dict[str, Any]:
    answered: dict[str, Any] = target.make("POST", "poll", {"rooms": rooms, **more})["rooms"]
    assert set(answered) == set(rooms)
    return answered


def publish(target: Target, room: str, data: Any) -> dict[str, Any]:
    body = {"room": room, "event": "custom:n", "data": data}
    position: dict[str, Any] = target.make("POST", "publish", body)["position"]
    return position


def test_F1_what_was_missed_comes_at_once(target: Target, room: str) -> None:
    since = publish(target, room, 1)
    for n in (2, 3):
        publish(target, room, n)
    began = time.monotonic()
    news = poll(target, {room: since}, wait=20)[room]
    assert time.monotonic() - began < 10
    assert [event["data"] for event in news["events"]] == [2, 3]
    assert (news["recovered"], news["more"]) == (True, False)
    assert news["position"] == {**since, "seq": since["seq"] + 2}
    everything = poll(target, {room: "earliest"})[room]["events"]
    assert [event["seq"] for event in everything] == list(range(1, news["position"]["seq"] + 1))
    assert poll(target, {room: None})[room]["events"] == []


def test_F1_what_can_not_be_continued_is_said_at_once(target: Target, room: str) -> None:
    head = publish(target, room, 1)
    for since in ({**head, "epoch": "another"}, {**head, "seq": head["seq"] + 5}):
        news = poll(target, {room: since}, wait=20)[room]
        assert (news["recovered"], news["events"], news["position"]) == (False, [], head)


def test_F2_a_poll_waits_for_an_event(target: Target, room: str) -> None:
    since = publish(target, room, 1)
    told: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: told.append(poll(target, {room: since}, wait=20)))
    waiting.start()
    publish(target, room, 2)
    waiting.join(20)
    assert [event["data"] for event in told[0][room]["events"]] == [2]


def test_F2_a_poll_ends_without_news(target: Target, room: str) -> None:
    since = publish(target, room, 1)
    quiet = poll(target, {room: since}, wait=0.2)[room]
    assert (quiet["events"], quiet["position"]) == ([], since)


def test_F4_a_room_that_is_refused_stands_beside_the_others(target: Target, room: str) -> None:
    rooms = {room: None, "project:none": None, "user:somebody-else": None, "kitchen:1": None}
    answered = poll(target, rooms, wait=0)
    codes = {name: news["error"]["code"] for name, news in answered.items() if "error" in news}
    assert codes == {
        "project:none": "not_found",
        "user:somebody-else": "forbidden",
        "kitchen:1": "bad_request",
    }
    for bad in ({}, {"rooms": {}}, {"rooms": {room: 5}}, {"rooms": {room: None}, "wait": 26}):
        assert target.call("POST", "poll", bad).status == 400


def test_F8_F9_a_session_pins_states_under_a_name_of_its_own(target: Target, project: str) -> None:
    wanted = {"session": SESSION, "room": project, "event": "progress:fallback", "key": "k"}
    connection = target.make("POST", "states", {**wanted, "data": 0.5})["connection"]
    key = f"{connection}/k"
    again = target.make("POST", "states", {**wanted, "data": 0.6})
    assert again["connection"] == connection != SESSION
    states = poll(target, {project: None}, session=SESSION)[project]["states"]
    assert [state["data"] for state in states if state["key"] == key] == [0.6]
    with target.socket() as socket:
        socket.ask("subscribe", room=project)
        target.make("POST", "states", {**wanted, "data": None})
        gone = socket.next(lambda f: f["type"] == "state" and f["key"] == key)
        assert gone["data"] is None


def test_F3_a_board_that_has_changed_is_news(target: Target, project: str) -> None:
    first = poll(target, {project: None})[project]
    position = {project: first["position"]}
    with target.socket() as socket:
        socket.ask("state", room=project, event="progress:board", key="k", data=1)
        news = poll(target, position, boards={project: first["board"]}, wait=20)[project]
        assert news["board"] != first["board"]
        assert any(state["event"] == "progress:board" for state in news["states"])


def test_F10_a_publish_over_http_is_checked_as_over_a_socket(target: Target, room: str) -> None:
    good = {"room": room, "event": "custom:n", "data": 1}
    for more, status in (
        ({"event": "analysis:complete"}, 403),
        ({"event": "novelty"}, 400),
        ({"key": ""}, 400),
        ({"key": "k" * 129}, 400),
        ({"room": "system"}, 403),
        ({"room": "project:none"}, 404),
        ({"actor": "eve"}, 400),
    ):
        assert target.call("POST", "publish", {**good, **more}).status == status, more
    assert target.call("POST", "publish", good).status == 200
