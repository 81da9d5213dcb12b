"""Requests under way: their ids, and what each of them is about, until it is answered."""

from __future__ import annotations

from collections.abc import Callable

from ..core import messages as m
from ..core.codec import encode
from ..core.errors import ErrorBody, RealtimeError, from_body
from .effects import Send

RETRY_SECONDS = 1.0


class Requests:
    """What was asked on the present connection.

    Attributes
    ----------
    limits
        What the server takes; None while there is no open connection, and nothing can be asked.
    """

    def __init__(self) -> None:
        self.limits: m.Limits | None = None
        self._about: dict[m.RequestId, object] = {}
        self._last_id = 0

    @property
    def can_be_sent(self) -> bool:
        """Whether the server has said welcome."""
        return self.limits is not None

    @property
    def last_id(self) -> int:
        """The id of the latest request."""
        return self._last_id

    def make(self, about: object | None, make: Callable[[int], m.ClientFrame]) -> Send:
        """Make a request; `about` comes back from `answered`, None where the answer says nothing."""
        self._last_id += 1
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
