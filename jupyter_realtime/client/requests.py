"""Requests under way: their ids, what each of them is about until it is answered, and how fast they go out.

A server refuses what comes faster than it has announced, and in the end hangs up. So what can wait
(publishes and states) goes out at that rate at most; what can't (a room's position, a pong) goes at once
and counts.
"""

from __future__ import annotations

from collections.abc import Callable

from ..core import messages as m
from ..core.codec import encode
from ..core.errors import BadRequest, ErrorBody, RealtimeError, from_body
from .effects import Send

RETRY_SECONDS = 1.0


class Pace:
    """So many requests a second, and those of one second at once."""

    def __init__(self, rate: float, now: float) -> None:
        self._rate = self._left = rate
        self._at = now

    def allows(self, now: float) -> bool:
        """Whether one more can go out."""
        self._left = min(self._rate, self._left + (now - self._at) * self._rate)
        self._at = now
        return self._left >= 1

    def note(self) -> None:
        """Count one that goes out."""
        self._left -= 1


class Requests:
    """What was asked on the present connection.

    Attributes
    ----------
    limits
        What the server takes; None while there is no open connection, and nothing can be asked.
    """

    def __init__(self) -> None:
        self.limits: m.Limits | None = None
        self._features: frozenset[str] = frozenset()
        self._pace = Pace(0, 0)
        self._about: dict[m.RequestId, object] = {}
        self._last_id = 0

    @property
    def can_be_sent(self) -> bool:
        """Whether the server has said welcome."""
        return self.limits is not None

    def opened(self, welcome: m.Welcome, now: float) -> None:
        """The server has said welcome."""
        self.limits = welcome.limits
        self._features = frozenset(welcome.features)
        self._pace = Pace(welcome.limits.requests_per_second, now)

    def missing(self, feature: str) -> RealtimeError | None:
        """Say that a server is too old for something; None if it isn't."""
        if feature in self._features:
            return None
        return BadRequest(
            f"This server does not offer {feature!r} yet. Update jupyter_realtime where it runs."
        )

    def may_send(self, now: float) -> bool:
        """Whether what can wait may go out now."""
        return self.can_be_sent and self._pace.allows(now)

    @property
    def last_id(self) -> int:
        """The id of the latest request."""
        return self._last_id

    def make(self, about: object | None, make: Callable[[int], m.ClientFrame]) -> Send:
        """Make a request; `about` comes back from `answered`, None where the answer says nothing."""
        self._last_id += 1
        self._pace.note()
        if about is not None:
            self._about[self._last_id] = about
        return Send(encode(make(self._last_id)).decode())

    def answered(self, request: m.RequestId | None) -> object | None:
        """Say what a request was about: its answer has come."""
        return None if request is None else self._about.pop(request, None)

    def connection_lost(self) -> None:
        """No answer will come any more."""
        self.limits = None
        self._about.clear()


def error_of(message: m.ErrorFrame) -> RealtimeError:
    """Turn a refusal into the exception that says the same."""
    body = ErrorBody(
        code=message.code,
        message=message.message,
        retryable=message.retryable,
        retry_after=message.retry_after,
    )
    return from_body(body)


def retry_at(message: m.ErrorFrame, now: float) -> float:
    """Say when to ask again; what the server wishes wins."""
    return now + (RETRY_SECONDS if message.retry_after is None else message.retry_after)
