"""Tokens for programs, tickets for sockets."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from .target import SUBPROTOCOL, Target

WITHOUT: dict[str, str] = {}


def mint(target: Target, *scopes: str, seconds: int = 300) -> dict[str, Any]:
    wanted = {"label": "conformance", "scopes": list(scopes), "ttl_seconds": seconds}
    made: dict[str, Any] = target.make("POST", "tokens", wanted)
    return made


def test_T2_a_scoped_token_may_what_its_scopes_name(target: Target, room: str) -> None:
    token = mint(target, f"publish:{room}", f"read:{room}")["token"]
    me = target.call("GET", "me", token=token).body
    assert (me["kind"], me["via"]) == ("program", "jwt")
    assert me["scopes"] == sorted([f"publish:{room}", f"read:{room}"])
    with target.socket(token=token) as socket:
        assert socket.welcome["user"] == me["user"]
        assert socket.ask("subscribe", room=room)["type"] == "reply"
        assert socket.ask("publish", room=room, event="custom:n", data=1)["type"] == "reply"
        assert socket.next_event(room)["actor"]["kind"] == "program"
        assert socket.ask("subscribe", room="system")["code"] == "forbidden"
    body = {"room": "system", "event": "custom:n", "data": 1}
    assert target.call("POST", "publish", body, token=token).status == 403
    assert target.call("GET", f"rooms/{room}/events", token=token).status == 200


def test_T3_a_scoped_token_makes_no_tokens(target: Target) -> None:
    token = mint(target, "read:*")["token"]
    wanted = {"label": "more", "scopes": ["read:*"], "ttl_seconds": 300}
    assert target.call("POST", "tokens", wanted, token=token).status == 403
    assert target.call("GET", "tokens", token=token).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["do:anything"]},
        {"scopes": ["read:[a-z]"]},
        {"scopes": ["read:kitchen:1"]},
        {"scopes": [f"read:project:{n}" for n in range(65)]},
        {"ttl_seconds": 0},
        {"ttl_seconds": 400 * 24 * 3600},
        {"ttl_seconds": "300"},
        {"label": ""},
        {"label": "x" * 101},
        {"admin": True},
    ],
    ids=str,
)
def test_T3_what_is_no_token_is_refused(target: Target, wrong: dict[str, Any]) -> None:
    wanted = {"label": "conformance", "scopes": ["read:*"], "ttl_seconds": 300, **wrong}
    assert target.call("POST", "tokens", wanted).status == 400


def test_T4_T5_tokens_are_listed_without_their_text_and_end_when_revoked(target: Target) -> None:
    made = [mint(target, "read:*") for _ in range(3)]
    listed = [item for page in target.pages("tokens", limit=2) for item in page]
    ids = [item["id"] for item in listed]
    assert len(ids) == len(set(ids)) and set(ids) >= {one["id"] for one in made}
    assert not any(one["token"] in str(listed) for one in made)
    with target.socket(token=made[0]["token"]) as socket:
        assert target.call("DELETE", f"tokens/{made[0]['id']}").status == 204
        assert socket.until_closed() == 4504
    assert target.call("GET", "me", token=made[0]["token"]).status == 401
    [item] = [i for i in target.get("tokens", limit=1000)["items"] if i["id"] == made[0]["id"]]
    assert item["revoked"] is not None
    assert target.call("DELETE", "tokens/none").status == 404
    for one in made[1:]:
        assert target.call("DELETE", f"tokens/{one['id']}").status == 204


def test_T7_a_ticket_opens_one_socket(target: Target) -> None:
    ticket = target.make("POST", "tickets", {})["ticket"]
    shown = (SUBPROTOCOL, f"ticket.{ticket}")
    with target.raw_socket(headers=WITHOUT, subprotocols=shown) as socket:
        assert socket.connection.subprotocol == SUBPROTOCOL
        welcome = socket.next(lambda frame: frame["type"] == "welcome")
        assert welcome["user"] == target.get("me")["user"]
    for bad in (shown, (SUBPROTOCOL, "ticket.none"), (SUBPROTOCOL, "ticket.")):
        with (
            pytest.raises(InvalidStatus, match="403"),
            target.raw_socket(headers=WITHOUT, subprotocols=bad),
        ):
            pass


def test_T7_a_ticket_may_no_more_than_the_token_that_asked_for_it(target: Target) -> None:
    made = mint(target, "read:system")
    ticket = target.call("POST", "tickets", {}, token=made["token"]).body["ticket"]
    shown = (SUBPROTOCOL, f"ticket.{ticket}")
    with target.raw_socket(headers=WITHOUT, subprotocols=shown) as socket:
        welcome = socket.next(lambda frame: frame["type"] == "welcome")
        assert welcome["user"]["kind"] == "program" and welcome["expires"] == made["expires"]
        assert socket.ask("subscribe", room="system")["type"] == "reply"
        assert socket.ask("publish", room="system", event="custom:n", data=1)["code"] == "forbidden"
