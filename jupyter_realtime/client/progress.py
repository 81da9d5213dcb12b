"""`Progress`: a long job of somebody's own, as the program that does it holds it.

Rules
-----
1. Nothing in here waits, asks the network or raises because a server is away: the job is what matters.
2. Any thread may call anything. `advance` costs a fraction of a microsecond: it counts, and wakes the
   loop only if that doesn't know yet that there is something new (see `jobs`).
3. What is told of a failed job is the type of its error, never its text: that may hold secrets.
"""

from __future__ import annotations

import asyncio
import math
import operator
import secrets
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal

from ..core.errors import BadRequest
from ..core.events import ProgressState
from ..core.progress import eta_seconds
from ..core.times import rfc3339

NAME_CHARACTERS = 200
UNIT_CHARACTERS = 32
MESSAGE_CHARACTERS = 500

Status = Literal["running", "succeeded", "failed", "cancelled"]

# Leaving a job by these is no failure: somebody wanted it to end.
_STOPPED = (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError)


class Cancelled(Exception):
    """Somebody has pressed the cancel button of a job."""


class Progress:
    """How far a job is; made by `Realtime.progress`, used in a `with` block (or `async with`).

    Attributes
    ----------
    id
        The key under which it hangs in the project, behind the connection.
    name
        What people call it.
    done, total, unit
        How much is done of how much (None: nobody knows), counted in what.
    status
        `running`, `succeeded`, `failed` or `cancelled`.
    cancelled
        Whether somebody has pressed the cancel button; it is for the job to end then.
    """

    def __init__(
        self,
        name: str,
        total: float | None = None,
        unit: str = "",
        message: str | None = None,
        *,
        watch: Callable[[Progress], Callable[[], None]],
    ) -> None:
        if not isinstance(name, str) or not name.strip():
            raise BadRequest('A job has a name, like rt.progress("train").')
        self.id = secrets.token_hex(8)
        self.name = _text(name.strip(), NAME_CHARACTERS)
        self.unit = _text(unit, UNIT_CHARACTERS)
        self.done: float = 0
        self.total = _total(total)
        self.status: Status = "running"
        self.cancelled = False
        self._message = message
        self._watch = watch
        self._tell: Callable[[], None] | None = None
        self._lock = threading.Lock()
        # Set while the loop knows that something is new, so that it need not be told again.
        self._is_due = True
        self._started = self._started_unix = 0.0

    # -- what the job says -----------------------------------------------------------------------

    def advance(self, n: float = 1) -> None:
        """Note that `n` more are done."""
        with self._lock:
            self.done += n
        if not self._is_due:
            self._changed()

    def set(self, done: float, total: float | None = None) -> None:
        """Say how much is done, and, if that has become known or has changed, of how much."""
        if total is not None:
            self.total = _total(total)
        with self._lock:
            self.done = done
        if not self._is_due:
            self._changed()

    def message(self, text: str | None) -> None:
        """Show a short text beside the bar; None takes it away."""
        self._message = text
        if not self._is_due:
            self._changed()

    def raise_if_cancelled(self) -> None:
        """Leave the job, if somebody has pressed its cancel button.

        Raises
        ------
        Cancelled
            It leaves the `with` block as any exception does; the job then shows as cancelled.
        """
        if self.cancelled:
            raise Cancelled(f"{self.name} was cancelled.")

    def _changed(self) -> None:
        self._is_due = True
        if self._tell is not None:
            self._tell()

    # -- from its beginning to its end -----------------------------------------------------------

    def __enter__(self) -> Progress:
        if self._tell is not None:
            raise RuntimeError(f"The job {self.name!r} has begun already; make another one.")
        self._started, self._started_unix = time.monotonic(), time.time()
        self._tell = self._watch(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.status = "cancelled" if self.cancelled and not self._is_complete else "succeeded"
        elif issubclass(kind, (Cancelled, *_STOPPED)):
            self.status = "cancelled"
        else:
            self.status, self._message = "failed", kind.__name__
        self._changed()

    async def __aenter__(self) -> Progress:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    @property
    def _is_complete(self) -> bool:
        return self.total is not None and self.done >= self.total

    # -- what others see -------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether its block was not left yet."""
        return self.status == "running"

    def cancel(self) -> bool:
        """Set `cancelled`, as the button does; False if that changes nothing."""
        if self.cancelled or not self.is_running:
            return False
        self.cancelled = True
        return True

    def look(self) -> ProgressState:
        """Say how the job stands; whatever changes after this call tells the loop again."""
        self._is_due = False
        done, total = _number(self.done), self.total
        is_running = self.is_running
        eta = None
        if is_running and total is not None:
            eta = eta_seconds(done, total, time.monotonic() - self._started)
        return ProgressState(
            id=self.id,
            name=self.name,
            done=done,
            total=total,
            unit=self.unit,
            status=self.status,
            cancelling=is_running and self.cancelled,
            eta_seconds=None if eta is None else round(eta, 1),
            message=None if self._message is None else _text(self._message, MESSAGE_CHARACTERS),
            started=rfc3339(self._started_unix),
        )

    def __repr__(self) -> str:
        total = "" if self.total is None else f"/{self.total:g}"
        return f"<Progress {self.name!r}: {self.done:g}{total} {self.unit}, {self.status}>"


def _total(total: Any) -> float | None:
    if total is None:
        return None
    number = _number(total, otherwise=-1)
    if number < 0:
        raise BadRequest(f"total is a number from 0 on, or None where nobody knows; not {total!r}.")
    return number


def _number(value: Any, otherwise: float = 0) -> float:
    # From any library's number to one of JSON; what is none there must not end somebody's job.
    try:
        whole = operator.index(value)
        if abs(whole) < 2**53:
            return whole
    except TypeError:
        pass
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return number if math.isfinite(number) else otherwise


def _text(value: object, characters: int) -> str:
    # Neither U+0000 nor half a surrogate pair can be sent.
    text = str(value).replace("\0", "").encode("utf-8", "replace").decode()
    return text if len(text) <= characters else text[: characters - 1] + "…"
