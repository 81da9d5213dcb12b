"""Every event and every state by its fixed name; the docstring of each is its reference entry.

An *event* is appended to a room's log and is never lost. A *state* is pinned on a room's board, where
the latest value for `(event, key)` wins. `EVENTS` and `STATES` map the name on the wire to the shape
of its `data`, `ROOMS` to the kinds of room where it is found; the JSON Schema, the TypeScript and the
AsyncAPI document are generated from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec

from .codec import convert
from .errors import BadRequest, Forbidden
from .issues import Analysis, DetectorState, Issue
from .members import NamedMember, Role
from .notifications import Category, Notification
from .presence import Presence, UserStatus
from .rooms import RoomKind, RoomName
from .threads import Comment, Reaction, Thread

Data = TypeVar("Data", bound=type[msgspec.Struct])

EVENTS: dict[str, type[msgspec.Struct]] = {}
STATES: dict[str, type[msgspec.Struct]] = {}
ROOMS: dict[str, tuple[RoomKind, ...]] = {}

# People's own events and states: any JSON, under a name of their choice.
CUSTOM_EVENT = re.compile(r"custom:[a-z0-9][a-z0-9_.:-]{0,63}")
PROGRESS_STATE = re.compile(r"progress:[A-Za-z0-9][A-Za-z0-9 _.:-]{0,63}")
# Asks for the end of a job: `{key}` is the key under which its state hangs.
PROGRESS_CANCEL = "custom:progress-cancel"


def _event(*names: str, rooms: tuple[RoomKind, ...]) -> Callable[[Data], Data]:
    return _register(EVENTS, names, rooms)


def _state(*names: str, rooms: tuple[RoomKind, ...]) -> Callable[[Data], Data]:
    return _register(STATES, names, rooms)


def _register(
    shapes: dict[str, type[msgspec.Struct]], names: tuple[str, ...], rooms: tuple[RoomKind, ...]
) -> Callable[[Data], Data]:
    def register(cls: Data) -> Data:
        shapes.update(dict.fromkeys(names, cls))
        ROOMS.update(dict.fromkeys(names, rooms))
        return cls

    return register


_PROJECT = (RoomKind.PROJECT,)
_DOCUMENT = (RoomKind.DOCUMENT,)
_RUN = (RoomKind.ANALYSIS,)
_USER = (RoomKind.USER,)
_RUN_AND_PROJECT = (RoomKind.ANALYSIS, RoomKind.PROJECT)


@_event("project:update", rooms=_PROJECT)
class ProjectUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the project was saved, created, renamed or deleted, or a kernel started for it.

    `document` is its id, which stays the same through renames; null for folders and for what has none.

    Or, of the kind `triage`, somebody has decided about an issue: `changed` says what, by `fingerprint` and
    `path` or by the baseline's `name`; `removed` that it was taken back. Of the kind `anchors`, threads of
    the file stand elsewhere now: they are to be loaded again.
    """

    kind: Literal["saved", "created", "renamed", "deleted", "kernel", "triage", "anchors"]
    path: str
    old_path: str | None
    document: str | None = None
    changed: Literal["dismissal", "baseline"] | None = None
    fingerprint: str | None = None
    name: str | None = None
    removed: bool = False


# The run as it stands: at its start, while it goes on (the state, key: the run's id), and at its end.
# Sent to `analysis:<run>` and to the project.
_event(
    "analysis:started",
    "analysis:complete",
    "analysis:error",
    "analysis:cancelled",
    rooms=_RUN_AND_PROJECT,
)(Analysis)
_state("analysis:progress", rooms=_RUN_AND_PROJECT)(Analysis)


