import json
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.actors import SYSTEM_ACTOR, Principal
from jupyter_realtime.core.errors import CloseCode
from jupyter_realtime.core.messages import Limits
from jupyter_realtime.core.session import Beat, Close, Deliver, Effect, Perform, Session
from jupyter_realtime.core.subscription import Subscription

LIMITS = Limits(
    message_bytes=1000,
    rooms_per_connection=2,
    requests_per_second=10,
    connections_per_user=5,
    queue_bytes=100_000,
    auth_seconds=10.0,
)
ANA = Principal(actor=msgspec.structs.replace(SYSTEM_ACTOR, name="ana", kind="human"))


def new_session(*, answer: bool = True) -> Session:
    return Session("c1", LIMITS, heartbeat_seconds=4.0, answer=answer, now=0.0)


def open_session(*, answer: bool = True, principal: Principal = ANA) -> Session:
    session = new_session(answer=answer)
    session.identified(principal, unix_now=0.0)
    return session


def frames(effects: list[Effect]) -> list[Any]:
    return [json.loads(e.frame) for e in effects if isinstance(e, Deliver)]


def close_of(effects: list[Effect]) -> Close | None:
    return next((e for e in effects if isinstance(e, Close)), None)


def ping(number: int = 1) -> str:
    return json.dumps({"type": "ping", "id": number})


def test_S1_nothing_but_auth_is_processed_before_it_is_known_who_it_is() -> None:
    session = new_session()
    [refused] = frames(session.receive(ping(), 1.0))
    assert (refused["type"], refused["code"], refused["id"]) == ("error", "unauthenticated", 1)
    [effect] = session.receive('{"type":"auth","id":2,"token":"t"}', 1.0)
    assert isinstance(effect, Perform)


def test_S1_a_connection_without_credentials_ends_after_ten_seconds() -> None:
    session = new_session()
    assert session.tick(9.9, 0.0) == []
    close = close_of(session.tick(10.0, 0.0))
    assert close is not None and close.code is CloseCode.BAD_TOKEN
    assert session.tick(20.0, 0.0) == [], "it says goodbye once"
    assert session.receive(ping(), 20.0) == [], "and hears nothing more"


def test_S2_welcome_comes_first_and_announces_the_limits() -> None:
    [welcome] = frames(new_session().identified(ANA, unix_now=1.5))
    assert welcome["type"] == "welcome"
    assert welcome["protocol"] == 1
    assert welcome["limits"]["message_bytes"] == 1000
    assert welcome["server_time"] == "1970-01-01T00:00:01.500Z"
    assert welcome["user"]["name"] == "ana"


def test_S3_M4_a_large_message_is_refused_by_its_id() -> None:
    session = open_session()
    fits = json.dumps({"type": "ping", "id": 1}) + " " * 970
    assert len(fits) < 1000
    assert frames(session.receive(fits, 0.0))[0]["type"] == "reply"
    wide = '{"type":"ping","id":"' + "é" * 600 + '"}'
    [refused] = frames(session.receive(wide, 0.0))
    assert (refused["code"], refused["id"]) == ("too_large", None)
    named = json.dumps({"type": "ping", "id": 7, "pad": "x" * 1000})
    [refused] = frames(session.receive(named, 0.0))
    assert (refused["code"], refused["id"]) == ("too_large", 7)


def test_S4_above_the_rate_requests_are_refused_then_the_connection_ends() -> None:
    session = open_session()
    answers = [frames(session.receive(ping(i), 0.0))[0] for i in range(30)]
    assert [a["type"] for a in answers] == ["reply"] * 20 + ["error"] * 10
    assert answers[-1]["code"] == "rate_limited"
    assert answers[-1]["retryable"] and answers[-1]["retry_after"] > 0
    assert answers[-1]["id"] == 29
    assert frames(session.receive(ping(), 0.2))[0]["type"] == "reply", "it recovers by waiting"
    ends = [close_of(session.receive(ping(), 0.2)) for _ in range(60)]
    [close] = [end for end in ends if end]
    assert close.code is CloseCode.RATE


def test_S4_whoever_keeps_asking_at_twice_the_rate_is_sent_away_and_whoever_slows_down_is_not() -> (
    None
):
    """What is let through in between is no excuse: there is always some."""
    seconds = range(60)
    flooding, slow = open_session(), open_session()
    assert any(close_of(flooding.receive(ping(), s + n / 20)) for s in seconds for n in range(20))
    for second in seconds:
        for n in range(12):
            assert close_of(slow.receive(ping(), second + n / 12)) is None


def test_S5_a_connection_has_a_limited_number_of_rooms() -> None:
    session = open_session()
    for room in ("project:a", "project:b"):
        session.rooms[room] = Subscription(room, 2**20)
    request = {"type": "subscribe", "id": 1, "room": "project:c"}
    [refused] = frames(session.receive(json.dumps(request), 0.0))
    assert refused["code"] == "limit"
    again = session.receive(json.dumps({**request, "room": "project:a"}), 0.0)
    assert isinstance(again[0], Perform), "asking again for a room one is in is no new room"


def test_S6_heartbeats_come_in_time_and_unanswered_ones_end_the_connection() -> None:
    session = open_session()
    assert session.tick(3.9, 0.0) == []
    assert session.tick(4.0, 0.0) == [Beat()]
    assert session.tick(4.1, 0.0) == []
    session.receive(ping(), 8.0)
    assert close_of(session.tick(17.9, 0.0)) is None
    close = close_of(session.tick(18.1, 0.0))
    assert close is not None and close.code is CloseCode.HEARTBEAT_LOST


def test_S6_where_no_answer_is_wanted_silence_is_allowed() -> None:
    session = open_session(answer=False)
    assert close_of(session.tick(1000.0, 0.0)) is None


def test_S7_a_token_is_renewed_before_it_expires_or_the_connection_ends() -> None:
    session = open_session(principal=msgspec.structs.replace(ANA, expires=100.0))
    assert frames(session.tick(1.0, 30.0)) == []
    assert frames(session.tick(1.0, 41.0)) == [{"type": "renew"}]
    assert frames(session.tick(1.0, 42.0)) == [], "once"
    session.identified(msgspec.structs.replace(ANA, expires=200.0), unix_now=50.0)
    assert close_of(session.tick(1.0, 101.0)) is None
    close = close_of(session.tick(1.0, 200.0))
    assert close is not None and close.code is CloseCode.TOKEN_EXPIRED and close.code.reconnect


def test_S8_a_binary_frame_ends_the_connection() -> None:
    close = close_of(open_session().receive(b"{}", 0.0))
    assert close is not None and close.code is CloseCode.PROTOCOL and not close.code.reconnect


def test_M4_an_unreadable_frame_is_answered_and_the_connection_goes_on() -> None:
    session = open_session()
    [refused] = frames(session.receive('{"type":"dance","id":9}', 0.0))
    assert (refused["code"], refused["id"]) == ("bad_request", 9)
    assert frames(session.receive(ping(), 0.0))[0]["type"] == "reply"


@pytest.mark.parametrize("key", ["", "k" * 129])
def test_L3_a_key_has_a_sensible_length(key: str) -> None:
    request = {"type": "publish", "id": 1, "room": "project:p", "event": "custom:x", "data": 1}
    [refused] = frames(open_session().receive(json.dumps({**request, "key": key}), 0.0))
    assert refused["code"] == "bad_request"
