"""What a team has done, as people read it: made from the events of a project's log.

Rules
-----
1. Activity is no copy: a line is made of an event when it is read, and what was erased in the log is gone
   here too. No line has the text of a comment.
2. What one person does again to the same thing within `TOGETHER_SECONDS` is one line with a count, which
   stands where the newest of it happened.
3. A run is told once: its end, or while it goes on its start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from posixpath import basename
from typing import Any, Literal, get_args

import msgspec

from .actors import Actor
from .announcements import Announcement
from .events import (
    CommentChanged,
    CommentCreated,
    MemberChanged,
    ProjectUpdate,
    ReactionChanged,
    ThreadTurned,
)
from .issues import Analysis
from .log import StoredEvent
from .times import rfc3339, unix_seconds

TOGETHER_SECONDS = 30 * 60.0

ActivityKind = Literal["file", "kernel", "issue", "analysis", "member", "comment", "announcement"]
KINDS: tuple[str, ...] = get_args(ActivityKind)


class ActivityObject(msgspec.Struct, frozen=True, kw_only=True):
    """What was acted upon, or what it belongs to.

    `kind` is `document`, `file` (a folder, or a file that is no document), `kernel`, `issue`, `baseline`,
    `analysis`, `member`, `role`, `comment`, `thread` or `announcement`. `path` is where it is now, within
    the project; `thread` is that of a comment.
    """

    kind: str
    id: str | None
    name: str
    path: str | None = None
    thread: str | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One line: who did what, how often (`count`), the last time at `time`.

    `id` is that of the newest event in it. `project` is null where it concerns everybody.
    """

    id: str
    time: str
    actor: Actor
    kind: ActivityKind
    verb: str
    object: ActivityObject
    target: ActivityObject | None
    project: str | None
    count: int

    @property
    def names(self) -> set[str]:
        """The words by which somebody may ask for it."""
        return {self.kind, self.verb, self.object.kind}

    def is_about(self, document: str) -> bool:
        """Whether it was done to a document, or to what belongs to it."""
        things = (self.object, self.target)
        return any(
            thing is not None and (thing.kind, thing.id) == ("document", document)
            for thing in things
        )


@dataclass(frozen=True)
class _Said:
    """What an event says."""

    kind: ActivityKind
    verb: str
    object: ActivityObject
    target: ActivityObject | None = None


def _file(path: str, document: str | None) -> ActivityObject:
    kind = "file" if document is None else "document"
    return ActivityObject(kind=kind, id=document, name=basename(path), path=path)


def _of_update(update: ProjectUpdate, _actor: Actor) -> _Said | None:
    file = _file(update.path, update.document)
    if update.kind == "anchors":
        return None
    if update.kind == "triage":
        return _of_triage(update)
    if update.kind == "kernel":
        kernel = ActivityObject(kind="kernel", id=None, name=file.name, path=update.path or None)
        return _Said("kernel", "started", kernel, file if update.path else None)
    was = None if update.old_path is None else _file(update.old_path, None)
    return _Said("file", update.kind, file, was)


def _of_triage(update: ProjectUpdate) -> _Said:
    if update.changed == "dismissal":
        issue = ActivityObject(
            kind="issue", id=update.fingerprint, name=basename(update.path), path=update.path
        )
        verb = "restored" if update.removed else "dismissed"
        return _Said("issue", verb, issue, _file(update.path, None))
    name = update.name or ""
    baseline = ActivityObject(kind="baseline", id=name, name=name)
    return _Said("issue", "removed" if update.removed else "set", baseline)


