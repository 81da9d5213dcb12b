"""The messages of the AsyncAPI document, and in which kind of room each is found.

An event or a state is a message of its own, so that the document says what arrives where, and with which
data. The frame's own schema ties its name to its data.
"""

from __future__ import annotations

from typing import Any

import msgspec

from . import events
from . import messages as m
from .rooms import RoomKind
from .schema import text_of

Json = dict[str, Any]
Frame = type[msgspec.Struct]

SCHEMAS = "#/components/schemas/"
REQUESTS: tuple[Frame, ...] = (
    m.AuthRequest,
    m.SubscribeRequest,
    m.UnsubscribeRequest,
    m.PublishRequest,
    m.StateRequest,
    m.PingRequest,
)
ANSWERS: tuple[Frame, ...] = (m.Reply, m.PublishReply, m.SubscribeReply, m.ErrorFrame)
TOLD: tuple[Frame, ...] = (m.Welcome, m.Resync, m.Heartbeat, m.Renew, m.Goodbye)
CARRIERS: tuple[Frame, ...] = (m.EventFrame, m.StateFrame)

# The other requests are answered with a plain `reply`.
_REPLIES: dict[Frame, Frame] = {
    m.PublishRequest: m.PublishReply,
    m.SubscribeRequest: m.SubscribeReply,
}


def all_messages() -> Json:
    """Make every message, by name."""
    plain = {name_of(frame): _message(frame) for frame in (*REQUESTS, *ANSWERS, *TOLD)}
    happened = {_key("event", name): _carried(m.EventFrame, name) for name in events.EVENTS}
    stands = {_key("state", name): _carried(m.StateFrame, name) for name in events.STATES}
    return dict(sorted({**plain, **happened, **stands, **_OWN}.items()))


def name_of(frame: Frame) -> str:
    """`SubscribeRequest` → `subscribeRequest`."""
    return frame.__name__[0].lower() + frame.__name__[1:]


def _key(what: str, event: str) -> str:
    """A component's key has no colon."""
    return f"{what}.{event.replace(':', '.')}"


def tag_of(frame: Frame) -> str:
    """What stands in `type`."""
    return str(frame.__struct_config__.tag)


def doc_of(cls: Frame) -> Json:
    """Say of a struct what its docstring says."""
    summary, more = text_of(cls)
    return {"summary": summary} | ({"description": more} if more else {})


def _message(frame: Frame) -> Json:
    reference = {"$ref": f"{SCHEMAS}{frame.__name__}"}
    return {"name": tag_of(frame), **doc_of(frame), "payload": reference}


def _carried(frame: Frame, event: str) -> Json:
    """An event or a state of a fixed name; the frame's own schema ties the name to the data."""
    shape = (events.EVENTS if frame is m.EventFrame else events.STATES)[event]
    return {"name": event, **doc_of(shape), "payload": _payload(frame, {"const": event})}


def _payload(frame: Frame, event: Json) -> Json:
    named = {"type": "object", "properties": {"event": event}}
    return {"allOf": [{"$ref": f"{SCHEMAS}{frame.__name__}"}, named]}


_OWN: Json = {
    "event.custom": {
        "name": "custom:<name>",
        "summary": "An event of people's own: any JSON.",
        "payload": _payload(m.EventFrame, {"type": "string", "pattern": "^custom:"}),
    },
    "state.progress": {
        "name": "progress:<name>",
        **doc_of(events.ProgressState),
        "payload": _payload(m.StateFrame, {"type": "string", "pattern": "^progress:"}),
    },
}


def found_in(kind: RoomKind) -> list[str]:
    """Name every message of a kind of room, in both directions."""
    asked = requests_in(kind)
    answered = {reply_to(request) for request in asked}
    told = [*events_in(kind), *states_in(kind), name_of(m.Resync), name_of(m.ErrorFrame)]
    return [*map(name_of, asked), *sorted(answered), *told]


def requests_in(kind: RoomKind) -> list[Frame]:
    """Tell what may be asked for in a kind of room."""
    found: list[Frame] = [m.SubscribeRequest, m.UnsubscribeRequest]
    if kind in events.PUBLISHED_IN:
        found.append(m.PublishRequest)
    settable = {place for name in events.OWN_STATES for place in events.ROOMS[name]}
    if kind in settable | {events.PROGRESS_IN}:
        found.append(m.StateRequest)
    return found


def reply_to(request: Frame) -> str:
    """Name what a request is answered with; an error is always possible."""
    return name_of(_REPLIES.get(request, m.Reply))


def events_in(kind: RoomKind) -> list[str]:
    """Name the events that a kind of room keeps."""
    found = [_key("event", name) for name in events.EVENTS if kind in events.ROOMS[name]]
    return [*found, "event.custom"] if kind in events.PUBLISHED_IN else found


def states_in(kind: RoomKind) -> list[str]:
    """Name the states that hang on the board of a kind of room."""
    found = [_key("state", name) for name in events.STATES if kind in events.ROOMS[name]]
    return [*found, "state.progress"] if kind is events.PROGRESS_IN else found
