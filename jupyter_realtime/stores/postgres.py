"""The PostgreSQL store: one connection that writes, a few that read, one that listens for other servers.

It lives in a schema of its own, named like the default SQLite file by the major version of the tables. What
one server has committed it tells the others by NOTIFY, which is lost only together with the connection that
listens: whoever gets a new one looks at everything. A pooler that hands out another session for each
transaction (PgBouncer's `transaction` mode) does not do: connect to the database, or to a pooler in
`session` mode.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as dialects

from ..core.errors import Unavailable
from ..core.log import Draft
from .commits import CommitListener, OutageListener
from .compiled import Compiler
from .migrate_postgres import migrate, revision_of
from .postgres_writer import (
    CHANNEL,
    LOST,
    Connection,
    PostgresWriter,
    as_ours,
    epoch_in,
    hang_up,
    is_state,
    run_unit,
    words_of,
)
from .sql import SqlStore
from .units import Unit, Written

T = TypeVar("T")

SCHEMA = "jupyter_realtime_v1"
READERS = 4
CONNECT_WITHIN_SECONDS = 5.0
ANSWER_WITHIN_SECONDS = 15.0
# A connection whose other end has vanished is silent; so is one on which nothing happens.
LOOK_EVERY_SECONDS = 2.0
# What the database does about a session that is slow or gone (see `postgres_writer`).
SESSION = {
    "application_name": "jupyter_realtime",
    "search_path": SCHEMA,
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "5s",
}
# What is raised where a database can't be opened, by the URL's fault or its own.
REFUSED = (*LOST, asyncpg.PostgresError, ValueError)
_UNSAFE = (
    "PostgreSQL runs with fsync = off: what it says it has kept is lost when its machine goes down. "
    "Set fsync = on."
)


class PostgresStore(SqlStore):
    """The port `Store` on a PostgreSQL database; make one with `await PostgresStore.open(url)`."""

    def __init__(
        self, url: str, pool: Any, ear: Connection, epoch: str, weakness: str | None
    ) -> None:
        super().__init__(epoch)
        self._url = url
        self._pool = pool
        self._compiler = _compiler()
        self._name = secrets.token_hex(8)
        self._epoch = epoch
        self._writer = PostgresWriter(self._connect, _compiler(), epoch, self._name, self._grown)
        self._growth: list[Callable[[], None]] = []
        self._has_grown = False
        # The connection that listens.
        self._ear = ear
        self._listening = asyncio.get_running_loop().create_task(self._listen())
        self.weakness = weakness

    @classmethod
    async def open(cls, url: str) -> PostgresStore:
        """Connect, and bring the database to this version's shape.

        Raises
        ------
        Unavailable
            If that can't be done; says why and what to do, without the password.
        """
        connection: Connection | None = None
        try:
            connection = await connect(url)
            epoch = await migrate(url, connection, SCHEMA)
            is_safe = await connection.fetchval("SHOW fsync") == "on"
            pool = await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=READERS,
                timeout=CONNECT_WITHIN_SECONDS,
                command_timeout=ANSWER_WITHIN_SECONDS,
                server_settings=SESSION,
            )
        except BaseException as error:
            if connection is not None:
                await hang_up(connection)
            if isinstance(error, REFUSED):
                raise _unopened(error) from error
            raise
        store = cls(url, pool, connection, epoch, None if is_safe else _UNSAFE)
        try:
            await connection.add_listener(CHANNEL, store._heard)
        except BaseException as error:
            await store.close()
            if isinstance(error, REFUSED):
                raise _unopened(error) from error
            raise
        return store

    async def _connect(self) -> Connection:
        return await connect(self._url)

    def on_commit(self, listener: CommitListener) -> None:
        """Have each committed batch told, in commit order."""
        self._writer.answers.on_commit(listener)

    def on_outage(self, listener: OutageListener) -> None:
        """Have it told when something could not be written."""
        self._writer.answers.on_outage(listener)

    def on_growth(self, listener: Callable[[], None]) -> None:
        """Have it told when another server has written something."""
        self._growth.append(listener)
        if self._has_grown:
            # Before anybody asked to be told.
            asyncio.get_running_loop().call_soon(listener)

    @property
    def is_replaced(self) -> bool:
        """Whether the database was restored, or emptied, since it was opened."""
        return self._writer.is_moved

    async def write(self, unit: Unit[Written[T]]) -> T:
        """Run a unit in the next commit."""
        result: T = await self._writer.put(unit)
        return result

    def append(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event in the next commit."""
        return self._writer.put(draft)

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit on one picture of the database."""
        try:
            async with (
                self._pool.acquire(timeout=ANSWER_WITHIN_SECONDS) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await run_unit(connection, self._compiler, unit)
        except Exception as error:
            if is_state(error):
                words = f"The database can't be read: {words_of(error)}."
                raise Unavailable(words, retry_after=1.0) from error
            told = as_ours(error)
            raise told or error from error

    async def scrub(self) -> None:
        """Leave it to the database: its autovacuum frees what was erased, and later data overwrites it."""

    async def _listen(self) -> None:
        """See now and then that the connection lives, and that it leads to what was opened."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS * (0.5 + random.random()))
            try:
                if self._ear.is_closed():
                    await self._listen_again()
                if await epoch_in(self._ear) != self._epoch:
                    self._writer.leave()
            except (*LOST, asyncpg.PostgresError):
                await hang_up(self._ear)

    async def _listen_again(self) -> None:
        connection = await self._connect()
        try:
            await connection.add_listener(CHANNEL, self._heard)
        except BaseException:
            await hang_up(connection)
            raise
        self._ear = connection
        # What others have committed while nobody listened.
        self._grown()

    def _heard(self, _connection: object, _pid: int, _channel: str, writer: object) -> None:
        if writer != self._name:
            self._grown()

    def _grown(self) -> None:
        self._has_grown = True
        for listener in self._growth:
            listener()

    async def close(self) -> None:
        """Write what is queued, and disconnect."""
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await hang_up(self._ear)
        await self._writer.close()
        try:
            await asyncio.wait_for(self._pool.close(), CONNECT_WITHIN_SECONDS)
        except (*LOST, asyncpg.PostgresError):
            self._pool.terminate()
        await asyncio.sleep(0)


async def revision_at(url: str) -> str | None:
    """Read the revision of a database, None for a new one.

    Raises
    ------
    Unavailable
        If it can't be asked.
    """
    try:
        connection = await connect(url)
        try:
            return await revision_of(connection)
        finally:
            await hang_up(connection)
    except REFUSED as error:
        raise _unopened(error) from error


def _unopened(error: BaseException) -> Unavailable:
    if isinstance(error, ValueError):
        # Whatever reads a URL repeats pieces of it in its words, and one of them is a password.
        return Unavailable(
            "The database can't be opened: RealtimeConfig.store_url can't be read. Write "
            "postgresql://user:password@host/database, with / ? # @ and % in a password percent-encoded, "
            "and without options that the driver doesn't know.",
            retry_after=1.0,
        )
    return Unavailable(
        f"The database can't be opened: {words_of(error)}. Check RealtimeConfig.store_url, that PostgreSQL "
        "runs and lets this user in, and that the user may create a schema in the database.",
        retry_after=1.0,
    )


async def connect(url: str) -> Connection:
    """Open a connection as every one of ours is."""
    return await asyncpg.connect(
        url,
        timeout=CONNECT_WITHIN_SECONDS,
        command_timeout=ANSWER_WITHIN_SECONDS,
        server_settings=SESSION,
    )


def _compiler() -> Compiler:
    dialect = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has it without types
    return Compiler(dialect, dialect)
