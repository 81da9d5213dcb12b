"""The AsyncAPI document: what is said over the socket, by kind of room, made from the structs.

`python -m jupyter_realtime.core.asyncapi` writes it to `docs/asyncapi.json`; `make protocol` does so too. A
test fails when it is stale.

Theory of operation
-------------------
One socket carries many rooms, so a channel is a kind of room, and its address is a room's name; what is
about the connection itself has a channel without an address. An operation is what the server does: it
*receives* a request and replies, or it *sends*. An event or a state is a message of its own in each
channel in which it is found, so that the document says what arrives where, and with which data.
"""

from __future__ import annotations

import json
from pathlib import Path

from . import events, presence
from . import messages as m
from .asyncapi_messages import (
    ANSWERS,
    CARRIERS,
    REQUESTS,
    SCHEMAS,
    TOLD,
    Frame,
    Json,
    all_messages,
    doc_of,
    events_in,
    found_in,
    name_of,
    reply_to,
    requests_in,
    states_in,
    tag_of,
)
from .errors import CloseCode
from .rooms import RoomKind
from .schema import components

TARGET = Path(__file__).parents[2] / "docs" / "asyncapi.json"
_CONNECTION = "connection"
_ABOUT_CONNECTION = (m.Welcome, m.Heartbeat, m.Renew, m.Goodbye)
_ADDRESSES = {kind: f"{kind.value}:{{id}}" for kind in RoomKind} | {RoomKind.SYSTEM: "system"}


def document() -> Json:
    """Make the document."""
    frames = [*REQUESTS, *ANSWERS, *TOLD, *CARRIERS]
    data = sorted({*events.EVENTS.values(), *events.STATES.values()}, key=lambda c: c.__name__)
    _, schemas = components([*frames, *data, events.ProgressState, presence.UserStatus], SCHEMAS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "jupyter_realtime",
            "version": str(m.PROTOCOL),
            "description": _ABOUT,
            "license": {"name": "BSD-3-Clause"},
        },
        "defaultContentType": "application/json",
        "servers": {"jupyter": _SERVER},
        "channels": {_CONNECTION: _connection()} | {k.value: _room(k) for k in RoomKind},
        "operations": _operations(),
        "components": {
            "messages": all_messages(),
            "schemas": schemas,
            "securitySchemes": _SECURITY,
        },
    }


_CODES = ", ".join(
    f"{code.value} {code.name.lower()}{'' if code.reconnect else ' (final)'}" for code in CloseCode
)
_ABOUT = (
    f"WebSocket with the sub-protocol `{m.SUBPROTOCOL}`; one JSON object per text frame. Every request has "
    "an `id`, echoed in exactly one `reply` or `error`. Clients ignore fields that they don't know; from "
    f"clients they are an error. Close codes: {_CODES}."
)
_SERVER = {
    "host": "{host}",
    "pathname": "{base}realtime/ws",
    "protocol": "wss",
    "protocolVersion": "13",
    "variables": {
        "host": {
            "description": "The Jupyter server's, with its port.",
            "default": "localhost:8888",
        },
        "base": {"description": "The Jupyter server's `base_url`.", "default": "/"},
    },
    "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("token", "ticket")],
}
_SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "At the handshake, or in the first frame (`auth`).",
    },
    "ticket": {
        "type": "httpApiKey",
        "in": "header",
        "name": "Sec-WebSocket-Protocol",
        "description": f"From `POST tickets`, as another sub-protocol `{m.TICKET_SUBPROTOCOL_PREFIX}<x>`.",
    },
}


# -- channels ------------------------------------------------------------------------------------------


def _connection() -> Json:
    frames = (m.AuthRequest, m.PingRequest, m.Reply, m.ErrorFrame, *_ABOUT_CONNECTION)
    return {
        "address": None,
        "title": "The connection itself",
        "messages": _references([name_of(frame) for frame in frames]),
    }


def _room(kind: RoomKind) -> Json:
    channel: Json = {
        "address": _ADDRESSES[kind],
        "title": f"Rooms of the kind {kind.value}",
        "messages": _references(found_in(kind)),
    }
    if kind is not RoomKind.SYSTEM:
        channel["parameters"] = {"id": {"description": "What the REST API calls it."}}
    return channel


def _references(names: list[str]) -> Json:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


# -- operations ----------------------------------------------------------------------------------------


def _operations() -> Json:
    found: Json = {}
    for request in (m.AuthRequest, m.PingRequest):
        found[f"{_CONNECTION}.receive.{tag_of(request)}"] = _receive(_CONNECTION, request)
    for frame in _ABOUT_CONNECTION:
        told = _send(_CONNECTION, [name_of(frame)], doc_of(frame)["summary"])
        found[f"{_CONNECTION}.send.{tag_of(frame)}"] = told
    for kind in RoomKind:
        found |= _in_room(kind)
    return found


def _in_room(kind: RoomKind) -> Json:
    room = kind.value
    ended = "You may no longer listen there; `id` is null, `room` names it."
    told = {
        "event": (events_in(kind), doc_of(m.EventFrame)["summary"]),
        "state": (states_in(kind), doc_of(m.StateFrame)["summary"]),
        "resync": ([name_of(m.Resync)], doc_of(m.Resync)["summary"]),
        "error": ([name_of(m.ErrorFrame)], ended),
    }
    found = {
        f"{room}.receive.{tag_of(request)}": _receive(room, request)
        for request in requests_in(kind)
    }
    sent = {
        f"{room}.send.{tag}": _send(room, names, text)
        for tag, (names, text) in told.items()
        if names
    }
    return found | sent


def _receive(channel: str, request: Frame) -> Json:
    answers = [reply_to(request), name_of(m.ErrorFrame)]
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": doc_of(request)["summary"],
        "messages": _in_channel(channel, [name_of(request)]),
        "reply": {
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": _in_channel(channel, answers),
        },
    }


def _send(channel: str, names: list[str], summary: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": _in_channel(channel, names),
    }


def _in_channel(channel: str, names: list[str]) -> list[Json]:
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]


def text() -> str:
    """Write the document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
