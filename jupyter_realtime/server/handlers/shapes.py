"""REST bodies that are not events: what is asked, and what is answered."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec

from ...core.actors import Actor
from ...core.errors import ErrorBody
from ...core.members import Member, Role
from ...core.messages import LoggedEvent, Position, Since, StateEntry
from ...service.polling import MAX_WAIT_SECONDS
from .describing import one_of

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
    """A project; `root` is relative to the folder that the server shows, `role` is one's own.

    Where `enabled` is false everything is off, and `off` says why.
    """

    id: str
    name: str
    root: str
    role: Role
    enabled: bool
    off: str | None


class ProjectChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The project's switch."""

    enabled: bool


class MemberRequest(Member, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user or a group, and the role that they are to have."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, by the name that is their identity."""

    name: str


class PersonalData(msgspec.Struct, frozen=True, kw_only=True):
    """All that is stored about somebody: beside `user`, a list for each section, as `events`."""

    user: Person


class ErasedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of each section were erased, and how many roles stay that allow less."""

    erased: dict[str, int]
    kept: dict[str, int]


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


class PollRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client without a socket wants to hear of.

    Parameters
    ----------
    rooms
        How far it has come in each room: the position of the last answer (with the id of the last
        event), `"earliest"` for all that is kept, or null to begin now.
    session
        Its name for itself, as in `states`: what it has pinned stays while it polls.
    boards
        The `board` of the last answer, by room: a board that is another by now is answered at once.
        Without it only what changes during the wait counts.
    wait
        Seconds to wait for news.
    """

    rooms: dict[str, Since | Literal["earliest"] | None]
    session: str | None = None
    boards: dict[str, str] = {}
    wait: Annotated[float, msgspec.Meta(ge=0, le=MAX_WAIT_SECONDS)] = MAX_WAIT_SECONDS


class RoomNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a `subscribe` reply says of a room, and the board's version for the next poll.

    With `more` the next poll is answered at once with what follows. With `recovered: false` continuity
    can't be proved: there are no events, `position` is the head, and the client takes a fresh snapshot.
    """

    position: Position
    recovered: bool
    events: list[LoggedEvent]
    states: list[StateEntry]
    more: bool
    board: str


class RoomRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A room that can't be had (any more, or just now): in its place among the others."""

    error: ErrorBody


# Either `RoomNews` or `RoomRefusal`. Their fields tell them apart, as the protocol has it; msgspec would
# describe a union only of structs that have tags.
_RoomAnswer = Annotated[Any, one_of("RoomNews", "RoomRefusal")]


class PollAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Each room that was asked for, with news or not."""

    rooms: dict[str, _RoomAnswer]


class StateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state to pin, or with `data: null` to take down.

    Parameters
    ----------
    session
        The client's name for itself: hard to guess, and the same in each of its requests.
    key
        The client's own part of the key; on the board `<connection>/` stands before it.
    """

    session: str
    room: str
    event: str
    key: str
    data: Any


class StateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the board calls the session."""

    connection: str


class AnalysisRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to analyse; `external` registers a run that the caller reports itself.

    With `baseline` each issue says whether that baseline has it. A `quiet` run is one of many, as on every
    save: whoever starts it is notified of grave issues and of a failure, and not of each end.
    """

    paths: list[str]
    detectors: list[str] | None = None
    project: str | None = None
    external: bool = False
    baseline: str | None = None
    quiet: bool = False


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule means, as text with `code` in backticks."""

    detector: str
    rule: str
    text: str


class DismissalRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which issue is to be dismissed, and why."""

    fingerprint: str
    path: str
    reason: str


class BaselineRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The finished analysis whose issues are the baseline."""

    analysis: str


class BaselineIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue by which it is known again."""

    fingerprint: str
    path: str


class BaselineContent(msgspec.Struct, frozen=True, kw_only=True):
    """The issues that a baseline has."""

    name: str
    issues: list[BaselineIssue]


class SarifLog(msgspec.Struct, frozen=True, kw_only=True, rename={"schema": "$schema"}):
    """A log of SARIF 2.1.0, as its schema describes it: a run for each detector."""

    schema: str
    version: Literal["2.1.0"]
    runs: list[dict[str, Any]]


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the run stands; `cancelling` asks the runner to stop."""

    state: str


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to make: what it is for, what it may (`publish:project:<id>`), and for how long."""

    label: str
    scopes: list[str]
    ttl_seconds: int


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A new token; nobody can read its text again."""

    id: str
    token: str
    expires: str


class TokenItem(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is listed; `scopes` is null for a server's own kernels and terminals."""

    id: str
    label: str
    scopes: list[str] | None
    created: str
    expires: str
    revoked: str | None


class TicketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket for one socket."""

    ticket: str
    expires: str
