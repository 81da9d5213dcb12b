"""The SQLite store: a file, one writer thread, a few readers, and a watch for other processes.

Several servers may have the same file open. Each re-reads a log when `PRAGMA data_version` on its writing
connection says that somebody else has committed: there, unlike on an idle connection, one's own commits
don't count. On a network file system there is no write-ahead log: commits are slower there, and readers
wait for writers.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy.dialects.sqlite import dialect

from ..core.errors import RealtimeError, Unavailable
from ..core.log import Draft
from .commits import CommitListener, OutageListener
from .compiled import Compiler
from .filesystem import is_on_network
from .migrate import epoch_of, migrate
from .sql import SqlStore
from .units import Unit, Written
from .writer import Writer, run_unit

T = TypeVar("T")
# Device and inode: what a path leads to, whatever it is called.
FileId = tuple[int, int]

BUSY_TIMEOUT_SECONDS = 5.0
READERS = 2
# Two servers on one file: how soon one sees what the other has committed.
WATCH_SECONDS = 0.3

# How long to wait for readers before the write-ahead log is left as it is.
SCRUB_MILLISECONDS = 100

CACHE_KIB = 16 * 1024
CHECKPOINT_PAGES = 4000
_NETWORK = "The database lies on a network file system, where it is slow; keep it on a local disk."

# Additive changes keep the number, so that older and newer servers share a file.
DEFAULT_FILE_NAME = "realtime-v1.sqlite"


def connect(path: Path) -> sqlite3.Connection:
    """Open the file as every connection of ours does."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
    )
    journal = "DELETE" if is_on_network(path) else "WAL"
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is erased is overwritten with zeros; a log, to which things are added, pays nothing for it.
    connection.execute("PRAGMA secure_delete = ON")
    # Keys of publishes are scattered over their index: keep its pages, and write them back less often.
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


class SqliteStore(SqlStore):
    """The port `Store` on a SQLite file; make one with `await SqliteStore.open(path)`."""

    def __init__(self, path: Path, file: FileId | None, epoch: str) -> None:
        super().__init__(epoch)
        self.path = path
        # From before anything of it was read: a file that is replaced from then on is noticed.
        self._file = file
        self._loop = asyncio.get_running_loop()
        connection = connect(path)
        # Likewise: what another server commits from then on is growth, however late the first look is.
        self._seen = _version_of(connection)
        self._writer = Writer(
            connection, _compiler(), self._loop, is_replaced=lambda: self.is_replaced
        )
        self.weakness = _NETWORK if is_on_network(path) else None
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="realtime-read")
        self._growth: list[Callable[[], None]] = []
        self._outage: list[OutageListener] = []
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: Path) -> SqliteStore:
        """Open the file, or make it, and bring it to this version's shape.

        Raises
        ------
        Unavailable
            If the file can't be opened; says why and what to do.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file, epoch = await asyncio.to_thread(_prepare, path)
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(
                f"The database {path} can't be opened: {error}. Check that the folder is writable "
                "and the disk is not full, or set RealtimeConfig.store_url to another file."
            ) from error
        return cls(path, file, epoch)

    def on_commit(self, listener: CommitListener) -> None:
        """Have each committed batch told, in commit order."""
        self._writer.on_commit(listener)

    def on_growth(self, listener: Callable[[], None]) -> None:
        """Have it told when the logs may have grown by another process."""
        self._growth.append(listener)
        if self._watching is None:
            self._watching = self._loop.create_task(self._watch())

    def on_outage(self, listener: OutageListener) -> None:
        """Have it told when something could not be written."""
        self._outage.append(listener)
        self._writer.on_outage(listener)

    @property
    def is_replaced(self) -> bool:
        """Whether another file lies at the path, or none."""
        return _file_at(self.path) != self._file

    async def write(self, unit: Unit[Written[T]]) -> T:
        """Run a unit in the next commit."""
        return await self._writer.write(unit)

    def append(self, draft: Draft) -> asyncio.Future[int]:
        """Append one event in the next commit."""
        return self._writer.append(draft)

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit on one picture of the database."""
        try:
            return await self._loop.run_in_executor(self._readers, self._read, unit)
        except sqlite3.Error as error:
            raise Unavailable(f"The database can't be read: {error}.", retry_after=1.0) from error

    def _read(self, unit: Unit[T]) -> T:
        connection, compiler = self._reader()
        connection.execute("BEGIN")
        try:
            return run_unit(connection, compiler, unit)
        finally:
            connection.execute("ROLLBACK")

    def _reader(self) -> tuple[sqlite3.Connection, Compiler]:
        mine: tuple[sqlite3.Connection, Compiler] | None = getattr(self._local, "mine", None)
        if mine is None:
            mine = self._local.mine = (connect(self.path), _compiler())
            self._connections.append(mine[0])
            if self.is_replaced:
                raise sqlite3.OperationalError("its file was replaced or deleted")
        return mine

    async def scrub(self) -> None:
        """Empty the write-ahead log, where older pages still stand, unless somebody reads it just now."""
        with contextlib.suppress(sqlite3.Error):
            await asyncio.to_thread(_truncate_log, self.path)

    async def _watch(self) -> None:
        while True:
            if self.is_replaced:
                _tell(self._outage)
            # A file that is gone or locked for a moment must not end the watch.
            with contextlib.suppress(RealtimeError):
                version = await self._writer.foreign_version()
                grown = self._seen not in (None, version)
                self._seen = version
                if grown:
                    _tell(self._growth)
            await asyncio.sleep(WATCH_SECONDS)

    async def close(self) -> None:
        """Write what is queued and close the file."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        await self._writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._connections:
            connection.close()


def _compiler() -> Compiler:
    return Compiler(dialect(paramstyle="named"), dialect(paramstyle="qmark"))


def _prepare(path: Path) -> tuple[FileId | None, str]:
    path.touch(mode=0o600)
    file = _file_at(path)
    connect(path).close()
    path.chmod(0o600)
    migrate(path)
    connection = connect(path)
    try:
        return file, epoch_of(connection)
    finally:
        connection.close()


def _tell(listeners: list[Callable[[], None]]) -> None:
    for listener in listeners:
        listener()


def _file_at(path: Path) -> FileId | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _version_of(connection: sqlite3.Connection) -> int | None:
    """Read what changes when another connection has written; None while the file is locked."""
    try:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.Error:
        return None


def _truncate_log(path: Path) -> None:
    connection = connect(path)
    try:
        # Writers wait for as long as we do.
        connection.execute(f"PRAGMA busy_timeout = {SCRUB_MILLISECONDS}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
