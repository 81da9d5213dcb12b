"""REST bodies that are not events: what is asked, and what is answered."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

import msgspec

from ...core.access import Role
from ...core.actors import Actor
from ...core.messages import LoggedEvent, Position

Item = TypeVar("Item")
Status = Literal["ok", "degraded", "down"]


class Listing(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """A page of a list; `next` goes into `?cursor=`."""

    items: list[Item]
    next: str | None


class EventListing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a room's log."""

    position: Position
    items: list[LoggedEvent]
    more: bool


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who the server takes one for."""

    user: Actor
    kind: str
    via: str
    scopes: list[str] | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it works, and what does not."""

    status: Status
    checks: dict[str, Status]
    version: str
    protocol: int


class ProjectItem(msgspec.Struct, frozen=True, kw_only=True):
    """A project; `root` is relative to the folder that the server shows."""

    id: str
    name: str
    root: str
    role: Role


class DocumentItem(msgspec.Struct, frozen=True, kw_only=True):
    """A document; `path` is relative to the project's root."""

    id: str
    room: str
    project: str
    path: str


class DocumentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file: without `project`, `path` is relative to the folder that the server shows."""

    path: str
    project: str | None = None


class PublishRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event to publish."""

    room: str
    event: str
    data: Any
    key: str | None = None


class PublishAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the event stands now."""

    position: Position


class AnalysisRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to analyse; `external` registers a run that the caller reports itself."""

    paths: list[str]
    detectors: list[str] | None = None
    project: str | None = None
    external: bool = False


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the run stands; `cancelling` asks the runner to stop."""

    state: str
