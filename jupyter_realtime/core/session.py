"""One connection's conversation, as a state machine that can't open a socket.

Rules
-----
1. Until it is known who it is, nothing but `auth` is processed; after `auth_seconds` the connection ends.
2. Every request is answered by exactly one reply or error. What could not be read is answered too.
3. A frame above `message_bytes` is refused, above a rate of `requests_per_second` (with a burst of twice
   that) too; who goes on regardless is disconnected.
4. Where heartbeats are answered, 2.5 missed ones end the connection.
5. Before a token expires the client is told to renew it; when it has expired the connection ends.

Theory of operation
-------------------
::

    ANONYMOUS ── identified ──▶ OPEN ── close ──▶ CLOSED
        └────── auth_seconds over, bad token ─────▶┘

Whoever owns the socket feeds `receive` and `tick` and carries out the effects that they return, in
order: `Deliver` a frame, `Perform` a request that needs the outside world, `Beat`, `Close`. Nothing in
here waits, and the time is an argument, so a test can replay a day in a millisecond.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import msgspec

from .actors import Principal
from .codec import check_key, decode_client_frame, encode, request_id_of
from .errors import (
    CloseCode,
    LimitReached,
    RateLimited,
    RealtimeError,
    TooLarge,
    Unauthenticated,
)
from .messages import (
    FEATURES,
    PROTOCOL,
    AuthRequest,
    ClientFrame,
    ErrorFrame,
    Goodbye,
    Limits,
    PingRequest,
    PublishRequest,
    Renew,
    Reply,
    RequestId,
    StateRequest,
    SubscribeRequest,
    Welcome,
)
from .subscription import Subscription
from .times import rfc3339

MISSED_HEARTBEATS = 2.5
RENEW_BEFORE_SECONDS = 60.0
# A client that is refused as much as it may ask in so many seconds isn't slowing down.
PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class Deliver:
    """Send this frame."""

    frame: bytes


@dataclass(frozen=True)
class Perform:
    """Do what the client asks, then answer it."""

    request: ClientFrame


@dataclass(frozen=True)
class Beat:
    """Send a heartbeat with the heads of the rooms."""


@dataclass(frozen=True)
class Close:
    """Say goodbye and close."""

    code: CloseCode
    reason: str
    retry_after: float | None = None

    @property
    def goodbye(self) -> bytes:
        """The frame before the close frame."""
        return encode(
            Goodbye(code=int(self.code), reason=self.reason, retry_after=self.retry_after)
        )


Effect = Deliver | Perform | Beat | Close


class Phase(enum.Enum):
    """How far the conversation has come."""

    ANONYMOUS = "anonymous"
    OPEN = "open"
    CLOSED = "closed"


class Bucket:
    """A token bucket: `rate` a second, and those of so many seconds at once."""

    def __init__(self, rate: float, now: float, *, seconds_at_once: float = 2.0) -> None:
        self.rate = rate
        self._most = self._tokens = seconds_at_once * rate
        self._at = now

    def take(self, now: float) -> float:
        """Take a token; returns the seconds to wait for one, 0 if there was one."""
        self._tokens = min(self._most, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.rate
        self._tokens -= 1
        return 0.0

    def is_full(self, now: float) -> bool:
        """Whether it is as if nobody had ever taken a token."""
        return self._tokens + (now - self._at) * self.rate >= self._most


def error_frame(
    error: RealtimeError,
    request_id: RequestId | None,
    *,
    room: str | msgspec.UnsetType = msgspec.UNSET,
) -> bytes:
    """Encode an error as the answer to a request, or as the end of a subscription in `room`."""
    body = error.body
    return encode(
        ErrorFrame(
            id=request_id,
            code=body.code,
            message=body.message,
            retryable=body.retryable,
            retry_after=body.retry_after,
            room=room,
        )
    )


class Session:
    """The conversation of one connection.

    Parameters
    ----------
    connection
        Its opaque id.
    limits
        What it may take.
    heartbeat_seconds
        How often the server shows that it is alive.
    answer
        Whether the client has to answer heartbeats.
    now
        A monotonic clock's seconds.
    """

    def __init__(
        self, connection: str, limits: Limits, *, heartbeat_seconds: float, answer: bool, now: float
    ) -> None:
        self.connection = connection
        self.limits = limits
        self.heartbeat_seconds = heartbeat_seconds
        self.answer = answer
        self.phase = Phase.ANONYMOUS
        self.principal: Principal | None = None
        self.rooms: dict[str, Subscription] = {}
        self._bucket = Bucket(limits.requests_per_second, now)
        # Of refusals: whoever sends at more than one and a half times the rate runs out of it.
        self._patience = Bucket(
            limits.requests_per_second / 2, now, seconds_at_once=2 * PATIENCE_SECONDS
        )
        self._began = now
        self._heard = now
        self._beat = now
        self._renew_sent = False

    def identified(self, principal: Principal, *, unix_now: float) -> list[Effect]:
        """Note who it is; the first time this says welcome."""
        if self.phase is Phase.CLOSED:
            return []  # It took so long that the end has come before.
        first = self.principal is None
        self.principal = principal
        self._renew_sent = False
        if not first:
            return []
        self.phase = Phase.OPEN
        expires = rfc3339(principal.expires) if principal.expires else None
        welcome = Welcome(
            protocol=PROTOCOL,
            features=list(FEATURES),
            connection=self.connection,
            user=principal.actor,
            server_time=rfc3339(unix_now),
            heartbeat=self.heartbeat_seconds,
            answer=self.answer,
            limits=self.limits,
            expires=expires,
        )
        return [Deliver(encode(welcome))]

    def receive(self, frame: str | bytes, now: float) -> list[Effect]:
        """Take a frame of the client."""
        if self.phase is Phase.CLOSED:
            return []
        self._heard = now
        if isinstance(frame, bytes):
            return self.close(CloseCode.PROTOCOL, "Frames are text, not binary.")
        try:
            self._check_size(frame)
            self._check_rate(now)
            request = decode_client_frame(frame)
        except RealtimeError as error:
            return self._refuse(error, request_id_of(frame), now)
        try:
            return self._accept(request)
        except RealtimeError as error:
            return [Deliver(error_frame(error, request.id))]

    def _check_size(self, frame: str) -> None:
        # A character has at least one byte: most frames need no encoding to be known as small.
        limit = self.limits.message_bytes
        if len(frame) * 4 > limit and len(frame.encode("utf-8", "surrogatepass")) > limit:
            raise TooLarge(f"A message has at most {limit} bytes.")

    def _check_rate(self, now: float) -> None:
        wait = self._bucket.take(now)
        if wait:
            raise RateLimited(
                "Too many requests; wait a moment.", retry_after=max(0.001, round(wait, 3))
            )

    def _refuse(
        self, error: RealtimeError, request_id: RequestId | None, now: float
    ) -> list[Effect]:
        refused: list[Effect] = [Deliver(error_frame(error, request_id))]
        if self._patience.take(now):
            refused += self.close(CloseCode.RATE, "Too many refused requests.", retry_after=10.0)
        return refused

    def _accept(self, request: ClientFrame) -> list[Effect]:
        if isinstance(request, AuthRequest):
            return [Perform(request)]
        if self.phase is not Phase.OPEN:
            raise Unauthenticated("Send auth with a token first.")
        if isinstance(request, PingRequest):
            return [Deliver(encode(Reply(id=request.id)))]
        if isinstance(request, SubscribeRequest):
            self._check_rooms(request.room)
        elif isinstance(request, PublishRequest | StateRequest):
            check_key(request.key)
        return [Perform(request)]

    def _check_rooms(self, room: str) -> None:
        limit = self.limits.rooms_per_connection
        if room not in self.rooms and len(self.rooms) >= limit:
            raise LimitReached(f"A connection has at most {limit} rooms; leave one first.")

    def tick(self, now: float, unix_now: float) -> list[Effect]:
        """Let time pass; called about once a second."""
        if self.phase is Phase.CLOSED:
            return []
        if self.phase is Phase.ANONYMOUS:
            if now - self._began >= self.limits.auth_seconds:
                return self.close(CloseCode.BAD_TOKEN, "No credentials came in time.")
            return []
        silence = now - self._heard
        if self.answer and silence > MISSED_HEARTBEATS * self.heartbeat_seconds:
            return self.close(CloseCode.HEARTBEAT_LOST, "Heartbeats were not answered.")
        return self._expiry(unix_now) or self._heartbeat(now)

    def _expiry(self, unix_now: float) -> list[Effect]:
        expires = self.principal.expires if self.principal else None
        if expires is None or unix_now < expires - RENEW_BEFORE_SECONDS:
            return []
        if unix_now >= expires:
            return self.close(CloseCode.TOKEN_EXPIRED, "The token has expired.")
        if self._renew_sent:
            return []
        self._renew_sent = True
        return [Deliver(encode(Renew()))]

    def _heartbeat(self, now: float) -> list[Effect]:
        if now - self._beat < self.heartbeat_seconds:
            return []
        self._beat = now
        return [Beat()]

    def close(
        self, code: CloseCode, reason: str, *, retry_after: float | None = None
    ) -> list[Effect]:
        """End the conversation from our side."""
        if self.phase is Phase.CLOSED:
            return []
        self.phase = Phase.CLOSED
        return [Close(code, reason, retry_after)]
