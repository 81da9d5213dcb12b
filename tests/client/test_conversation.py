"""The client's half of the protocol against a server in memory, cut wherever it can be cut."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_realtime.client.conversation import Phase
from jupyter_realtime.client.effects import (
    Acknowledged,
    HangUp,
    Over,
    Reconnect,
    Refused,
    Returned,
    Send,
)
from jupyter_realtime.client.room import Entered, Missed
from jupyter_realtime.core import messages as m
from jupyter_realtime.core.errors import Forbidden, RateLimited, Unavailable

from .fakes import LIMITS, FakeServer, Peer
from .talking import ROOM, Client, connected

# -- rooms ---------------------------------------------------------------------------------------


def test_what_was_there_comes_first_then_the_board_then_what_is_new() -> None:
    client = connected()
    client.server.append(ROOM, "custom:old")
    client.server.pin(ROOM, "progress:x", "k", 1)
    client.subscribe(1)
    client.pump()
    client.server.append(ROOM, "custom:new")
    client.pump()
    old, entered, new = client.told(1)
    assert isinstance(entered, Entered) and entered.states[0].data == 1
    assert (old.event, new.event) == ("custom:old", "custom:new")  # type: ignore[attr-defined]


def test_without_since_only_what_is_new_comes() -> None:
    client = connected()
    client.server.append(ROOM, "custom:x")
    client.subscribe(1, None)
    client.pump()
    client.server.append(ROOM, "custom:x")
    client.pump()
    assert client.seqs(1) == [2]


def test_a_long_log_is_paged_through() -> None:
    client = connected(page=3)
    for _ in range(10):
        client.server.append(ROOM, "custom:x")
    client.subscribe(1)
    client.pump()
    assert client.seqs(1) == list(range(1, 11))


@pytest.mark.parametrize("frames", range(12))
def test_K1_a_cut_after_any_frame_loses_and_repeats_nothing(frames: int) -> None:
    client = connected(page=2)
    for _ in range(5):
        client.server.append(ROOM, "custom:x")
    client.subscribe(1)
    client.pump(frames)
    client.cut()
    client.server.append(ROOM, "custom:x")
    client.connect()
    client.server.append(ROOM, "custom:x")
    client.pump()
    assert client.seqs(1) == list(range(1, 8))


def test_K1_an_event_that_comes_twice_is_told_once() -> None:
    client = connected()
    client.subscribe(1)
    client.pump()
    client.server.append(ROOM, "custom:x")
    assert client.peer is not None
    client.peer.sent *= 2
    client.pump()
    assert client.seqs(1) == [1]


def test_K1_a_hole_is_filled_before_what_is_behind_it() -> None:
    client = connected()
    client.subscribe(1)
    client.pump()
    client.server.append(ROOM, "custom:x")
    client.server.append(ROOM, "custom:x")
    assert client.peer is not None
    del client.peer.sent[0]
    client.pump()
    assert client.seqs(1) == [1, 2]


def test_K1_a_heartbeat_shows_a_hole_in_a_quiet_room() -> None:
    client = connected()
    client.subscribe(1)
    client.pump()
    client.server.append(ROOM, "custom:x")
    assert client.peer is not None
    client.peer.sent.clear()
    client.peer.heartbeat()
    client.pump()
    assert client.seqs(1) == [1]


def test_a_resync_is_answered_from_the_last_event() -> None:
    client = connected()
    client.subscribe(1)
    client.pump()
    client.server.append(ROOM, "custom:x")
    assert client.peer is not None
    client.peer.sent.clear()
    client.peer.say(m.Resync(room=ROOM, reason="overflow"))
    client.pump()
    assert client.seqs(1) == [1]


def test_a_log_that_was_lost_is_told_as_missed() -> None:
    client = connected()
    client.server.append(ROOM, "custom:x")
    client.subscribe(1)
    client.pump()
    client.cut()
    client.server.lose_everything()
    client.server.append(ROOM, "custom:other")
    client.connect()
    client.server.append(ROOM, "custom:new")
    client.pump()
    missed = [item for item in client.told(1) if isinstance(item, Missed)]
    assert [(item.position.epoch, item.position.seq) for item in missed] == [("e1'", 1)]
    assert client.seqs(1) == [1, 2]


def test_a_client_that_missed_nothing_goes_on_after_pruning() -> None:
    client = connected()
    client.server.append(ROOM, "custom:x")
    client.subscribe(1)
    client.pump()
    client.cut()
    client.server.prune(ROOM)
    client.connect()
    client.server.append(ROOM, "custom:x")
    client.pump()
    assert not [item for item in client.told(1) if isinstance(item, Missed)]
    assert client.seqs(1) == [1, 2]


def test_a_refused_room_is_told_and_not_asked_for_again() -> None:
    client = connected()
    client.server.refuse_next = Forbidden("No.")
    client.subscribe(1)
    client.pump()
    (refused,) = client.told(1)
    assert isinstance(refused, Refused) and isinstance(refused.error, Forbidden)
    client.cut()
    client.connect()
    assert client.peer is not None and client.peer.heard == []


def end_of(room: str) -> m.ErrorFrame:
    return m.ErrorFrame(
        id=None,
        code="forbidden",
        message="This project is off.",
        retryable=False,
        retry_after=None,
        room=room,
    )


def test_P12_a_room_that_was_taken_from_us_is_told_and_not_asked_for_again() -> None:
    client = connected()
    client.subscribe(1)
    client.subscribe(2, room="project:q")
    client.pump()
    assert client.peer is not None
    client.peer.say(end_of(ROOM))
    client.peer.say(end_of("project:of nobody here"))
    client.pump()
    *_, refused = client.told(1)
    assert isinstance(refused, Refused) and isinstance(refused.error, Forbidden)
    assert not any(isinstance(item, Refused) for item in client.told(2))
    client.cut()
    client.connect()
    assert [f.room for f in client.peer.heard if isinstance(f, m.SubscribeRequest)] == ["project:q"]


def test_P12_while_an_answer_is_awaited_it_speaks_for_itself() -> None:
    client = connected()
    assert client.peer is not None
    client.peer.say(end_of(ROOM))
    client.subscribe(1)
    client.pump()
    (entered,) = client.told(1)
    assert isinstance(entered, Entered)


def test_a_room_that_is_unavailable_for_a_moment_is_asked_for_again() -> None:
    client = connected()
    client.server.append(ROOM, "custom:x")
    client.server.refuse_next = Unavailable("Later.", retry_after=3.0)
    client.subscribe(1)
    client.pump()
    assert client.tick(2.9) == []
    client.tick(0.2)
    client.pump()
    assert client.seqs(1) == [1]


def test_a_server_that_never_comes_to_an_end_is_not_asked_without_a_pause() -> None:
    client = connected()
    client.subscribe(1)
    assert client.peer is not None
    request = client.peer.heard[-1]
    client.peer.sent.clear()
    reply = m.SubscribeReply(
        id=request.id,
        position=m.Position(epoch="e1", seq=0),
        recovered=True,
        states=[],
        events=[],
        more=True,
    )
    client.peer.say(reply)
    client.pump()
    assert len(client.peer.heard) == 1
    client.tick(1.1)
    assert len(client.peer.heard) == 2


# -- several listeners in one room -----------------------------------------------------------------


def test_who_comes_later_and_wants_the_past_gets_it_and_the_first_nothing_twice() -> None:
    client = connected(page=2)
    for _ in range(3):
        client.server.append(ROOM, "custom:x")
    client.subscribe(1, None)
    client.pump()
    client.server.append(ROOM, "custom:x")
    client.pump()
    client.subscribe(2, "earliest")
    client.pump()
    client.server.append(ROOM, "custom:x")
    client.pump()
    assert client.seqs(1) == [4, 5]
    assert client.seqs(2) == [1, 2, 3, 4, 5]


def test_who_wants_only_what_is_new_gets_no_replay_of_others() -> None:
    client = connected()
    client.server.append(ROOM, "custom:x")
    client.subscribe(1, "earliest")
    client.subscribe(2, None)
    client.pump()
    client.server.append(ROOM, "custom:x")
    client.pump()
    assert (client.seqs(1), client.seqs(2)) == ([1, 2], [2])


def test_the_room_is_left_behind_the_last_listener() -> None:
    client = connected()
    client.subscribe(1)
    client.subscribe(2)
    client.pump()
    assert client.do(client.conversation.unsubscribe(1, ROOM)) == []
    client.do(client.conversation.unsubscribe(2, ROOM))
    assert client.peer is not None and client.peer.rooms == {}


def test_of_an_unprovable_position_only_those_hear_who_missed_something() -> None:
    client = connected()
    for _ in range(3):
        client.server.append(ROOM, "custom:x")
    client.subscribe(1, "earliest")
    client.pump()
    client.server.prune(ROOM)
    client.subscribe(2, m.Since(epoch="e1", seq=1))
    client.pump()
    assert not [item for item in client.told(1) if isinstance(item, Missed)]
    assert [item for item in client.told(2) if isinstance(item, Missed)]


# -- publishing --------------------------------------------------------------------------------------


def test_K2_an_unacknowledged_publish_is_sent_again_with_the_same_key() -> None:
    client = connected()
    client.publish(1, "hello")
    client.cut()
    client.connect()
    client.pump()
    assert client.of_kind(Acknowledged) == [Acknowledged(1, m.Position(epoch="e1", seq=1))]
    assert client.server.log(ROOM).head == 1


def test_what_is_published_while_apart_is_sent_in_order() -> None:
    client = Client()
    for ticket in (1, 2, 3):
        client.publish(ticket, ticket)
    client.connect()
    published = [event.data for event in client.server.log(ROOM).events]
    assert [bytes(data) for data in published] == [b"1", b"2", b"3"]


def test_a_publish_that_is_refused_for_good_comes_back() -> None:
    client = connected()
    client.server.refuse_next = Forbidden("No.")
    client.publish(1)
    client.pump()
    (returned,) = client.of_kind(Returned)
    assert isinstance(returned, Returned) and isinstance(returned.error, Forbidden)


def test_a_publish_that_comes_too_fast_waits_as_long_as_it_is_told() -> None:
    client = connected()
    client.server.refuse_next = RateLimited("Slower.", retry_after=2.0)
    client.publish(1)
    client.pump()
    client.tick(1.9)
    assert client.server.log(ROOM).head == 0
    client.tick(0.2)
    client.pump()
    assert client.server.log(ROOM).head == 1 and client.of_kind(Acknowledged)


def test_what_is_too_large_is_not_sent_because_it_would_end_every_connection() -> None:
    client = connected()
    client.publish(1, "x" * LIMITS.message_bytes)
    assert client.of_kind(Returned) and client.of_kind(Send) == []


def test_K6_no_more_goes_out_than_the_server_has_announced() -> None:
    client = connected()
    for ticket in range(1000):
        client.publish(ticket)
    assert len(client.of_kind(Send)) == LIMITS.requests_per_second
    for _ in range(17):
        client.pump()
        client.tick(0.5)
    assert len(client.of_kind(Send)) == LIMITS.requests_per_second * 9.5
    client.tick(0.5)
    client.pump()
    assert [e.ticket for e in client.of_kind(Acknowledged) if isinstance(e, Acknowledged)] == list(
        range(1000)
    )


def test_a_refused_publish_that_was_withdrawn_meanwhile_is_not_sent_again() -> None:
    client = connected()
    client.server.refuse_next = RateLimited("Slower.", retry_after=1.0)
    client.publish(1)
    client.conversation.withdraw(1)
    client.pump()
    client.tick(2.0)
    client.pump()
    assert client.server.log(ROOM).head == 0


def test_a_withdrawn_publish_is_not_sent_again() -> None:
    client = Client()
    client.publish(1)
    client.conversation.withdraw(1)
    client.connect()
    assert client.server.log(ROOM).head == 0


# -- the connection ----------------------------------------------------------------------------------


def test_the_token_is_shown_again_if_no_welcome_comes() -> None:
    client = Client(token="secret")
    client.connect(known=False)
    assert client.tick(1.0) == []
    client.tick(1.5)
    client.pump()
    assert client.conversation.phase is Phase.OPEN
    assert client.peer is not None
    assert [r.token for r in client.peer.heard if isinstance(r, m.AuthRequest)] == ["secret"]


def test_without_a_welcome_the_connection_is_given_up() -> None:
    client = Client(token=None)
    client.connect(known=False)
    client.tick(16)
    assert client.of_kind(HangUp)


def test_a_heartbeat_is_answered_where_the_server_wants_it() -> None:
    client = connected()
    assert client.peer is not None
    client.peer.heartbeat()
    client.pump()
    assert [type(request) for request in client.peer.heard] == [m.PingRequest]


def test_a_heartbeat_is_not_answered_where_that_would_keep_a_server_alive() -> None:
    client = Client()
    client.connect(known=False)
    assert client.peer is not None
    client.peer.welcome(answer=False)
    client.peer.heartbeat()
    client.pump()
    assert client.peer.heard == []


def test_a_silent_server_is_left() -> None:
    client = connected()
    assert client.tick(37) == []
    (hang_up,) = client.tick(1)
    assert hang_up == HangUp(4004, "The server is silent.")
    assert client.cut(4004) == [Reconnect(0.25)]


def test_a_renewal_shows_the_token() -> None:
    client = connected()
    assert client.peer is not None
    client.peer.say(m.Renew())
    client.pump()
    assert [type(request) for request in client.peer.heard] == [m.AuthRequest]


@pytest.mark.parametrize(
    "code", [None, 1000, 1001, 1006, 1011, 4001, 4002, 4003, 4004, 4005, 4006, 4499]
)
def test_K3_these_codes_are_reconnected(code: int | None) -> None:
    assert connected().cut(code) == [Reconnect(0.25)]


@pytest.mark.parametrize("code", [4500, 4501, 4503, 4504, 4999])
def test_K3_these_codes_are_final_and_everyone_hears_of_it(code: int) -> None:
    client = connected()
    client.subscribe(1)
    client.pump()
    client.publish(2)
    client.cut(code)
    assert len(client.of_kind(Over)) == 1 and not client.of_kind(Reconnect)
    assert isinstance(client.told(1)[-1], Refused)
    assert [e.ticket for e in client.of_kind(Returned) if isinstance(e, Returned)] == [2]
    assert isinstance(client.publish(3)[-1], Returned)
    client.subscribe(4)
    assert isinstance(client.told(4)[-1], Refused)


def test_K3_a_goodbye_says_when_to_come_back_and_why() -> None:
    client = connected()
    assert client.peer is not None
    client.peer.say(m.Goodbye(code=4001, reason="Restart", retry_after=5.0))
    client.pump()
    assert client.cut(1006) == [Reconnect(5.0)]


def test_K3_who_welcomes_and_then_breaks_off_is_asked_less_and_less_often() -> None:
    client = connected()
    client.subscribe(1)
    waits = []
    for _ in range(4):
        waits += client.cut()
        client.connect(known=False)
        client.peer.welcome()  # type: ignore[union-attr]
        client.pump(1)
    assert waits == [Reconnect(0.25), Reconnect(0.5), Reconnect(1.0), Reconnect(2.0)]
    client.cut()
    client.connect()
    assert client.cut() == [Reconnect(0.25)]


def test_a_final_goodbye_is_final_whatever_the_close_frame_says() -> None:
    client = connected()
    assert client.peer is not None
    client.peer.say(m.Goodbye(code=4504, reason="You were removed.", retry_after=None))
    client.pump()
    (over,) = client.cut(1006)
    assert isinstance(over, Over) and "You were removed." in over.error.message


def test_K9_another_protocol_is_told_even_if_its_welcome_is_another_one() -> None:
    client = Client()
    client.subscribe(1)
    client.do(client.conversation.opened(0.0))
    client.do(client.conversation.received('{"type":"welcome","protocol":2,"who":"you"}', 0.0))
    [refused] = client.told(1)
    assert isinstance(refused, Refused)
    assert str(refused.error).startswith("The server speaks protocol 2, this client 1.")
    assert client.conversation.phase is Phase.OVER


def test_K9_nothing_is_sent_that_the_server_does_not_offer() -> None:
    client = Client()
    client.subscribe(1)
    client.publish(7)
    client.pin({"a": 1})
    client.do(client.conversation.opened(0.0))
    client.peer = client.server.connect()
    welcome = json.loads(client.peer.sent[0])
    client.peer.sent[0] = json.dumps({**welcome, "features": ["renew"]})
    client.pump()
    assert client.peer.heard == []
    [refused], [returned] = client.told(1), client.of_kind(Returned)
    assert isinstance(refused, Refused) and isinstance(returned, Returned)
    for error in (refused.error, returned.error):
        assert "Update jupyter_realtime where it runs" in str(error)
    assert client.conversation.is_settled, "nobody waits for a state that can't be sent"


def test_K9_another_protocol_is_final() -> None:
    client = Client()
    client.connect(known=False)
    assert client.peer is not None
    client.peer.welcome()
    client.peer.sent[0] = client.peer.sent[0].replace('"protocol":1', '"protocol":2')
    client.pump()
    (over,) = client.of_kind(Over)
    assert isinstance(over, Over) and "same version" in over.error.message


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        "1",
        '{"type": "event", "room": "project:p", "seq": "one"}',
        '{"type": "reply"}',
        '{"type": "welcome"}',
        "[" * 100_000,
        b"\xff",
    ],
)
def test_what_cannot_be_read_ends_the_connection_and_in_the_end_the_client(
    frame: str | bytes,
) -> None:
    client = connected()
    client.subscribe(1)
    for attempt in range(3):
        client.do(client.conversation.received(frame, client.now))
        assert len(client.of_kind(HangUp)) == attempt + 1
        # The echo of our own close frame is no verdict of the server.
        client.cut(4501)
        if attempt < 2:
            assert len(client.of_kind(Reconnect)) == attempt + 1
            client.connect()
            client.peer.sent.clear()  # type: ignore[union-attr]
    assert len(client.of_kind(Over)) == 1


def test_an_answer_that_does_not_fit_the_question_ends_the_connection() -> None:
    client = connected()
    client.subscribe(1)
    client.do(client.conversation.received('{"type": "reply", "id": 1}', client.now))
    assert client.of_kind(HangUp)


def test_frames_and_fields_of_a_newer_server_are_ignored() -> None:
    client = connected()
    client.subscribe(1)
    client.pump()
    client.server.append(ROOM, "custom:x")
    assert client.peer is not None
    client.peer.sent[0] = client.peer.sent[0].replace("{", '{"shiny": 1, ', 1)
    client.peer.sent.insert(0, '{"type": "sparkle", "glitter": true}')
    client.peer.sent.insert(0, '{"type": "reply", "id": "nobody asked"}')
    client.peer.sent.insert(0, '{"type": 7}')
    client.pump()
    assert client.seqs(1) == [1]


def test_K3_repeated_1009_is_final() -> None:
    client = connected()
    client.cut(1009)
    client.connect()
    client.cut(1009)
    client.connect()
    assert isinstance(client.cut(1009)[0], Over)


# -- everything at once --------------------------------------------------------------------------------

STEPS = st.lists(
    st.sampled_from(
        ["append", "publish", "cut", "connect", "one frame", "all frames", "lose a frame",
         "repeat a frame", "heartbeat", "resync", "tick", "refuse"]
    ),
    max_size=60,
)  # fmt: skip


@given(STEPS, st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_whatever_happens_each_event_is_told_once_and_in_order(steps: list[str], page: int) -> None:
    client = Client(FakeServer(page=page))
    client.subscribe(1)
    tickets = 100
    for step in steps:
        peer = client.peer
        if step == "append":
            client.server.append(ROOM, "custom:x")
        elif step == "publish":
            tickets += 1
            client.publish(tickets)
        elif step == "refuse":
            client.server.refuse_next = Unavailable("Later.", retry_after=0.1)
        elif step == "connect" and peer is None:
            client.connect()
        elif peer is not None:
            _disturb(client, peer, step)
    _settle(client)
    head = client.server.log(ROOM).head
    assert client.seqs(1) == list(range(1, head + 1))
    acknowledged = [e.ticket for e in client.effects if isinstance(e, Acknowledged)]
    assert sorted(acknowledged) == list(range(101, tickets + 1))
    assert len(client.server.positions) == tickets - 100


def _disturb(client: Client, peer: Peer, step: str) -> None:
    if step == "cut":
        client.cut()
    elif step == "one frame":
        client.pump(1)
    elif step == "all frames":
        client.pump()
    elif step == "lose a frame" and peer.sent and '"type":"event"' in peer.sent[0]:
        del peer.sent[0]
    elif step == "repeat a frame" and peer.sent and '"type":"event"' in peer.sent[0]:
        peer.sent.insert(0, peer.sent[0])
    elif step == "heartbeat":
        peer.heartbeat()
    elif step == "resync":
        peer.say(m.Resync(room=ROOM, reason="overflow"))
    elif step == "tick":
        client.tick(0.5)


def _settle(client: Client) -> None:
    client.server.refuse_next = None
    if client.peer is None:
        client.connect()
    assert client.peer is not None
    for _ in range(3):
        client.pump()
        client.tick(2.0)
        client.peer.heartbeat()
        client.pump()


def test_a_frame_is_encoded_as_the_server_reads_it() -> None:
    client = connected()
    client.subscribe(1, m.Since(epoch="e1", seq=0, id="i"))
    (send,) = client.of_kind(Send)
    assert isinstance(send, Send)
    assert msgspec.json.decode(send.frame) == {
        "type": "subscribe",
        "id": 1,
        "room": ROOM,
        "since": {"epoch": "e1", "seq": 0, "id": "i"},
    }
