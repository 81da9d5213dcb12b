"""PostgreSQL's one writer at a time, and group commit.

Rules
-----
1. A unit is answered only after the COMMIT that holds it has returned (`synchronous_commit = on`).
2. Units that wait at the same time share a commit, each under a savepoint: a failing one fails alone.
   Appends that wait side by side share statements, too; if one of them fails, each is tried for itself.
3. If the connection or the transaction is lost, every unit in it gets a retryable `Unavailable`. Where the
   connection broke while it was committing nobody knows whether it was kept: that is said, and a publish
   that is sent again with its key is found.
4. Listeners are told of committed events in commit order, before their writers are answered.
5. Nothing is acknowledged in a database whose epoch is another one than when it was opened.

Theory of operation
-------------------
Units read, decide and write; on SQLite nobody else writes meanwhile, and they rely on it. So that they may
here, a transaction that writes first takes an advisory lock: of all servers of a database one writes at a
time, as if it were one file. That sounds slow, and is not: what waits for the lock on one server is
committed together, so a lock is taken for hundreds of units, and a commit is what costs. What it gains is
that no unit ever has to be tried again, as with SERIALIZABLE, and that events of all rooms are committed in
one order.

A server that is stopped in the middle of a transaction would hold the lock. The database ends such a
session after `idle_in_transaction_session_timeout`; those that wait for the lock give up after
`lock_timeout` and answer 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from typing import Any, TypeAlias, TypeVar, cast

import asyncpg
from sqlalchemy import Insert

from ..core.errors import BadRequest, RealtimeError, Unavailable
from ..core.log import Draft
from .commits import MAX_UNITS_A_COMMIT, Answers, Job, Outcome, placed, together
from .compiled import Compiler
from .log import appended
from .units import Row, Unit, Written

T = TypeVar("T")

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2.0
CLOSE_WITHIN_SECONDS = 10.0
HANG_UP_WITHIN_SECONDS = 0.5
# Any number that other programs on the same database don't take: "jrt" and the schema's major version.
WRITERS_LOCK = 0x6A727401
CHANNEL = "jupyter_realtime"
LOCK = "SELECT pg_advisory_xact_lock($1)"
# Asked only when the lock is had: before, it would be that of a moment ago.
EPOCH = "SELECT value FROM meta WHERE name = 'epoch'"
# Only where something was changed: servers that told each other of nothing would do so without an end.
TELL = "SELECT pg_notify($1, $2) WHERE txid_current_if_assigned() IS NOT NULL"

# asyncpg comes without types.
Connection: TypeAlias = Any
Connect = Callable[[], Awaitable[Connection]]
# What a driver raises when the database is not there, not well, or too slow.
LOST = (
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    # Another server has changed a table since: asked once more, the driver asks otherwise.
    asyncpg.InvalidCachedStatementError,
)
# Classes of SQLSTATE that are the database's state and no mistake of ours: resources, operators, system,
# locks that were not to be had or were deadly, transactions that may not write.
STATE_CLASSES = ("08", "25", "40", "53", "55", "57", "58", "XX")
# Values that it does not take: U+0000, numbers of more than 64 bits.
VALUE_CLASS = "22"


class Moved(Exception):
    """The database is another one than that which was opened."""


async def run_unit(connection: Connection, compiler: Compiler, unit: Unit[T]) -> T:
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
                await connection.execute(text, *parameters)
            rows = []
        else:
            text, arguments = compiler.sql(statement, values)
            rows = await connection.fetch(text, *arguments)


class PostgresWriter:
    """Writes for one server.

    Parameters
    ----------
    connect
        Opens a connection.
    epoch
        The epoch of the database that was opened.
    name
        What other servers are told of who has written.
    grown
        Called when something was committed of which nobody here has heard.
    """

    def __init__(
        self,
        connect: Connect,
        compiler: Compiler,
        epoch: str,
        name: str,
        grown: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._grown = grown
        self._is_in_doubt = False
        self._compiler = compiler
        self._epoch = epoch
        self._name = name
        self._connection: Connection | None = None
        self._jobs: deque[Job] = deque()
        self._waiting = asyncio.Event()
        self.answers = Answers(as_ours)
        self._closed = False
        self.is_moved = False
        self._task = asyncio.get_running_loop().create_task(self._work())

    def put(self, work: Unit[Written[Any]] | Draft) -> asyncio.Future[Any]:
        """Queue a unit or an event; the future has its result when it is durable."""
        if self._closed:
            raise Unavailable("The store is closed: the server is shutting down.")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._jobs.append(Job(work, answer))
        self._waiting.set()
        return answer

    def leave(self) -> None:
        """Hear that this is not the database any more that was opened."""
        self.is_moved = True
        self.answers.tell_outage()

    async def close(self) -> None:
        """Write what is queued, and disconnect."""
        self._closed = True
        self._waiting.set()
        done, _ = await asyncio.wait([self._task], timeout=CLOSE_WITHIN_SECONDS)
        if not done:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._refuse(self._jobs)
        await self._disconnect()

    async def _work(self) -> None:
        while not self._closed or self._jobs:
            await self._waiting.wait()
            self._waiting.clear()
            while self._jobs:
                count = min(MAX_UNITS_A_COMMIT, len(self._jobs))
                jobs = [self._jobs.popleft() for _ in range(count)]
                try:
                    outcomes = await self._commit(jobs)
                except asyncio.CancelledError:
                    self._refuse(jobs)
                    raise
                self.answers.give(outcomes)

    async def _commit(self, jobs: list[Job]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        is_committing = False
        try:
            connection = await self._connected()
            async with connection.transaction():
                await self._begin(connection)
                for are_drafts, group in groupby(jobs, lambda job: isinstance(job.work, Draft)):
                    attempt = self._attempt_together if are_drafts else self._attempt_each
                    outcomes += await attempt(connection, list(group))
                await connection.execute(TELL, CHANNEL, self._name)
                is_committing = True
        except Moved:
            self.leave()
            return [Outcome(job, None, _moved()) for job in jobs]
        except Exception as error:
            if not is_state(error):
                log.exception("A commit failed by a mistake of ours")
            self._is_in_doubt |= is_committing
            await self._disconnect()
            return [Outcome(job, None, unavailable(error, is_committing)) for job in jobs]
        return outcomes

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await hang_up(connection)

    async def _begin(self, connection: Connection) -> None:
        await connection.execute(LOCK, WRITERS_LOCK)
        if await epoch_in(connection) != self._epoch:
            raise Moved
        if self._is_in_doubt:
            # Whoever has the lock knows that it has ended: what it was is in the tables by now, or never.
            self._is_in_doubt = False
            self._grown()

    async def _attempt_together(self, connection: Connection, jobs: list[Job]) -> list[Outcome]:
        drafts = [job.work for job in jobs if isinstance(job.work, Draft)]
        outcome = await self._attempt(connection, jobs[0], together(drafts))
        if outcome.written is None:
            # A key that was used before, or data that can't be kept: each for itself, to fail alone.
            return await self._attempt_each(connection, jobs)
        return placed(jobs, outcome)

    async def _attempt_each(self, connection: Connection, jobs: list[Job]) -> list[Outcome]:
        outcomes = []
        for job in jobs:
            unit = appended(job.work) if isinstance(job.work, Draft) else job.work
            outcomes.append(await self._attempt(connection, job, unit))
        return outcomes

    async def _attempt(self, connection: Connection, job: Job, unit: Unit[Written[Any]]) -> Outcome:
        try:
            async with connection.transaction():  # Inside of another one it is a savepoint.
                written = await run_unit(connection, self._compiler, unit)
        except Exception as error:
            if is_state(error):
                raise
            # A failing unit must not fail its neighbours; its own writer gets the error.
            return Outcome(job, None, error)
        return Outcome(job, written, None)

    def _refuse(self, jobs: Iterable[Job]) -> None:
        closed = Unavailable("The store is closed: the server is shutting down.")
        self.answers.give([Outcome(job, None, closed) for job in jobs])


async def epoch_in(connection: Connection) -> str | None:
    """Read the epoch of a database; None where it was emptied."""
    try:
        epoch: str | None = await connection.fetchval(EPOCH)
    except asyncpg.UndefinedTableError:
        return None
    return epoch


async def hang_up(connection: Connection) -> None:
    """Close a connection, politely if the database answers soon."""
    try:
        await connection.close(timeout=HANG_UP_WITHIN_SECONDS)
    except (*LOST, asyncpg.PostgresError):
        connection.terminate()
    # The loop takes its socket away in the next turn.
    await asyncio.sleep(0)


def is_state(error: BaseException) -> bool:
    """Whether an error says how the database is, and nothing of what was asked."""
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, LOST):
        return str(error.sqlstate or "XX").startswith(STATE_CLASSES)
    return isinstance(error, LOST)


def words_of(error: BaseException) -> str:
    """Say what a driver says; where it says nothing, what it was."""
    return str(error) or type(error).__name__


def unavailable(error: BaseException, is_committing: bool) -> Unavailable:
    """Say that something could not be written."""
    what = words_of(error)
    kept = (
        "It was lost while it committed: what was sent may have been kept. Send it again with the same key."
        if is_committing
        else "Nothing was kept; it will be tried again."
    )
    return Unavailable(
        f"The database can't be written: {what}. {kept}", retry_after=RETRY_AFTER_SECONDS
    )


def _moved() -> Unavailable:
    return Unavailable(
        "The database was restored or replaced. Nothing was kept; it will be opened again.",
        retry_after=RETRY_AFTER_SECONDS,
    )


def as_ours(error: BaseException) -> RealtimeError | None:
    """Say what people are told of a driver's error; None where it is a mistake of ours."""
    if is_state(error):
        return unavailable(error, is_committing=False)
    if isinstance(error, asyncpg.PostgresError) and str(error.sqlstate).startswith(VALUE_CLASS):
        return BadRequest("This has a character or a number that the database does not take.")
    return None
