"""The frames of wire protocol 1, one struct each.

Client frames have defaults where a field is optional and refuse unknown fields. Server frames have no
defaults, so that the generated TypeScript says exactly what arrives; clients ignore fields that they
don't know.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .actors import Actor

PROTOCOL = 1
SUBPROTOCOL = "v1.jupyter-realtime"
TICKET_SUBPROTOCOL_PREFIX = "ticket."
FEATURES = ("subscribe", "publish", "state", "renew")

MAX_REQUEST_ID_CHARACTERS = 64
MAX_KEY_CHARACTERS = 128
MAX_EVENTS_A_REPLY = 500

RequestId = str | int
ResyncReason = Literal["pruned", "epoch", "overflow"]


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a room's log. `seq` is 0 while the log is empty.

    `epoch` changes when a log was lost or restored. Without it this would go wrong: a client has seen
    seq 1–90, the database is restored from a backup that ends at 40, thirty new events are written
    (41–70), and the client asks for what came after 90: it would be told "nothing missed", though it
    has never seen those thirty.
    """

    epoch: str
    seq: int


class Since(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a client left off; `id` is that of its last event, and catches a restored backup."""

    epoch: str
    seq: int
    id: str | None = None


class _Client(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: RequestId


class AuthRequest(_Client, frozen=True, kw_only=True, tag="auth"):
    """The first frame where nothing else said who it is, or a fresh token on a live connection."""

    token: str


class SubscribeRequest(_Client, frozen=True, kw_only=True, tag="subscribe"):
    """Enter a room: from a position, from the earliest event that is kept, or from now on."""

    room: str
    since: Since | Literal["earliest"] | None = None


class UnsubscribeRequest(_Client, frozen=True, kw_only=True, tag="unsubscribe"):
    """Leave a room."""

    room: str


class PublishRequest(_Client, frozen=True, kw_only=True, tag="publish"):
    """Append an event. The same `key` again gives the first position again."""

    room: str
    event: str
    data: Any
    key: str | None = None


class StateRequest(_Client, frozen=True, kw_only=True, tag="state"):
    """Pin a state of one's own, or unpin it with `data: null`."""

    room: str
    event: str
    key: str
    data: Any


class PingRequest(_Client, frozen=True, kw_only=True, tag="ping"):
    """Show that one is alive."""


ClientFrame = (
    AuthRequest
    | SubscribeRequest
    | UnsubscribeRequest
    | PublishRequest
    | StateRequest
    | PingRequest
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the server takes from one connection."""

    message_bytes: int
    rooms_per_connection: int
    requests_per_second: int
    connections_per_user: int
    queue_bytes: int
    auth_seconds: float


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """The first frame, once it is known who it is.

    `heartbeat` is in seconds; where `answer` is true the client answers each heartbeat with a ping.
    """

    protocol: int
    features: list[str]
    connection: str
    user: Actor
    server_time: str
    heartbeat: float
    answer: bool
    limits: Limits
    expires: str | None


class StateEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A state as it hangs on a board, in a `subscribe` reply or a poll."""

    event: str
    key: str
    time: str
    actor: Actor
    data: Any


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag="reply"):
    """The answer to `auth`, `unsubscribe`, `state` and `ping`."""

    id: RequestId


class PublishReply(msgspec.Struct, frozen=True, kw_only=True, tag="reply"):
    """The event is in the log and durable, at this position."""

    id: RequestId
    position: Position


class LoggedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event without its room, as it stands in a `subscribe` reply or a poll."""

    seq: int
    event: str
    id: str
    time: str
    actor: Actor
    data: Any


class SubscribeReply(msgspec.Struct, frozen=True, kw_only=True, tag="reply"):
    """Entered: the whole board, and the missed events (at most 500; `more` says ask again).

    With `recovered: false` continuity can't be proved: there are no events, `position` is the head,
    and the client takes a fresh snapshot.
    """

    id: RequestId
    position: Position
    recovered: bool
    states: list[StateEntry]
    events: list[LoggedEvent]
    more: bool


class ErrorFrame(msgspec.Struct, frozen=True, kw_only=True, tag="error"):
    """A request was refused or failed; `id` is null if it could not be read.

    With a `room` nothing was asked: the server has ended the subscription there.
    """

    id: RequestId | None
    code: str
    message: str
    retryable: bool
    retry_after: float | None
    room: str | msgspec.UnsetType = msgspec.UNSET


class EventFrame(msgspec.Struct, frozen=True, kw_only=True, tag="event"):
    """An event, in order and without holes."""

    room: str
    seq: int
    event: str
    id: str
    time: str
    actor: Actor
    data: Any


class StateFrame(msgspec.Struct, frozen=True, kw_only=True, tag="state"):
    """A state changed; `data: null` means that it is gone."""

    room: str
    event: str
    key: str
    time: str
    actor: Actor
    data: Any


class Resync(msgspec.Struct, frozen=True, kw_only=True, tag="resync"):
    """Subscribe again from your position, or take a fresh snapshot."""

    room: str
    reason: ResyncReason


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """The server is alive, and this is how far each of your rooms has come."""

    heads: dict[str, int]


class Renew(msgspec.Struct, frozen=True, kw_only=True, tag="renew"):
    """The token is about to expire: send a fresh one with `auth`."""


class Goodbye(msgspec.Struct, frozen=True, kw_only=True, tag="goodbye"):
    """Said before the close frame; `retry_after` in seconds."""

    code: int
    reason: str
    retry_after: float | None


ServerFrame = (
    Welcome
    | Reply
    | PublishReply
    | SubscribeReply
    | ErrorFrame
    | EventFrame
    | StateFrame
    | Resync
    | Heartbeat
    | Renew
    | Goodbye
)