_ENDS = {
    "succeeded": "completed",
    "partial": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


def _of_analysis(run: Analysis, _actor: Actor) -> _Said:
    name = ", ".join(path or "/" for path in run.paths[:3])
    path = run.paths[0] if len(run.paths) == 1 else None
    analysis = ActivityObject(kind="analysis", id=run.id, name=name, path=path)
    return _Said("analysis", _ENDS.get(run.state, "started"), analysis)


def _of_member(change: MemberChanged, _actor: Actor) -> _Said:
    # Whose data was erased has no name there.
    name = change.user or change.group
    name = name if isinstance(name, str) else ""
    member = ActivityObject(kind="member", id=name, name=name)
    if change.role is None:
        return _Said("member", "removed", member)
    return _Said(
        "member", "changed", member, ActivityObject(kind="role", id=change.role, name=change.role)
    )


def _in(document: str) -> ActivityObject:
    """Name a document whose path is looked up later."""
    return ActivityObject(kind="document", id=document, name="")


def _comment(comment: str, thread: str) -> ActivityObject:
    return ActivityObject(kind="comment", id=comment, name="", thread=thread)


def _of_comment(created: CommentCreated, _actor: Actor) -> _Said:
    verb = "replied" if created.opens is None else "commented"
    return _Said(
        "comment", verb, _comment(created.comment.id, created.thread), _in(created.document)
    )


def _of_change(change: CommentChanged, _actor: Actor) -> _Said:
    verb = "deleted" if change.comment.deleted else "edited"
    return _Said("comment", verb, _comment(change.comment.id, change.thread), _in(change.document))


def _of_turn(turned: ThreadTurned, _actor: Actor) -> _Said:
    thread = ActivityObject(kind="thread", id=turned.thread, name="", thread=turned.thread)
    return _Said("comment", "", thread, _in(turned.document))


def _of_reaction(changed: ReactionChanged, actor: Actor) -> _Said | None:
    """Say so where they have one there now; nobody needs to hear that it was taken back."""
    if not any(user.name == actor.name for one in changed.reactions for user in one.users):
        return None
    return _Said(
        "comment", "reacted", _comment(changed.comment, changed.thread), _in(changed.document)
    )


_Read = tuple[type[Any], Callable[[Any, Actor], _Said | None]]
_RUN: _Read = (Analysis, _of_analysis)
_TURN: _Read = (ThreadTurned, _of_turn)
_CHANGE: _Read = (CommentChanged, _of_change)
_READERS: dict[str, _Read] = {
    "project:update": (ProjectUpdate, _of_update),
    "analysis:started": _RUN,
    "analysis:complete": _RUN,
    "analysis:error": _RUN,
    "analysis:cancelled": _RUN,
    "member:changed": (MemberChanged, _of_member),
    "comment:created": (CommentCreated, _of_comment),
    "comment:edited": _CHANGE,
    "comment:deleted": _CHANGE,
    "thread:resolved": _TURN,
    "thread:reopened": _TURN,
    "reaction:changed": (ReactionChanged, _of_reaction),
}
# Everything else in a project's log is no activity: `custom:*` may come a thousand times a second.
ACTIVE_EVENTS: tuple[str, ...] = tuple(_READERS)


def activity_of(event: StoredEvent, project: str) -> Activity | None:
    """Make a line of an event; None for what is nobody's news."""
    shape, read = _READERS[event.event]
    try:
        said = read(msgspec.json.decode(event.data, type=shape), event.actor)
    except msgspec.ValidationError:
        return None  # It was written by another version; the feed goes on without it.
    if said is None:
        return None
    return Activity(
        id=event.id,
        time=rfc3339(event.time_ms / 1000),
        actor=event.actor,
        kind=said.kind,
        verb=said.verb or event.event.partition(":")[2],
        object=said.object,
        target=said.target,
        project=project,
        count=1,
    )


def activity_of_announcement(announcement: Announcement) -> Activity:
    """Make a line of what was announced to everybody."""
    return Activity(
        id=announcement.id,
        time=announcement.created_at,
        actor=announcement.actor,
        kind="announcement",
        verb="announced",
        object=ActivityObject(kind="announcement", id=announcement.id, name=announcement.title),
        target=None,
        project=None,
        count=1,
    )


class Together:
    """Puts lines that come newest first into as few as it can.

    Parameters
    ----------
    most
        How many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: list[Activity] = []
        # Where what may still be joined stands, and when the oldest of it happened.
        self._open: dict[_Key, tuple[int, float]] = {}
        self._ended: set[str | None] = set()

    @property
    def lines(self) -> list[Activity]:
        """What there is, the newest first."""
        return list(self._lines)

    def add(self, activity: Activity) -> bool:
        """Take the next line; False, and nothing done, where there is no more room for it."""
        if self._is_known_run(activity):
            return True
        key, at = _key(activity), unix_seconds(activity.time)
        index, oldest = self._open.get(key, (-1, 0.0))
        if index >= 0 and oldest - at <= TOGETHER_SECONDS:
            line = self._lines[index]
            self._lines[index] = msgspec.structs.replace(line, count=line.count + 1)
        elif len(self._lines) < self._most:
            index = len(self._lines)
            self._lines.append(activity)
        else:
            return False
        self._open[key] = (index, at)
        if activity.kind == "analysis":
            self._ended.add(activity.object.id)
        return True

    def _is_known_run(self, activity: Activity) -> bool:
        is_start = activity.kind == "analysis" and activity.verb == "started"
        return is_start and activity.object.id in self._ended


_Key = tuple[object, ...]


def _key(activity: Activity) -> _Key:
    """Say what may be told together: of files each for itself, of comments those of a document."""
    about = activity.target if activity.kind in ("comment", "issue") else activity.object
    thing = None if about is None else (about.kind, about.id or about.path)
    if activity.kind in ("analysis", "member"):
        thing = None
    actor = activity.actor
    return activity.project, actor.kind, actor.name, activity.kind, activity.verb, thing
