"""The AsyncAPI document: whole, valid, and strict about what is found in which room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest

from jupyter_realtime.core import asyncapi, events, messages
from jupyter_realtime.core.rooms import RoomKind
from tests.asyncapi import DOCUMENT, check_received, check_sent, resolve
from tests.core.test_schema import event_frame, state_frame

SCHEMA = Path(__file__).parents[2] / "js/node_modules/@asyncapi/specs/schemas/3.0.0.json"


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_M6_the_committed_document_is_the_one_of_the_structs() -> None:
    written = asyncapi.TARGET.read_text()
    assert written == asyncapi.text(), "Run `make protocol` and commit the result."


def test_M6_the_document_is_valid_asyncapi() -> None:
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(DOCUMENT)
    found = set(references(DOCUMENT))
    assert len(found) > 100
    for reference in found:
        assert resolve(reference)


def test_M6_every_frame_event_and_state_is_in_the_document() -> None:
    said = {
        reference.rsplit("/", 1)[1]
        for operation in DOCUMENT["operations"].values()
        for part in (operation, operation.get("reply", {}))
        for reference in (message["$ref"] for message in part.get("messages", ()))
    }
    assert said == set(DOCUMENT["components"]["messages"])
    schemas = {
        name for name in references(DOCUMENT["components"]["messages"]) if "/schemas/" in name
    }
    frames = {*get_args(messages.ClientFrame), *get_args(messages.ServerFrame)}
    assert {f"#/components/schemas/{frame.__name__}" for frame in frames} == schemas
    names = {message["name"] for message in DOCUMENT["components"]["messages"].values()}
    assert names >= {*events.EVENTS, *events.STATES, "custom:<name>", "progress:<name>"}


def test_M6_every_entry_says_what_it_is_for() -> None:
    for message in DOCUMENT["components"]["messages"].values():
        assert message["summary"].endswith("."), message
    for operation in DOCUMENT["operations"].values():
        assert operation["summary"].endswith("."), operation


@pytest.mark.parametrize("kind", RoomKind)
def test_M6_a_kind_of_room_has_its_own_events_and_no_others(kind: RoomKind) -> None:
    channel = DOCUMENT["channels"][kind.value]
    names = {resolve(message["$ref"])["name"] for message in channel["messages"].values()}
    declared = {name for name in {**events.EVENTS, **events.STATES} if kind in events.ROOMS[name]}
    assert names & {*events.EVENTS, *events.STATES} == declared
    assert ("custom:<name>" in names) == (kind in (RoomKind.PROJECT, RoomKind.ANALYSIS))
    assert ("progress:<name>" in names) == (kind is RoomKind.PROJECT)


def test_M6_what_belongs_elsewhere_is_noticed() -> None:
    custom = msgspec.to_builtins(event_frame("custom:loss", 1))
    check_sent(custom, "analysis:r")
    typing = msgspec.to_builtins(state_frame("user:typing", {"cell": None}))
    check_sent(typing, "document:d")
    for frame, room in ((custom, "document:d"), (typing, "project:p"), (custom, None)):
        with pytest.raises(jsonschema.ValidationError):
            check_sent(frame, room)
    publish = {"type": "publish", "id": 1, "room": "project:p", "event": "custom:x", "data": 1}
    check_received(publish, "project:p")
    with pytest.raises(jsonschema.ValidationError):
        check_received(publish, "system")
    with pytest.raises(jsonschema.ValidationError):
        check_received({**publish, "actor": "eve"}, "project:p")
