"""The JSON Schema of every frame, event, state and REST shape, made from the structs.

`python -m jupyter_realtime.core.schema` writes it to `js/src/core/protocol.schema.json`, from which
`make protocol` generates the TypeScript. Both are committed, so that a reviewer sees a wire change, and a
test fails when they are stale.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from . import actors, errors, events, issues, messages

TARGET = Path(__file__).parents[2] / "js" / "src" / "core" / "protocol.schema.json"

_SERVER_FRAMES = (
    messages.Welcome,
    messages.Reply,
    messages.PublishReply,
    messages.SubscribeReply,
    messages.ErrorFrame,
    messages.EventFrame,
    messages.StateFrame,
    messages.Resync,
    messages.Heartbeat,
    messages.Renew,
    messages.Goodbye,
)
_CLIENT_FRAMES = (
    messages.AuthRequest,
    messages.SubscribeRequest,
    messages.UnsubscribeRequest,
    messages.PublishRequest,
    messages.StateRequest,
    messages.PingRequest,
)
_SHAPES = (
    actors.Actor,
    errors.ErrorBody,
    events.ProgressState,
    issues.Analysis,
    issues.DetectorDescription,
    issues.Issue,
    messages.LoggedEvent,
    messages.StateEntry,
)


# People's own names: a pattern for validators, a template literal for TypeScript.
_CUSTOM_EVENT = {
    "type": "string",
    "pattern": f"^{events.CUSTOM_EVENT.pattern}$",
    "tsType": "`custom:${string}`",
}
_PROGRESS_STATE = {
    "type": "string",
    "pattern": f"^{events.PROGRESS_STATE.pattern}$",
    "tsType": "`progress:${string}`",
}


def schema() -> dict[str, Any]:
    """Make the whole schema; its definitions are the structs by name."""
    data = {*events.EVENTS.values(), *events.STATES.values()}
    types = [*_SERVER_FRAMES, *_CLIENT_FRAMES, *_SHAPES, *sorted(data, key=lambda c: c.__name__)]
    _, definitions = msgspec.json.schema_components(types, ref_template="#/definitions/{name}")
    _tell_apart(
        definitions, "AnyEvent", events.EVENTS, _CUSTOM_EVENT, ("LoggedEvent", "EventFrame")
    )
    _tell_apart(
        definitions, "AnyState", events.STATES, _PROGRESS_STATE, ("StateEntry", "StateFrame")
    )
    definitions["EventData"] = _by_name(events.EVENTS)
    definitions["StateData"] = _by_name(events.STATES)
    definitions["ClientFrame"] = _any_of(_CLIENT_FRAMES)
    definitions["ServerFrame"] = _any_of(_SERVER_FRAMES)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Protocol",
        "description": f"Wire protocol {messages.PROTOCOL} of jupyter_realtime.",
        "type": "object",
        "properties": {
            name: _ref(name)
            for name in ("ClientFrame", "ServerFrame", "EventData", "StateData", *_names(_SHAPES))
        },
        "additionalProperties": False,
        "definitions": dict(sorted(definitions.items())),
    }


def _tell_apart(
    definitions: dict[str, Any],
    union: str,
    shapes: dict[str, type[msgspec.Struct]],
    own: dict[str, Any],
    frames: tuple[str, ...],
) -> None:
    """Let the name in `event` tell the shape of `data`, in each of the frames that carry both."""
    known = [({"const": name}, _ref(shape.__name__)) for name, shape in sorted(shapes.items())]
    # A state that is gone has null for its data.
    gone: list[dict[str, Any]] = [{"type": "null"}] if union == "AnyState" else []
    definitions[union] = {
        "anyOf": [
            {
                "type": "object",
                "properties": {"event": name, "data": {"anyOf": [data, *gone]} if gone else data},
                "required": ["event", "data"],
            }
            for name, data in [*known, (own, {})]
        ]
    }
    for frame in frames:
        shape = definitions[frame]
        for field in ("event", "data"):
            del shape["properties"][field]
            shape["required"].remove(field)
        description = shape.pop("description")
        del shape["title"]
        definitions[frame] = {"description": description, "allOf": [shape, _ref(union)]}


def _by_name(shapes: dict[str, type[msgspec.Struct]]) -> dict[str, Any]:
    """Map each event's fixed name to the shape of its data."""
    return {
        "type": "object",
        "properties": {name: _ref(shape.__name__) for name, shape in sorted(shapes.items())},
        "required": sorted(shapes),
        "additionalProperties": False,
    }


def _any_of(shapes: tuple[type, ...]) -> dict[str, Any]:
    return {"anyOf": [_ref(name) for name in _names(shapes)]}


def _names(shapes: tuple[type, ...]) -> list[str]:
    return [shape.__name__ for shape in shapes]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


def text() -> str:
    """Write the schema as it is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
