"""Lines of the team's timeline: what events become, and what is told together."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.activity import (
    ACTIVE_EVENTS,
    TOGETHER_SECONDS,
    Activity,
    Together,
    activity_of,
)
from jupyter_realtime.core.codec import encode
from jupyter_realtime.core.events import EVENTS, ROOMS
from jupyter_realtime.core.log import StoredEvent
from jupyter_realtime.core.rooms import RoomKind
from tests.builders import actor

NOON_MS = 1_700_000_000_000


def stored(event: str, data: Any, *, by: str = "ana", minute: float = 0.0) -> StoredEvent:
    at = NOON_MS + int(minute * 60_000)
    return StoredEvent("project:p", 1, event, f"e{at}", at, actor(by), msgspec.Raw(encode(data)))


def line(event: str, data: Any, **options: Any) -> Activity:
    found = activity_of(stored(event, data, **options), "p")
    assert found is not None
    return found


def update(kind: str, path: str = "d/a.py", **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "path": path, "old_path": None, **fields}


def saved(minute: float, *, path: str = "d/a.py", by: str = "ana") -> Activity:
    return line("project:update", update("saved", path), by=by, minute=minute)


def comment(deleted: bool = False, body: str = "A secret.") -> dict[str, Any]:
    return {
        "id": "c",
        "author": actor(),
        "body": body,
        "html": body,
        "created_at": "2026-11-23T09:00:00.000Z",
        "edited_at": None,
        "deleted": deleted,
        "reactions": [],
        "mentions": [],
    }


ABOUT = {"document": "doc", "thread": "t"}


@pytest.mark.parametrize(
    ("event", "data", "words"),
    [
        ("project:update", update("saved"), ("file", "saved", "file", "d/a.py", None)),
        (
            "project:update",
            update("renamed", "b.py", old_path="d/a.py", document="doc"),
            ("file", "renamed", "document", "b.py", "d/a.py"),
        ),
        ("project:update", update("kernel"), ("kernel", "started", "kernel", "d/a.py", "d/a.py")),
        (
            "project:update",
            update("triage", changed="dismissal", fingerprint="f"),
            ("issue", "dismissed", "issue", "d/a.py", "d/a.py"),
        ),
        (
            "project:update",
            update("triage", "", changed="baseline", name="v1", removed=True),
            ("issue", "removed", "baseline", None, None),
        ),
        (
            "member:changed",
            {"user": "bo", "role": "viewer"},
            ("member", "changed", "member", None, None),
        ),
        (
            "member:changed",
            {"group": "g", "role": None},
            ("member", "removed", "member", None, None),
        ),
        # Whose data was erased.
        ("member:changed", {"user": "", "role": None}, ("member", "removed", "member", None, None)),
        (
            "comment:created",
            {**ABOUT, "comment": comment(), "opens": None},
            ("comment", "replied", "comment", None, None),
        ),
        (
            "comment:edited",
            {**ABOUT, "comment": comment()},
            ("comment", "edited", "comment", None, None),
        ),
        (
            "comment:deleted",
            {**ABOUT, "comment": comment(deleted=True)},
            ("comment", "deleted", "comment", None, None),
        ),
        (
            "thread:resolved",
            {**ABOUT, "reason": "person"},
            ("comment", "resolved", "thread", None, None),
        ),
        (
            "reaction:changed",
            {**ABOUT, "comment": "c", "reactions": [{"emoji": "👍", "users": [actor()]}]},
            ("comment", "reacted", "comment", None, None),
        ),
    ],
)
def test_Y7_an_event_is_a_line(event: str, data: Any, words: tuple[Any, ...]) -> None:
    found = line(event, data)
    target = None if found.target is None else found.target.path
    assert (found.kind, found.verb, found.object.kind, found.object.path, target) == words
    assert (found.actor, found.project, found.count) == (actor(), "p", 1)
    assert found.time == "2023-11-14T22:13:20.000Z"
    assert b"secret" not in encode(found)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("project:update", update("anchors")),
        ("reaction:changed", {**ABOUT, "comment": "c", "reactions": []}),
        ("project:update", {"kind": "of another version"}),
    ],
)
def test_Y7_what_is_no_news_is_no_line(event: str, data: Any) -> None:
    assert activity_of(stored(event, data), "p") is None


def test_Y7_every_event_of_a_project_is_read_and_none_else() -> None:
    of_projects = {name for name in EVENTS if RoomKind.PROJECT in ROOMS[name]}
    assert set(ACTIVE_EVENTS) == of_projects


def told(*lines: Activity, most: int = 100) -> list[tuple[str, str | None, int]]:
    together = Together(most)
    for one in lines:
        assert together.add(one)
    return [(one.actor.name, one.object.path, one.count) for one in together.lines]


def test_Y8_what_one_person_does_again_is_one_line_where_the_newest_stands() -> None:
    assert told(
        saved(9), saved(8, by="bo"), saved(7), saved(6, path="b.py"), saved(5), saved(4, by="bo")
    ) == [("ana", "d/a.py", 3), ("bo", "d/a.py", 2), ("ana", "b.py", 1)]


def test_Y8_a_pause_begins_a_new_line() -> None:
    pause = TOGETHER_SECONDS / 60
    assert told(saved(3 * pause), saved(2 * pause), saved(0.99 * pause)) == [
        ("ana", "d/a.py", 2),
        ("ana", "d/a.py", 1),
    ]


def test_Y8_comments_of_a_document_are_told_together_whichever_they_are() -> None:
    one = {**ABOUT, "comment": comment()}
    other = {**one, "comment": {**comment(), "id": "other"}}
    elsewhere = {**one, "document": "another"}
    lines = [line("comment:edited", data) for data in (one, other, elsewhere)]
    assert [count for *_, count in told(*lines)] == [2, 1]


def test_Y8_a_full_page_takes_what_belongs_to_its_lines_and_no_more() -> None:
    together = Together(1)
    assert together.add(saved(2))
    assert together.add(saved(1))
    assert not together.add(saved(0, path="b.py"))
    assert [one.count for one in together.lines] == [2]
