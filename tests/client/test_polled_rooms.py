"""What a poll asks, and which frames its answer stands for."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_realtime.client.polled_rooms import PollAnswer, PolledRooms
from jupyter_realtime.core import messages as m
from tests.builders import actor

ROOM = "project:p"
ACTOR = msgspec.to_builtins(actor())


def event(seq: int) -> dict[str, Any]:
    return {
        "seq": seq,
        "event": "custom:x",
        "id": f"e{seq}",
        "time": "t",
        "actor": ACTOR,
        "data": seq,
    }


def state(key: str, data: Any) -> dict[str, Any]:
    return {"event": "progress:x", "key": key, "time": "t", "actor": ACTOR, "data": data}


def told(
    seq: int, *events: int, states: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    """What a server says of a room."""
    entries = [state(key, data) for key, data in (states or {}).items()]
    return {
        "position": {"epoch": "e", "seq": seq},
        "recovered": True,
        "events": [event(number) for number in events],
        "states": entries,
        "more": False,
        "board": f"board{len(entries)}",
        **fields,
    }


REFUSED = {
    "error": {"code": "forbidden", "message": "No.", "retryable": False, "retry_after": None}
}


class Client:
    """A client that has entered a room."""

    def __init__(self, since: Any = "earliest") -> None:
        self.rooms = PolledRooms()
        self.enter(1, since)

    def enter(self, request: int, since: Any) -> None:
        self.rooms.enter(m.SubscribeRequest(id=request, room=ROOM, since=since))

    def ask(self) -> dict[str, Any]:
        return self.rooms.question("session")

    def hear(self, answer: dict[str, Any], room: str = ROOM) -> list[m.ServerFrame]:
        return self.rooms.hear(msgspec.convert({"rooms": {room: answer}}, PollAnswer))

    def exchange(self, answer: dict[str, Any]) -> list[m.ServerFrame]:
        self.ask()
        return self.hear(answer)


def seqs(frames: list[m.ServerFrame]) -> list[int]:
    return [frame.seq for frame in frames if isinstance(frame, m.EventFrame)]


def shown(frames: list[m.ServerFrame]) -> list[tuple[str, Any]]:
    return [(frame.key, frame.data) for frame in frames if isinstance(frame, m.StateFrame)]


def test_K8_who_enters_gets_a_reply_without_waiting_and_polls_on_from_there() -> None:
    client = Client()
    assert (client.ask()["rooms"], client.ask()["wait"]) == ({ROOM: "earliest"}, 0)
    [reply] = client.hear(told(2, 1, 2, states={"k": 1}))
    assert isinstance(reply, m.SubscribeReply)
    assert (reply.id, [e.seq for e in reply.events], reply.recovered) == (1, [1, 2], True)
    assert [entry.data for entry in reply.states] == [1]
    question = client.ask()
    assert question["rooms"] == {ROOM: {"epoch": "e", "seq": 2, "id": "e2"}}
    assert question["boards"] == {ROOM: "board1"}
    assert question["wait"] > 20
    assert client.hear(told(2, states={"k": 1})) == []
    assert client.ask()["rooms"][ROOM]["id"] == "e2", "still known"


def test_K8_events_and_changed_states_arrive_as_over_a_socket() -> None:
    client = Client()
    client.exchange(told(1, 1, states={"same": 0, "other": 1, "gone": 2}))
    frames = client.exchange(told(3, 2, 3, states={"same": 0, "other": 5, "new": 6}))
    assert seqs(frames) == [2, 3]
    assert shown(frames) == [("gone", None), ("other", 5), ("new", 6)]
    assert all(f.room == ROOM for f in frames if isinstance(f, m.EventFrame | m.StateFrame))
    assert client.exchange(told(3, states={"same": 0, "other": 5, "new": 6})) == []


def test_K8_more_pages_are_the_subscribers_to_ask_for() -> None:
    client = Client()
    [reply] = client.exchange(told(2, 1, 2, more=True))
    assert isinstance(reply, m.SubscribeReply) and reply.more
    assert not client.rooms
    client.enter(2, m.Since(epoch="e", seq=2))
    [reply] = client.exchange(told(3, 3))
    assert isinstance(reply, m.SubscribeReply) and reply.id == 2


def test_K8_later_pages_of_a_room_that_is_followed_just_come() -> None:
    client = Client()
    client.exchange(told(1, 1))
    assert seqs(client.exchange(told(3, 2, 3, more=True))) == [2, 3]
    assert client.ask()["rooms"][ROOM]["seq"] == 3
    assert seqs(client.hear(told(4, 4))) == [4]


def test_K8_lost_continuity_is_a_resync_and_then_the_subscribers_matter() -> None:
    client = Client()
    client.exchange(told(1, 1))
    [resync] = client.exchange(told(9, recovered=False))
    assert isinstance(resync, m.Resync) and resync.room == ROOM
    assert not client.rooms
    client.enter(2, m.Since(epoch="e", seq=1))
    [reply] = client.exchange(told(9, recovered=False))
    assert isinstance(reply, m.SubscribeReply) and not reply.recovered
    assert client.ask()["rooms"] == {ROOM: {"epoch": "e", "seq": 9, "id": None}}


def test_K8_another_epoch_at_the_same_seq_is_another_position() -> None:
    client = Client(m.Since(epoch="old", seq=4, id="e4"))
    client.exchange(told(4, recovered=False))
    assert client.ask()["rooms"] == {ROOM: {"epoch": "e", "seq": 4, "id": None}}


def test_K8_a_refusal_answers_who_enters_and_makes_others_ask_again() -> None:
    client = Client()
    [refusal] = client.exchange(REFUSED)
    assert isinstance(refusal, m.ErrorFrame)
    assert (refusal.id, refusal.code) == (1, "forbidden")
    assert not client.rooms
    client.enter(2, None)
    client.exchange(told(0))
    [resync] = client.exchange(REFUSED)
    assert isinstance(resync, m.Resync)
    assert not client.rooms


def test_K8_an_answer_to_an_earlier_question_is_none_to_a_later_subscription() -> None:
    client = Client(None)
    client.exchange(told(5))
    client.ask()
    client.enter(2, "earliest")
    assert client.hear(told(6, 6)) == [], "it was asked from 5 on"
    [reply] = client.exchange(told(6, 1, 2, 3, 4, 5, 6))
    assert isinstance(reply, m.SubscribeReply) and reply.id == 2
    client.ask()
    client.rooms.leave(ROOM)
    assert client.hear(told(7, 7)) == []
    client.enter(3, None)
    assert client.hear(told(7, 7)) == []
