import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from jupyter_realtime.core import messages, schema
from jupyter_realtime.core.actors import Actor
from jupyter_realtime.core.events import AnalysisIssues
from tests.builders import issue

ROOT = Path(__file__).parents[2]
ADA = Actor(
    name="ada",
    display_name="Ada",
    initials="A",
    color="blue",
    avatar_url=None,
    kind="human",
    via="local",
)


def check(definition: str, value: Any) -> None:
    rule = {**schema.schema(), "$ref": f"#/definitions/{definition}"}
    jsonschema.Draft7Validator(rule).validate(msgspec.to_builtins(value))


def event_frame(event: str, data: Any) -> messages.EventFrame:
    time = "2026-11-23T10:00:00.000Z"
    return messages.EventFrame(
        room="analysis:r", seq=1, event=event, id="e", time=time, actor=ADA, data=data
    )


def state_frame(event: str, data: Any) -> messages.StateFrame:
    time = "2026-11-23T10:00:00.000Z"
    return messages.StateFrame(
        room="document:d", event=event, key="k", time=time, actor=ADA, data=data
    )


def test_M1_the_committed_schema_is_the_one_of_the_structs() -> None:
    assert schema.TARGET.read_text() == schema.text(), "Run `make protocol` and commit the result."


def test_M1_the_schema_accepts_what_the_structs_encode() -> None:
    check("Issue", issue())
    batch = AnalysisIssues(analysis="r", detector="types", issues=[issue()])
    check("ServerFrame", event_frame("analysis:issues", batch))
    check("LoggedEvent", event_frame("custom:loss", {"any": "thing"}))
    check("StateFrame", state_frame("user:typing", {"cell": None}))
    check("StateFrame", state_frame("user:typing", {}))
    check("StateFrame", state_frame("user:typing", None))
    check("StateFrame", state_frame("progress:Train it", 0.5))


@pytest.mark.parametrize(
    ("definition", "frame"),
    [
        ("EventFrame", event_frame("analysis:issues", {"analysis": "r"})),
        ("EventFrame", event_frame("analysis:issues", None)),
        ("EventFrame", event_frame("custom:", {})),
        ("EventFrame", event_frame("no:such", {})),
        ("StateFrame", state_frame("user:typing", {"cell": 1})),
        ("StateFrame", state_frame("analysis:issues", {})),
        ("Issue", {**msgspec.to_builtins(issue()), "severity": "fatal"}),
    ],
)
def test_M1_the_name_of_an_event_tells_the_shape_of_its_data(definition: str, frame: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(definition, frame)


def test_python_and_npm_have_one_version() -> None:
    from jupyter_realtime import __version__

    package = json.loads((ROOT / "js" / "package.json").read_text())
    assert package["version"] == __version__


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "js" / "package-lock.json").read_text()
