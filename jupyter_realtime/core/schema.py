"""The JSON Schema of every frame, event, state and REST shape, made from the structs.

`python -m jupyter_realtime.core.schema` writes it to `js/src/core/protocol.schema.json`, from which
`make protocol` generates the TypeScript. Both are committed, so that a reviewer sees a wire change, and a
test fails when they are stale.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from . import actors, errors, events, issues, messages, presence

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
    presence.UserStatus,
)


_PLACE = "#/definitions/"
_Variant = tuple[dict[str, str], dict[str, str]]


@dataclass(frozen=True)
class _Named:
    """Frames in which the name in `event` tells the shape of `data`."""

    union: str
    shapes: dict[str, type[msgspec.Struct]]
    own: re.Pattern[str]
    frames: tuple[str, str]
    # A state that is gone has null for its data.
    may_be_null: bool

    def variants(self, place: str) -> list[dict[str, Any]]:
        """Each name with its data; people's own names have any."""
        null: list[dict[str, Any]] = [{"type": "null"}] if self.may_be_null else []
        known: list[_Variant] = [
            ({"const": name}, _ref(shape.__name__, place))
            for name, shape in sorted(self.shapes.items())
        ]
        own: _Variant = ({"type": "string", "pattern": f"^{self.own.pattern}$"}, {})
        return [
            {
                "type": "object",
                "properties": {"event": name, "data": {"anyOf": [data, *null]} if null else data},
                "required": ["event", "data"],
            }
            for name, data in [*known, own]
        ]

    def tell_apart(self, definitions: dict[str, Any], place: str) -> None:
        """Put the variants in the place of any name with any data."""
        definitions[self.union] = {"anyOf": self.variants(place)}
        for frame in definitions.keys() & self.frames:
            shape = definitions[frame]
            for field in ("event", "data"):
                del shape["properties"][field]
                shape["required"].remove(field)
            description = shape.pop("description")
            del shape["title"]
            both = [shape, _ref(self.union, place)]
            definitions[frame] = {"description": description, "allOf": both}


_NAMED = (
    _Named("AnyEvent", events.EVENTS, events.CUSTOM_EVENT, ("LoggedEvent", "EventFrame"), False),
    _Named("AnyState", events.STATES, events.PROGRESS_STATE, ("StateEntry", "StateFrame"), True),
)


def components(types: Sequence[Any], place: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Make one schema for each type, and those of the structs in them by name.

    Where frames that carry an event or a state are among them, its name tells the shape of its data.

    Parameters
    ----------
    place
        What stands before a struct's name in a reference, like `#/definitions/`.
    """
    _, definitions = _components(types, place)
    needed = [named for named in _NAMED if definitions.keys() & named.frames]
    data = {cls for named in needed for cls in named.shapes.values()}
    made, definitions = _components([*types, *sorted(data, key=lambda c: c.__name__)], place)
    for named in needed:
        named.tell_apart(definitions, place)
    return made[: len(types)], dict(sorted(definitions.items()))


def text_of(documented: Any) -> tuple[str, str]:
    """Take a docstring apart: what stands in its first line, and the rest."""
    summary, _, more = inspect.cleandoc(documented.__doc__ or "").partition("\n\n")
    return " ".join(summary.split()), more


def _components(types: Sequence[Any], place: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    made, definitions = msgspec.json.schema_components(types, ref_template=place + "{name}")
    return list(made), definitions


def schema() -> dict[str, Any]:
    """Make the whole schema; its definitions are the structs by name."""
    data = {*events.EVENTS.values(), *events.STATES.values()}
    types = [*_SERVER_FRAMES, *_CLIENT_FRAMES, *_SHAPES, *sorted(data, key=lambda c: c.__name__)]
    _, definitions = components(types, _PLACE)
    _name_for_typescript(definitions)
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


def _name_for_typescript(definitions: dict[str, Any]) -> None:
    """People's own names are a pattern for validators, and a template literal for TypeScript."""
    for named in _NAMED:
        own = definitions[named.union]["anyOf"][-1]["properties"]["event"]
        prefix = named.own.pattern.partition(":")[0]
        own["tsType"] = f"`{prefix}:${{string}}`"


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


def _ref(name: str, place: str = _PLACE) -> dict[str, str]:
    return {"$ref": f"{place}{name}"}


def text() -> str:
    """Write the schema as it is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
