"""Backup and restore of a database file.

Rules
-----
1. A backup is one file and one moment: what was acknowledged before it began is in it. Servers go on
   reading and writing meanwhile.
2. A file stands under its name only when it is whole: it is made beside, checked, and renamed.
3. What is restored gets a new epoch. Clients may have seen events that came after the backup; by the
   epoch they notice that the log is another one, and take a fresh snapshot.
4. Nothing is restored under a server that has the file open. What was there is kept beside.
5. A token that was revoked stays so, even if it was revoked after the backup.

Theory of operation
-------------------
Servers keep the file in WAL mode, and SQLite leaves that mode only for who is alone with the file. So
trying to leave it tells whether somebody else is there, and moves what the write-ahead log holds into the
file, which can then be put aside as one. On a network file system there is no such sign; there, as
wherever a server starts at the wrong moment, it notices that its file was replaced (`writer`, rule 5).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import BadRequest, Conflict, NotFound, Unavailable
from .migrate import begin_epoch, migrate, revision_of

_BUSY_SECONDS = 5.0
_IN_USE_SECONDS = 1.0
_SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Contents:
    """What a database holds, in numbers."""

    rooms: int
    events: int

    def __str__(self) -> str:
        return f"events: {self.events}, rooms: {self.rooms}"


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Parameters
    ----------
    aside
        Where the former file is, if there was one.
    kept_revocations
        False where the former file could not be read: tokens revoked since the backup are valid again.
    """

    contents: Contents
    aside: Path | None
    kept_revocations: bool


def back_up(database: Path, target: Path, *, overwrite: bool = False) -> Contents:
    """Copy a database into one file, also while servers use it.

    Raises
    ------
    NotFound
        If there is no database.
    Conflict
        If the target exists.
    BadRequest
        If the database is damaged; no copy is kept then.
    """
    if not database.is_file():
        raise NotFound(f"There is no database {database}.")
    if target.exists() and not overwrite:
        raise Conflict(f"{target} exists already; name another file.")
    with _draft_of(target) as draft:
        _copy(database, draft, "rw")
        contents = _check(draft, database)
        _publish(draft, target)
    return contents


def restore(backup: Path, database: Path) -> Restored:
    """Put a backup in a database's place, as a log of a new epoch.

    Raises
    ------
    NotFound, BadRequest
        If the backup is missing, damaged, or none of ours.
    Conflict
        If a server has the database open, or it is the backup itself.
    """
    if not backup.is_file():
        raise NotFound(f"There is no backup {backup}.")
    if database.exists() and backup.samefile(database):
        raise Conflict("The backup is the database itself.")
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _draft_of(database) as draft:
        _copy(backup, draft, "ro")
        contents = _check(draft, backup)
        migrate(draft)
        with _open(draft) as connection:
            begin_epoch(connection)
        with _alone_with(database) as former:
            has_kept = former is not None and _keep_revocations(former, draft)
            aside = _put_aside(database)
            _publish(draft, database)
    return Restored(contents, aside, has_kept or aside is None)


@contextlib.contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.draft")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        yield draft
    finally:
        for path in (draft, *_beside(draft)):
            path.unlink(missing_ok=True)


def _beside(database: Path) -> list[Path]:
    return [database.with_name(database.name + suffix) for suffix in _SIDE_FILES]


@contextlib.contextmanager
def _open(path: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _copy(source: Path, draft: Path, mode: str) -> None:
    """Copy in one step: in one read transaction, which nobody's commits can disturb."""
    try:
        with _open(source, mode) as original, _open(draft) as copy:
            original.backup(copy)
            # One file, without a write-ahead log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise BadRequest(f"{source} can't be read: {error}.") from error


def _check(draft: Path, source: Path) -> Contents:
    """Look whether a copy is whole, and ours."""
    if revision_of(draft) is None:
        raise BadRequest(f"{source} is no database of jupyter_realtime.")
    try:
        with _open(draft) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise BadRequest(f"{source} is damaged: {verdict}.")
            ((rooms,), (events,)) = (
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                for table in ("room", "event")
            )
    except sqlite3.DatabaseError as error:
        raise BadRequest(f"{source} is damaged: {error}.") from error
    return Contents(rooms, events)


@contextlib.contextmanager
def _alone_with(database: Path) -> Iterator[sqlite3.Connection | None]:
    """Keep every server from the file; None where there is no file, or none that can be read."""
    connection = _seize(database) if database.exists() else None
    try:
        yield connection
    finally:
        if connection is not None:
            connection.close()


def _seize(database: Path) -> sqlite3.Connection | None:
    connection = sqlite3.connect(database, timeout=_IN_USE_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" in str(error):
            raise Conflict(
                f"A server has {database} open. Stop it, restore, and start it again."
            ) from error
        raise Unavailable(f"{database} can't be replaced: {error}.") from error
    except sqlite3.DatabaseError:
        # So damaged that no server works with it: that may be why somebody restores.
        connection.close()
        return None
    return connection


def _keep_revocations(former: sqlite3.Connection, draft: Path) -> bool:
    """Take over the tokens that are revoked; False if they can't be read."""
    try:
        cursor = former.execute("SELECT * FROM token WHERE revoked_ms IS NOT NULL")
        revoked = cursor.fetchall()
    except sqlite3.DatabaseError:
        return False
    names = [column[0] for column in cursor.description]
    columns, places = ", ".join(names), ", ".join("?" * len(names))
    with _open(draft) as connection:
        connection.executemany(
            f"INSERT OR REPLACE INTO token ({columns}) VALUES ({places})", revoked
        )
    return True


def _put_aside(database: Path) -> Path | None:
    if not database.exists():
        return None
    now = time.strftime("%Y%m%d-%H%M%S")
    aside = database.with_name(f"{database.name}.before-restore-{now}-{secrets.token_hex(2)}")
    for path, suffix in zip(_beside(database), _SIDE_FILES, strict=True):
        if path.exists():
            path.rename(aside.with_name(aside.name + suffix))
    try:
        # Under both names, until the new file takes the old name: there is never none.
        os.link(database, aside)
    except OSError:
        database.rename(aside)
    return aside


def _publish(draft: Path, target: Path) -> None:
    """Give a whole file its name, which it has after a power cut too."""
    _sync(draft)
    draft.replace(target)
    with contextlib.suppress(OSError):
        # Windows opens no folders.
        _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
