"""Everything that can go wrong, as one tree.

::

    RealtimeError
    ├── BadRequest         bad_request      400
    ├── Unauthenticated    unauthenticated  401
    ├── Forbidden          forbidden        403
    ├── NotFound           not_found        404
    ├── Conflict           conflict         409
    ├── TooLarge           too_large        413
    ├── RateLimited        rate_limited     429   retryable
    ├── LimitReached       limit            429
    ├── Internal           internal         500   retryable
    └── Unavailable        unavailable      503   retryable

Each carries its wire code, its HTTP status and whether the same request may be sent again, so that a
WebSocket `error` frame, a REST body and a Python traceback say the same thing.
"""

from __future__ import annotations

import enum
from typing import ClassVar

import msgspec


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """The one error shape: a REST body, and the fields of an `error` frame beside its `id`.

    `retry_after` is in seconds, or null where the sender may choose.
    """

    code: str
    message: str
    retryable: bool
    retry_after: float | None


class RealtimeError(Exception):
    """Anything that this package refuses or fails to do.

    Parameters
    ----------
    message
        What happened and what to do about it, for a person.
    retry_after
        Seconds to wait before sending the same request again.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after

    @property
    def body(self) -> ErrorBody:
        """The error as it goes over the wire."""
        return ErrorBody(
            code=self.code,
            message=self.message,
            retryable=self.retryable,
            retry_after=self.retry_after,
        )


class BadRequest(RealtimeError):
    """The request isn't what the protocol or the API says; sending it again won't help."""

    code, status = "bad_request", 400


class Unauthenticated(RealtimeError):
    """Nobody is known behind the request."""

    code, status = "unauthenticated", 401


class Forbidden(RealtimeError):
    """The person or program is known and may not do this."""

    code, status = "forbidden", 403


class NotFound(RealtimeError):
    """It doesn't exist, or the asker may not know whether it does."""

    code, status = "not_found", 404


class Conflict(RealtimeError):
    """The same idempotency key came with other data, or the thing has moved on meanwhile."""

    code, status = "conflict", 409


class TooLarge(RealtimeError):
    """More bytes than `welcome.limits` allows."""

    code, status = "too_large", 413


class RateLimited(RealtimeError):
    """Too many requests a second."""

    code, status, retryable = "rate_limited", 429, True


class LimitReached(RealtimeError):
    """Too many rooms or connections at once; waiting alone doesn't help."""

    code, status = "limit", 429


class Internal(RealtimeError):
    """A defect of ours."""

    code, status, retryable = "internal", 500, True


class Unavailable(RealtimeError):
    """Something that we need is down: the disk, the database, the Hub."""

    code, status, retryable = "unavailable", 503, True


def _leaves(cls: type[RealtimeError]) -> dict[str, type[RealtimeError]]:
    return {sub.code: sub for sub in cls.__subclasses__()}


BY_CODE: dict[str, type[RealtimeError]] = _leaves(RealtimeError)


def from_body(body: ErrorBody) -> RealtimeError:
    """Turn what a server said back into the exception that it raised."""
    return BY_CODE.get(body.code, Internal)(body.message, retry_after=body.retry_after)


class CloseCode(enum.IntEnum):
    """Why a socket was closed. 4000–4499: connect again. 4500–4999: don't."""

    DRAIN = 4001
    TOO_SLOW = 4002
    TOKEN_EXPIRED = 4003
    HEARTBEAT_LOST = 4004
    RATE = 4005
    BACKEND_LOST = 4006
    BAD_TOKEN = 4500
    PROTOCOL = 4501
    LIMIT = 4503
    REVOKED = 4504

    @property
    def reconnect(self) -> bool:
        """Whether a client should try again."""
        return self < 4500
