"""What the committed AsyncAPI document lets be said, and where."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "docs" / "asyncapi.json").read_text()
)


def resolve(reference: str) -> Any:
    """Follow a reference."""
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return resolve(found["$ref"]) if isinstance(found, dict) and set(found) == {"$ref"} else found


def channel_of(room: str | None) -> str:
    """Name the channel of a room; of the connection, if there is no such room."""
    kind = (room or "").partition(":")[0]
    return kind if kind in DOCUMENT["channels"] else "connection"


@functools.cache
def payloads(action: str, channel: str) -> jsonschema.Draft7Validator:
    """What the server sends (replies too) or receives in a channel."""
    references: list[str] = []
    for operation in DOCUMENT["operations"].values():
        if operation["channel"]["$ref"] == f"#/channels/{channel}":
            told = operation if operation["action"] == action else {}
            replied = operation.get("reply", {}) if action == "send" else {}
            references += [m["$ref"] for part in (told, replied) for m in part.get("messages", ())]
    found = [resolve(reference)["payload"] for reference in references]
    rule = {"anyOf": found, "components": DOCUMENT["components"]}
    return jsonschema.Draft7Validator(rule)


def check_sent(frame: dict[str, Any], room: str | None = None) -> None:
    """Check a frame of a server: the document says that it is found there, with this data."""
    payloads("send", channel_of(room)).validate(frame)


def check_received(frame: dict[str, Any], room: str | None = None) -> None:
    """Check a frame of a client."""
    payloads("receive", channel_of(room)).validate(frame)
