"""Every event and every state by its fixed name; the docstring of each is its reference entry.

An *event* is appended to a room's log and is never lost. A *state* is pinned on a room's board, where
the latest value for `(event, key)` wins. `EVENTS` and `STATES` map the name on the wire to the shape
of its `data`; the JSON Schema, the TypeScript and the documentation are generated from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec

from .issues import Analysis, DetectorState, Issue

Data = TypeVar("Data", bound=type[msgspec.Struct])

EVENTS: dict[str, type[msgspec.Struct]] = {}
STATES: dict[str, type[msgspec.Struct]] = {}

# People's own events and states: any JSON, under a name of their choice.
CUSTOM_EVENT = re.compile(r"custom:[a-z0-9][a-z0-9_.:-]{0,63}")
PROGRESS_STATE = re.compile(r"progress:[A-Za-z0-9][A-Za-z0-9 _.:-]{0,63}")


def _event(*names: str) -> Callable[[Data], Data]:
    def register(cls: Data) -> Data:
        EVENTS.update(dict.fromkeys(names, cls))
        return cls

    return register


def _state(*names: str) -> Callable[[Data], Data]:
    def register(cls: Data) -> Data:
        STATES.update(dict.fromkeys(names, cls))
        return cls

    return register


@_event("project:update")
class ProjectUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the project was saved, created, renamed or deleted, or a kernel started for it."""

    kind: Literal["saved", "created", "renamed", "deleted", "kernel"]
    path: str
    old_path: str | None


# The run as it stands: at its start, while it goes on (the state, key: the run's id), and at its end.
# Sent to `analysis:<run>` and to the project.
_event("analysis:started", "analysis:complete", "analysis:error", "analysis:cancelled")(Analysis)
_state("analysis:progress")(Analysis)


@_event("analysis:issues")
class AnalysisIssues(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of issues, as one detector found them, in `analysis:<run>`."""

    analysis: str
    detector: str
    issues: list[Issue]


@_event("analysis:detector:complete")
@_state("analysis:detector:progress")
class DetectorProgress(DetectorState, frozen=True, kw_only=True):
    """One detector's lane: while it runs (the state, key `<run>/<detector>`), and when it is done."""

    analysis: str


@_event("analysis:cancel-requested")
class CancelRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for the end of a run; whoever runs it obeys."""

    analysis: str


@_state("user:status")
class UserStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a tab says about its person: a client sends it with the key `self`."""

    status: Literal["online", "away", "offline"]
    document: str | None
    cell: str | None


@_state("user:cursor")
class UserCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where someone's cursor stands in a document: code points from the start of the cell."""

    cell: str | None
    anchor: int
    head: int


@_state("user:typing")
class UserTyping(msgspec.Struct, frozen=True, kw_only=True):
    """Someone is writing in a cell."""

    cell: str | None


@_state("system:status")
class SystemStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the service is: `degraded` works with less, and `message` says with what."""

    status: Literal["ok", "degraded", "down"]
    message: str | None


def check_published(event: str, data: Any) -> str | None:
    """Say what is wrong with an event that a client wants to publish, or None."""
    if CUSTOM_EVENT.fullmatch(event):
        return None
    if event in EVENTS:
        return f"{event} is put there by the server; clients publish custom:<name>."
    return f"There is no event {event[:64]!r}; clients publish custom:<name>, in lower case."


def check_state(event: str, data: Any) -> str | None:
    """Say what is wrong with a state that a client wants to set, or None."""
    if PROGRESS_STATE.fullmatch(event):
        return None
    shape = STATES.get(event) if event.startswith("user:") else None
    if shape is None:
        return f"Clients can't set the state {event[:64]!r}; they set user:* and progress:<name>."
    if data is None:
        return None
    try:
        msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        return f"{event}: {error}"
    return None