@_event("analysis:issues", rooms=_RUN)
class AnalysisIssues(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of issues, as one detector found them, in `analysis:<run>`."""

    analysis: str
    detector: str
    issues: list[Issue]


@_event("analysis:detector:complete", rooms=_RUN)
@_state("analysis:detector:progress", rooms=_RUN)
class DetectorProgress(DetectorState, frozen=True, kw_only=True):
    """One detector's lane: while it runs (the state, key `<run>/<detector>`), and when it is done."""

    analysis: str

    @classmethod
    def of(cls, run: str, lane: DetectorState) -> DetectorProgress:
        """Say whose lane it is."""
        return cls(analysis=run, **msgspec.structs.asdict(lane))


@_event("analysis:cancel-requested", rooms=_RUN)
class CancelRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for the end of a run; whoever runs it obeys."""

    analysis: str


@_event("member:changed", rooms=_PROJECT)
class MemberChanged(NamedMember, frozen=True, kw_only=True):
    """An owner gave a `user` or a `group` a role in the project, or took it away.

    With the role null no row is left: then what the server grants to everybody counts.
    """

    role: Role | None


@_event("notification:new", rooms=_USER)
class NotificationNew(Notification, frozen=True, kw_only=True):
    """Somebody is told something, for the first time or once more: the row as it is now.

    `unread` is what the badge shows from now on. `toast` says whether it may be shown in a corner `now`,
    `later` (at `toast_at`, when quiet hours are over) or not at all (`off`).
    """

    unread: int
    toast: Literal["now", "later", "off"]
    toast_at: str | None


@_event("notification:changed", rooms=_USER)
class NotificationChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications were read, unread, seen, archived or snoozed, in whichever tab; null: as it was.

    `ids` names them; null: all in the inbox whose `seq` is `up_to` at most, within `category` and `project`
    where these are set. With `read`, what came behind `up_to` stays unread. `snoozed_until` is an empty
    text where they are back. Where nothing else is said, they are to be loaded again: they came or went as
    a whole. `unread` is what the badge shows from now on.
    """

    ids: list[str] | None
    up_to: int
    category: Category | None
    project: str | None
    read: bool | None
    seen: bool | None
    archived: bool | None
    snoozed_until: str | None
    unread: int


@_event("comment:created", rooms=_PROJECT)
class CommentCreated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has written a comment; `opens` is the thread that it begins, null where it replies."""

    document: str
    thread: str
    comment: Comment
    opens: Thread | None


@_event("comment:edited", "comment:deleted", rooms=_PROJECT)
class CommentChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A comment was edited, or deleted: then it is a tombstone without a text."""

    document: str
    thread: str
    comment: Comment


@_event("thread:resolved", "thread:reopened", rooms=_PROJECT)
class ThreadTurned(msgspec.Struct, frozen=True, kw_only=True):
    """A thread was resolved, or opened again: by a person, or because its issue came back."""

    document: str
    thread: str
    reason: Literal["person", "issue"]


@_event("reaction:changed", rooms=_PROJECT)
class ReactionChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The reactions at a comment, as they are now."""

    document: str
    thread: str
    comment: str
    reactions: list[Reaction]


class ProgressState(msgspec.Struct, frozen=True, kw_only=True):
    """A job of somebody's own, as the Python SDK pins it under `progress:<name>` in a project.

    Its key is `id`, behind the connection: after a reconnect the same job hangs under another key, so
    `id` tells which entries are one. `name` is as the person wrote it. Members end a job by publishing
    `custom:progress-cancel` with `{key}` in the project: `cancelling` says that the job knows.

    Other clients may pin any JSON under `progress:<name>`.
    """

    id: str
    name: str
    done: float
    total: float | None
    unit: str
    status: Literal["running", "succeeded", "failed", "cancelled"]
    cancelling: bool
    eta_seconds: float | None
    message: str | None
    started: str


# What hangs there is made of what all tabs of a person say; see `core.presence`.
_state("user:status", rooms=_PROJECT)(Presence)


@_state("user:cursor", rooms=_DOCUMENT)
class UserCursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where someone's cursor stands in a document: code points from the start of the cell."""

    cell: str | None = None
    anchor: int | None = None
    head: int | None = None


@_state("user:typing", rooms=_DOCUMENT)
class UserTyping(msgspec.Struct, frozen=True, kw_only=True):
    """Someone is writing in a cell."""

    cell: str | None = None


@_state("system:status", rooms=(RoomKind.SYSTEM,))
class SystemStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the service is: `degraded` works with less, and `message` says with what."""

    status: Literal["ok", "degraded", "down"]
    message: str | None


# Where clients may put what: people's own events and states, and nothing else.
PUBLISHED_IN = _RUN_AND_PROJECT
PROGRESS_IN = RoomKind.PROJECT
# What a client says under each of these names.
OWN_STATES: dict[str, type[msgspec.Struct]] = {
    "user:status": UserStatus,
    "user:cursor": UserCursor,
    "user:typing": UserTyping,
}
# Where somebody is in a document: nobody sees it of whoever wants not to be seen.
WHEREABOUTS = ("user:cursor", "user:typing")


def progress_event(name: str) -> str:
    """Make the name of a job's state; what can't stand in one becomes a hyphen."""
    plain = re.sub(r"[^A-Za-z0-9 _.:-]+", "-", name).lstrip(" _.:-")
    return f"progress:{plain[:64] or 'job'}"


def check_published(event: str, room: RoomName) -> None:
    """Refuse an event that a client may not publish.

    Raises
    ------
    BadRequest
        If there is no such event.
    Forbidden
        If only the server puts it there, or not in this room.
    """
    if event in EVENTS:
        raise Forbidden(f"{event} is put there by the server; clients publish custom:<name>.")
    if not CUSTOM_EVENT.fullmatch(event):
        raise BadRequest(f"There is no event {event[:64]!r}; clients publish custom:<name>.")
    if room.kind not in PUBLISHED_IN:
        raise Forbidden(f"{event} goes to a project or a run, not to {room.kind.value} rooms.")


def check_state(event: str, room: RoomName, data: Any) -> None:
    """Refuse a state that a client may not set, or whose data has another shape.

    Raises
    ------
    BadRequest
        If there is no such state, or its data doesn't fit.
    Forbidden
        If only the server sets it, or not in this room.
    """
    is_progress = PROGRESS_STATE.fullmatch(event) is not None
    if not is_progress and event not in STATES:
        raise BadRequest(f"There is no state {event[:64]!r}; clients set user:* and progress:*.")
    places = (PROGRESS_IN,) if is_progress else ROOMS[event] if event in OWN_STATES else ()
    if room.kind not in places:
        raise Forbidden(f"Clients can't set {event} in {room.kind.value} rooms.")
    if data is not None and not is_progress:
        convert(data, OWN_STATES[event])
