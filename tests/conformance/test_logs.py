"""A room's log: its numbers, its keys, and how one comes back to it."""

from __future__ import annotations

import re
import time
from typing import Any

from .target import Frame, Socket, Target

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PAGE = 500


def publish(socket: Socket, room: str, data: Any, **more: Any) -> Frame:
    return socket.ask("publish", room=room, event="custom:n", data=data, **more)


def fill(socket: Socket, room: str, count: int) -> None:
    """Publish 0, 1, 2 …; what came too fast is said again when the server takes as much."""
    rate = socket.welcome["limits"]["requests_per_second"]
    fields = {"room": room, "event": "custom:n"}
    waiting = list(range(count))
    while waiting:
        batch, waiting = waiting[:rate], waiting[rate:]
        ids = [socket.send("publish", **fields, data=data) for data in batch]
        answers = [socket.next(lambda f, i=i: f.get("id") == i) for i in ids]  # type: ignore[misc]
        refused = [n for n, a in zip(batch, answers, strict=True) if a["type"] == "error"]
        waiting = refused + waiting
        # `retry_after` is about one request.
        time.sleep(len(refused) / rate)


def test_L1_L5_M5_everybody_hears_each_event_once_in_one_order(target: Target, room: str) -> None:
    with target.socket() as one, target.socket() as other:
        base = one.ask("subscribe", room=room)["position"]["seq"]
        other.ask("subscribe", room=room)
        replies = [publish(socket, room, n) for n, socket in enumerate([one, other, one], 1)]
        seqs = [base + 1, base + 2, base + 3]
        assert [reply["position"]["seq"] for reply in replies] == seqs
        heard = [[socket.next_event(room) for _ in seqs] for socket in (one, other)]
        assert heard[0] == heard[1]
        assert [event["seq"] for event in heard[0]] == seqs
        assert [event["data"] for event in heard[0]] == [1, 2, 3]
        for event in heard[0]:
            assert event["actor"] == one.welcome["user"]
            assert TIME.fullmatch(event["time"]) and event["event"] == "custom:n"
        assert len({event["id"] for event in heard[0]}) == 3


def test_L2_what_was_answered_is_in_the_log(target: Target, room: str) -> None:
    with target.socket() as socket:
        position = publish(socket, room, {"loss": 0.5})["position"]
    log = target.get(f"rooms/{room}/events")
    assert log["position"] == position and log["more"] is False
    assert log["items"][-1]["data"] == {"loss": 0.5}


def test_L3_a_key_gives_the_first_position_again(target: Target, room: str) -> None:
    with target.socket() as socket:
        first = publish(socket, room, {"a": 1, "b": [2]}, key="k")["position"]
        assert publish(socket, room, {"b": [2], "a": 1}, key="k")["position"] == first
        conflict = publish(socket, room, {"a": 2}, key="k")
        assert (conflict["code"], conflict["retryable"]) == ("conflict", False)
        body = {"room": room, "event": "custom:n", "data": {"a": 1, "b": [2]}, "key": "k"}
        assert target.make("POST", "publish", body)["position"] == first, "over HTTP, too"
        assert target.call("POST", "publish", {**body, "data": 3}).status == 409
        assert publish(socket, room, 1, key="other")["position"]["seq"] == first["seq"] + 1
        for bad in ("", "k" * 129):
            assert publish(socket, room, 1, key=bad)["code"] == "bad_request"


def test_R2_earliest_gives_all_and_no_position_gives_what_comes(target: Target, room: str) -> None:
    with target.socket() as socket:
        for n in range(3):
            publish(socket, room, n)
        everything = socket.ask("subscribe", room=room, since="earliest")
        assert everything["recovered"] is True and everything["more"] is False
        assert [e["data"] for e in everything["events"] if e["event"] == "custom:n"] == [0, 1, 2]
        fresh = socket.ask("subscribe", room=room)
        assert fresh["events"] == [] and fresh["position"] == everything["position"]
        assert socket.hear_all() == []


def test_R1_a_position_is_gone_on_from(target: Target, room: str) -> None:
    with target.socket() as socket:
        since = publish(socket, room, 1)["position"]
    with target.socket() as socket:
        publish(socket, room, 2)
        reply = socket.ask("subscribe", room=room, since=since)
        assert [event["data"] for event in reply["events"]] == [2]
        publish(socket, room, 3)
        assert socket.next_event(room)["data"] == 3
        last = reply["events"][-1]
        again = {**since, "seq": last["seq"], "id": last["id"]}
        assert [e["data"] for e in socket.ask("subscribe", room=room, since=again)["events"]] == [3]


def test_R3_a_long_log_comes_in_pages_and_nothing_live_before_the_last(
    target: Target, room: str
) -> None:
    with target.socket() as socket:
        fill(socket, room, PAGE + 50)
        first = socket.ask("subscribe", room=room, since="earliest")
        assert first["more"] is True and len(first["events"]) <= PAGE
        assert first["position"]["seq"] == first["events"][-1]["seq"]
        publish(socket, room, "live")
        assert socket.hear_all() == [], "the rest comes first"
        events = list(first["events"])
        page = first
        while page["more"]:
            page = socket.ask("subscribe", room=room, since=page["position"])
            events += page["events"]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert events[-1]["data"] == "live"
        publish(socket, room, "after")
        assert socket.next_event(room)["data"] == "after"


def test_R4_what_can_not_be_continued_is_said(target: Target, room: str) -> None:
    with target.socket() as socket:
        head = publish(socket, room, 1)["position"]
        publish(socket, room, 2)
        for since in (
            {**head, "epoch": "another"},
            {**head, "seq": head["seq"] + 100},
            {**head, "id": "another"},
        ):
            reply = socket.ask("subscribe", room=room, since=since)
            assert (reply["recovered"], reply["events"], reply["more"]) == (False, [], False)
            assert reply["position"] == {**head, "seq": head["seq"] + 1}
            publish(socket, room, 3)
            head = {**head, "seq": socket.next_event(room)["seq"] - 1}


def test_M4_who_has_left_hears_nothing(target: Target, room: str) -> None:
    with target.socket() as socket:
        socket.ask("subscribe", room=room)
        assert socket.ask("unsubscribe", room=room)["type"] == "reply"
        publish(socket, room, 1)
        assert socket.hear_all() == []


def test_E3_a_log_is_read_in_pages_over_http(target: Target, room: str) -> None:
    with target.socket() as socket:
        base = socket.ask("subscribe", room=room)["position"]["seq"]
        fill(socket, room, 5)
    first = target.get(f"rooms/{room}/events", since=base, limit=3)
    assert [item["data"] for item in first["items"]] == [0, 1, 2]
    assert first["more"] is True and first["position"]["seq"] == base + 3
    rest = target.get(f"rooms/{room}/events", since=first["position"]["seq"], limit=3)
    assert [item["data"] for item in rest["items"]] == [3, 4] and rest["more"] is False
    beyond = target.get(f"rooms/{room}/events", since=base + 100)
    assert (beyond["items"], beyond["position"]["seq"]) == ([], base + 5), "never behind the head"
    for bad in ({"limit": 1001}, {"limit": "x"}, {"since": -1}):
        assert target.call("GET", f"rooms/{room}/events", **bad).status == 400
