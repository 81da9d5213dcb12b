"""From the handshake to the close frame."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timezone
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from .target import SUBPROTOCOL, Socket, Target

NOBODY: dict[str, str] = {}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LIMITS = {
    "message_bytes",
    "rooms_per_connection",
    "requests_per_second",
    "connections_per_user",
    "queue_bytes",
    "auth_seconds",
}
ACTOR = {"name", "display_name", "initials", "color", "avatar_url", "kind", "via"}


def fields(value: dict[str, Any], *names: str) -> list[Any]:
    return [value[name] for name in names]


def test_S2_the_welcome_comes_first_and_says_everything(target: Target) -> None:
    with target.raw_socket() as socket:
        welcome = socket.next(lambda frame: True)
    assert (welcome["type"], welcome["protocol"]) == ("welcome", 1)
    assert {"subscribe", "publish", "state", "renew"} <= set(welcome["features"])
    assert isinstance(welcome["connection"], str) and welcome["connection"]
    assert TIME.fullmatch(welcome["server_time"])
    said = datetime.fromisoformat(welcome["server_time"].replace("Z", "+00:00"))
    assert abs((datetime.now(timezone.utc) - said).total_seconds()) < 60
    assert welcome["heartbeat"] > 0 and isinstance(welcome["answer"], bool)
    assert set(welcome["limits"]) >= LIMITS
    assert all(limit > 0 for limit in fields(welcome["limits"], *LIMITS))
    assert set(welcome["user"]) >= ACTOR
    assert welcome["user"]["kind"] == "human"
    assert welcome["expires"] is None or TIME.fullmatch(welcome["expires"])


def test_S2_a_user_is_who_the_rest_api_says(target: Target) -> None:
    with target.socket() as one, target.socket() as other:
        assert one.welcome["user"] == other.welcome["user"] == target.get("me")["user"]
        assert one.welcome["connection"] != other.welcome["connection"]


def test_S8_the_sub_protocol_is_mandatory_and_echoed(target: Target) -> None:
    with target.raw_socket() as socket:
        assert socket.connection.subprotocol == SUBPROTOCOL
    with target.raw_socket(subprotocols=()) as socket:
        assert socket.until_closed() == 4501


def test_S8_a_binary_frame_ends_the_connection(target: Target) -> None:
    with target.socket() as socket:
        socket.connection.send(b'{"type":"ping","id":1}')
        assert socket.until_closed() == 4501


def test_S1_a_stranger_may_authenticate_in_the_first_frame(target: Target) -> None:
    with target.raw_socket(headers=NOBODY) as socket:
        assert socket.ask("subscribe", room="system")["code"] == "unauthenticated"
        assert socket.ask("auth", token=target.token)["type"] == "reply"
        assert socket.next(lambda frame: frame["type"] == "welcome")["user"]["kind"] == "human"
        assert socket.ask("subscribe", room="system")["type"] == "reply"


def test_S1_a_bad_token_in_the_first_frame_is_final(target: Target) -> None:
    with target.raw_socket(headers=NOBODY) as socket:
        assert socket.ask("auth", token="bad")["code"] == "unauthenticated"
        assert socket.until_closed() == 4500
        assert socket.heard[-1]["type"] == "goodbye" and socket.heard[-1]["code"] == 4500


def test_S1_who_says_nothing_is_sent_away_in_time(target: Target) -> None:
    with target.socket() as known:
        allowed = known.welcome["limits"]["auth_seconds"]
    began = time.monotonic()
    with target.raw_socket(headers=NOBODY) as socket:
        assert socket.until_closed() == 4500
    assert time.monotonic() - began > allowed / 2


@pytest.mark.parametrize("token", ["bad", "a.b.c"])
def test_S1_a_bad_credential_at_the_handshake_is_403(target: Target, token: str) -> None:
    with (
        pytest.raises(InvalidStatus, match="403"),
        target.raw_socket(headers={"Authorization": f"Bearer {token}"}),
    ):
        pass


def test_T10_a_foreign_page_may_not_connect(target: Target) -> None:
    headers = {"Authorization": f"Bearer {target.token}", "Origin": "https://evil.example"}
    with pytest.raises(InvalidStatus, match="403"), target.raw_socket(headers=headers):
        pass


def test_S6_heartbeats_name_the_heads_of_ones_rooms(target: Target, room: str) -> None:
    with target.socket() as socket:
        socket.ask("subscribe", room=room)
        position = socket.ask("publish", room=room, event="custom:n", data=1)["position"]
        socket.hear_all()
        beat = socket.next(lambda frame: frame["type"] == "heartbeat")
        assert beat["heads"][room] == position["seq"]


def test_S6_who_answers_no_heartbeat_is_taken_for_dead(target: Target) -> None:
    with target.socket(is_alive=False) as socket:
        assert socket.welcome["answer"] is True, "this is no socket under a Hub's /user/"
        assert socket.until_closed(4 * socket.welcome["heartbeat"]) == 4004


def test_S4_above_the_rate_requests_are_refused_and_in_the_end_the_connection(
    target: Target,
) -> None:
    with target.socket() as socket:
        rate = socket.welcome["limits"]["requests_per_second"]
        for _ in range(3 * rate):
            socket.send("ping")
        refused = socket.next(lambda frame: frame["type"] == "error")
        assert (refused["code"], refused["retryable"]) == ("rate_limited", True)
        assert refused["retry_after"] > 0
        flood(socket, 20 * rate)
        assert socket.until_closed() == 4005


def flood(socket: Socket, requests: int) -> None:
    """Go on regardless, until nobody listens any more."""
    ping = json.dumps({"type": "ping", "id": "again"})
    try:
        for _ in range(requests):
            socket.connection.send(ping)
    except OSError:
        pass
    except Exception as error:
        assert "Closed" in type(error).__name__


def test_S5_a_connection_has_so_many_rooms(target: Target) -> None:
    with target.socket() as socket:
        most = socket.welcome["limits"]["rooms_per_connection"]
        documents = [
            target.make("PUT", "documents", {"path": f"conformance/{number}.py"})["room"]
            for number in range(most + 1)
        ]
        for name in documents[:most]:
            assert socket.ask("subscribe", room=name)["type"] == "reply"
        assert socket.ask("subscribe", room=documents[most])["code"] == "limit"
        assert socket.ask("unsubscribe", room=documents[0])["type"] == "reply"
        assert socket.ask("subscribe", room=documents[most])["type"] == "reply"


def test_S5_a_person_has_so_many_connections(target: Target) -> None:
    open_, sockets = [target.socket()], []
    try:
        sockets.append(open_[0].__enter__())
        for _ in range(sockets[0].welcome["limits"]["connections_per_user"] - 1):
            open_.append(target.socket())
            sockets.append(open_[-1].__enter__())
        with target.raw_socket() as one_too_many:
            assert one_too_many.until_closed() == 4503
        assert sockets[-1].ask("ping")["type"] == "reply"
    finally:
        for context in open_:
            context.__exit__(None, None, None)


def test_S7_a_token_that_ends_soon_is_renewed_on_the_live_connection(target: Target) -> None:
    token = {"label": "conformance", "scopes": ["read:*"], "ttl_seconds": 60}
    first = target.make("POST", "tokens", token)
    with target.socket(token=first["token"]) as socket:
        assert socket.welcome["expires"] == first["expires"]
        socket.next(lambda frame: frame["type"] == "renew")
        second = target.make("POST", "tokens", {**token, "ttl_seconds": 3600})
        assert socket.ask("auth", token=second["token"])["type"] == "reply"
        refused = socket.ask("auth", token=target.token)
        assert refused["code"] == "bad_request", "a token can't turn a program into a person"
        assert socket.ask("subscribe", room="system")["type"] == "reply"
    for made in (first, second):
        assert target.call("DELETE", f"tokens/{made['id']}").status == 204
