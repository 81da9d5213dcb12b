"""SQLite's one writer thread, and group commit.

Rules
-----
1. A unit is answered only after the COMMIT that holds it has returned (`synchronous=FULL`).
2. Units that wait at the same time share one commit, each under a SAVEPOINT: a failing one fails alone.
   Appends that wait side by side share statements, too; if one of them fails, each is tried for itself.
3. If the transaction itself is lost (disk full, I/O error), every unit in it gets a retryable
   `Unavailable`, and nothing of it was kept.
4. Listeners are told of committed events in commit order, before their writers are answered.
5. Before and after each commit the file must be the one that was opened. What would go into another one is
   not kept; what went into one that has been replaced or deleted meanwhile is not acknowledged.

Theory of operation
-------------------
An fsync costs the same for one row and for a hundred. The thread takes whatever has queued up while the
last commit was under way, so throughput grows with load, and a lone write waits for nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from itertools import groupby
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from sqlalchemy import Insert

from ..core.errors import Unavailable
from ..core.log import Draft
from .commits import (
    MAX_UNITS_A_COMMIT,
    Answers,
    CommitListener,
    Job,
    OutageListener,
    Outcome,
    placed,
    together,
)
from .compiled import Compiler
from .log import appended
from .units import Row, Unit, Written

T = TypeVar("T")

RETRY_AFTER_SECONDS = 1.0

# Work that only asks whether somebody else has written.
_LOOK = cast("Draft", object())


def run_unit(connection: sqlite3.Connection, compiler: Compiler, unit: Unit[T]) -> T:
    """Drive a unit over a connection to its result."""
    rows: list[Row] | None = None
    while True:
        try:
            statement, values = next(unit) if rows is None else unit.send(rows)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a generator's return is untyped
        if isinstance(values, list):
            # Only an INSERT comes with a list of rows (`units.Statement`).
            for text, parameters in compiler.rows(cast("Insert", statement), values):
                connection.execute(text, parameters)
            rows = []
        else:
            rows = connection.execute(*compiler.sql(statement, values)).fetchall()


class Writer:
    """Owns the one connection that writes.

    Parameters
    ----------
    is_replaced
        Whether the file is no longer the one that was opened; asked in the writer's thread.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        compiler: Compiler,
        loop: asyncio.AbstractEventLoop,
        *,
        is_replaced: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._compiler = compiler
        self._loop = loop
        self._is_replaced = is_replaced
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._answers = Answers(_state_of)
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="realtime-store", daemon=True)
        self._thread.start()

    def on_commit(self, listener: CommitListener) -> None:
        """Have each committed batch of events told."""
        self._answers.on_commit(listener)

    def on_outage(self, listener: OutageListener) -> None:
        """Have it told when something could not be written."""
        self._answers.on_outage(listener)

    async def write(self, unit: Unit[Written[T]]) -> T:
        """Queue a unit; returns its result when it is durable."""
        result: T = await self._queue(unit)
        return result

    def append(self, draft: Draft) -> asyncio.Future[int]:
        """Queue one event; the future has its `seq` when it is durable."""
        return self._queue(draft)

    async def foreign_version(self) -> int:
        """Give a number that changes when another connection has written, and not when this one has."""
        version: int = await self._queue(_LOOK)
        return version

    def _queue(self, work: Unit[Written[Any]] | Draft) -> asyncio.Future[Any]:
        if self._closed:
            raise Unavailable("The store is closed: the server is shutting down.")
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._jobs.put(Job(work, answer))
        return answer

    async def close(self) -> None:
        """Write what is queued, then end the thread."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        connection = self._connection
        try:
            while (job := self._jobs.get()) is not None:
                jobs, last = self._gather(job)
                outcomes = self._do(connection, jobs)
                self._loop.call_soon_threadsafe(self._answers.give, outcomes)
                if last:
                    break
        finally:
            if self._is_replaced():
                _settle_moved_file(connection)
            connection.close()

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        jobs = [first]
        while len(jobs) < MAX_UNITS_A_COMMIT and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _do(self, connection: sqlite3.Connection, jobs: list[Job]) -> list[Outcome]:
        outcomes = self._commit(connection, [job for job in jobs if job.work is not _LOOK])
        return outcomes + [self._look(connection, job) for job in jobs if job.work is _LOOK]

    def _look(self, connection: sqlite3.Connection, job: Job) -> Outcome:
        try:
            version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            return Outcome(job, None, error)
        return Outcome(job, Written(version), None)

    def _commit(self, connection: sqlite3.Connection, jobs: list[Job]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        if not jobs:
            return outcomes
        try:
            connection.execute("BEGIN IMMEDIATE")
            for are_drafts, group in groupby(jobs, lambda job: isinstance(job.work, Draft)):
                attempt = self._attempt_together if are_drafts else self._attempt_each
                attempt(connection, list(group), outcomes)
            # Before, so that what is refused is not kept; and after, as it may have happened meanwhile.
            self._check_file()
            connection.execute("COMMIT")
            self._check_file()
        except sqlite3.Error as error:
            _roll_back(connection)
            return [Outcome(job, None, _unavailable(error)) for job in jobs]
        return outcomes

    def _check_file(self) -> None:
        if self._is_replaced():
            raise sqlite3.OperationalError("its file was replaced or deleted")

    def _attempt_together(
        self, connection: sqlite3.Connection, jobs: list[Job], outcomes: list[Outcome]
    ) -> None:
        drafts = [job.work for job in jobs if isinstance(job.work, Draft)]
        outcome = self._attempt(connection, jobs[0], together(drafts))
        if outcome.written is None:
            # A key that was used before, or data that can't be kept: each for itself, to fail alone.
            self._attempt_each(connection, jobs, outcomes)
            return
        outcomes += placed(jobs, outcome)

    def _attempt_each(
        self, connection: sqlite3.Connection, jobs: list[Job], outcomes: list[Outcome]
    ) -> None:
        for job in jobs:
            unit = appended(job.work) if isinstance(job.work, Draft) else job.work
            outcomes.append(self._attempt(connection, job, unit))

    def _attempt(
        self, connection: sqlite3.Connection, job: Job, unit: Unit[Written[Any]]
    ) -> Outcome:
        connection.execute("SAVEPOINT unit")
        try:
            written = run_unit(connection, self._compiler, unit)
        except Exception as error:
            if not connection.in_transaction:
                raise sqlite3.OperationalError(str(error)) from error
            # A failing unit must not fail its neighbours; its own writer gets the error.
            connection.execute("ROLLBACK TO unit")
            connection.execute("RELEASE unit")
            return Outcome(job, None, error)
        connection.execute("RELEASE unit")
        return Outcome(job, written, None)


def _is_the_databases_state(error: BaseException | None) -> bool:
    # IntegrityError and ProgrammingError are mistakes of ours; the disk's and the file's state are not.
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.rollback()


def _settle_moved_file(connection: sqlite3.Connection) -> None:
    # SQLite leaves the write-ahead log of a moved file behind. The file would lack its last events, and
    # whatever lies at the path now would be given them.
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unavailable(error: BaseException) -> Unavailable:
    return Unavailable(
        f"The database can't be written: {error}. Nothing was kept; it will be tried again.",
        retry_after=RETRY_AFTER_SECONDS,
    )


def _state_of(error: BaseException) -> Unavailable | None:
    return _unavailable(error) if _is_the_databases_state(error) else None
