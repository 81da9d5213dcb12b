"""States: whose they are, how they change, and when they go."""

from __future__ import annotations

from typing import Any

import pytest

from .target import Frame, Target

STATE = "progress:conformance"


def on_board(states: list[Frame], key: str) -> list[Any]:
    return [state["data"] for state in states if state["key"] == key]


def test_B1_B2_B3_a_state_hangs_under_its_connection_until_it_is_taken_down(
    target: Target, project: str
) -> None:
    with target.socket() as one, target.socket() as other:
        other.ask("subscribe", room=project)
        key = f"{one.welcome['connection']}/k"
        for value in (0.1, {"done": 1, "total": 2}, None):
            set_ = one.ask("state", room=project, event=STATE, key="k", data=value)
            assert set_["type"] == "reply"
            changed = other.next_state(project)
            assert (changed["event"], changed["key"], changed["data"]) == (STATE, key, value)
            assert changed["actor"] == one.welcome["user"]
            board = one.ask("subscribe", room=project)["states"]
            assert on_board(board, key) == ([] if value is None else [value])


def test_B3_what_a_connection_has_pinned_goes_with_it(target: Target, project: str) -> None:
    with target.socket() as watching:
        with target.socket() as leaving:
            leaving.ask("state", room=project, event=STATE, key="k", data=1)
            key = f"{leaving.welcome['connection']}/k"
        watching.ask("subscribe", room=project)
        gone = watching.next(lambda f: f["type"] == "state" and f["key"] == key and not f["data"])
        assert gone["data"] is None


def test_B3_nobody_writes_under_anothers_key(target: Target, project: str) -> None:
    with target.socket() as one, target.socket() as other:
        one.ask("state", room=project, event=STATE, key="k", data="mine")
        theirs = f"{one.welcome['connection']}/k"
        other.ask("state", room=project, event=STATE, key=theirs, data="stolen")
        board = other.ask("subscribe", room=project)["states"]
        assert on_board(board, theirs) == ["mine"]


@pytest.mark.parametrize(
    ("kind", "event", "data"),
    [
        ("document", "user:cursor", {"cell": "c", "anchor": 3, "head": 4}),
        ("document", "user:cursor", {"cell": "c"}),
        ("document", "user:typing", {"cell": None}),
        ("project", "progress:Fit the model", "any JSON"),
    ],
)
def test_P1_what_a_tab_says_of_where_its_person_is(
    target: Target, project: str, kind: str, event: str, data: Any
) -> None:
    room = project
    if kind == "document":
        room = target.make("PUT", "documents", {"path": "conformance/b.py"})["room"]
    with target.socket() as socket:
        assert socket.ask("state", room=room, event=event, key="self", data=data)["type"] == "reply"
        own = f"{socket.welcome['connection']}/self"
        assert data in on_board(socket.ask("subscribe", room=room)["states"], own)


def test_G1_G4_what_tabs_say_about_their_person_is_one_entry(target: Target, project: str) -> None:
    with target.socket() as one, target.socket() as other:
        who = one.welcome["user"]
        for socket, status in ((one, "away"), (other, "online")):
            said = {"status": status, "document": None, "cell": None}
            answer = socket.ask("state", room=project, event="user:status", key="self", data=said)
            assert answer["type"] == "reply"
        board = one.ask("subscribe", room=project)["states"]
        theirs = [entry["data"] for entry in board if entry["event"] == "user:status"]
        mine = [data for data in theirs if data["user"] == who]
        if who["kind"] == "program":
            assert mine == []
        else:
            assert [(data["status"], data["sessions"] >= 2) for data in mine] == [("online", True)]


@pytest.mark.parametrize(
    ("event", "data", "code"),
    [
        ("user:status", {"status": "lost", "document": None, "cell": None}, "bad_request"),
        ("user:status", {"document": None, "cell": None}, "bad_request"),
        ("user:cursor", {"cell": None, "anchor": 0, "head": 0}, "forbidden"),
        ("analysis:progress", {}, "forbidden"),
        ("system:status", {"status": "ok", "message": None}, "forbidden"),
        ("novelty", {}, "bad_request"),
        ("progress:", 1, "bad_request"),
    ],
)
def test_P1_what_clients_can_not_pin(
    target: Target, project: str, event: str, data: Any, code: str
) -> None:
    with target.socket() as socket:
        refused = socket.ask("state", room=project, event=event, key="k", data=data)
        assert refused["code"] == code
    body = {
        "session": "conformance-" * 2,
        "room": project,
        "event": event,
        "key": "k",
        "data": data,
    }
    assert target.call("POST", "states", body).body["code"] == code


def test_B5_what_one_connection_pins_is_bounded(target: Target, project: str) -> None:
    with target.socket() as socket:
        answers = [
            socket.ask("state", room=project, event=STATE, key=f"k{n}", data=n) for n in range(65)
        ]
        assert [answer["type"] for answer in answers] == ["reply"] * 64 + ["error"]
        assert answers[-1]["code"] == "limit"


def test_O3_the_room_system_says_how_the_service_is(target: Target) -> None:
    with target.socket() as socket:
        [status] = socket.ask("subscribe", room="system")["states"]
        assert status["event"] == "system:status"
        assert status["data"]["status"] == target.get("health")["status"]
