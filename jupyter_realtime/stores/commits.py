"""What the writers of both databases have in common: what waits for a commit, and who hears of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..core.errors import Internal, RealtimeError, Unavailable
from ..core.log import Draft, StoredEvent
from .log import append_together
from .units import Unit, Written

log = logging.getLogger(__name__)

MAX_UNITS_A_COMMIT = 512
CommitListener = Callable[[Sequence[StoredEvent]], None]
OutageListener = Callable[[], None]


class Job(NamedTuple):
    """A unit or an event that waits for the next commit."""

    work: Unit[Written[Any]] | Draft
    answer: asyncio.Future[Any]


class Outcome(NamedTuple):
    """What became of a job: what it has written, once it is durable, or why not."""

    job: Job
    written: Written[Any] | None
    error: BaseException | None


class Answers:
    """Tells listeners of commits, in their order, and then those who have written.

    Parameters
    ----------
    translate
        Makes an error of the database's own into what people are told; None for a mistake of ours.
    """

    def __init__(self, translate: Callable[[BaseException], RealtimeError | None]) -> None:
        self._translate = translate
        self._listeners: list[CommitListener] = []
        self._outage: list[OutageListener] = []

    def on_commit(self, listener: CommitListener) -> None:
        """Have each committed batch of events told."""
        self._listeners.append(listener)

    def on_outage(self, listener: OutageListener) -> None:
        """Have it told when something could not be written."""
        self._outage.append(listener)

    def give(self, outcomes: Sequence[Outcome]) -> None:
        """Tell what became of these jobs."""
        events = [e for outcome in outcomes if outcome.written for e in outcome.written.events]
        if events:
            self._tell(events)
        for outcome in outcomes:
            answer = outcome.job.answer
            if answer.done():
                continue
            if outcome.written is not None:
                answer.set_result(outcome.written.result)
            else:
                answer.set_exception(self._failed(outcome.error))

    def _tell(self, events: Sequence[StoredEvent]) -> None:
        for listener in self._listeners:
            try:
                listener(events)
            except Exception:
                # They are durable, and their writers must be answered; readers find them in the log.
                log.exception("A listener failed on %d committed events", len(events))

    def _failed(self, raised: BaseException | None) -> RealtimeError:
        error = self._as_ours(raised)
        if isinstance(error, Unavailable):
            self.tell_outage()
        return error

    def tell_outage(self) -> None:
        """Tell that something can't be written."""
        for listener in self._outage:
            listener()

    def _as_ours(self, error: BaseException | None) -> RealtimeError:
        if isinstance(error, RealtimeError):
            return error
        told = None if error is None else self._translate(error)
        return told or Internal(f"The store could not keep this: {error!r}")


def together(drafts: Sequence[Draft]) -> Unit[Written[None]]:
    """Append many events with a few statements, as a unit."""
    return Written(None, (yield from append_together(drafts)))


def placed(jobs: Sequence[Job], outcome: Outcome) -> list[Outcome]:
    """Give each of the jobs that were done `together` what is its own."""
    assert outcome.written is not None
    return [
        Outcome(job, Written(event.seq, [event]), None)
        for job, event in zip(jobs, outcome.written.events, strict=True)
    ]
