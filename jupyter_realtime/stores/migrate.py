"""Bringing a database file to this version's shape.

Alembic costs a tenth of a second to import, so it is asked only when the file is not up to date.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The newest revision in `migrations/versions`; a test compares.
REVISION = "0013"
# Alembic keeps what it works on in globals of the process; a file keeps only other processes out.
ALEMBIC = threading.Lock()


def migrate(path: Path) -> None:
    """Bring the file up to date; servers that start together wait for one another.

    A file that a newer server has brought further is left as it is: within a major version of the schema
    (which is in the file's name) changes only add.
    """
    revision = revision_of(path)
    if revision is None or revision < REVISION:
        with ALEMBIC:
            _upgrade(path)


def revision_of(path: Path) -> str | None:
    """Read the revision of a file, None for a new one."""
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return str(row[0]) if row else None


def epoch_of(connection: sqlite3.Connection) -> str:
    """Read the epoch of this database's logs, and give a new database one."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING",
        (secrets.token_hex(6),),
    )
    row = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    return str(row[0])


def begin_epoch(connection: sqlite3.Connection) -> None:
    """Give a database another epoch: its logs are no longer those that clients know."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES ('epoch', ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (secrets.token_hex(6),),
    )


def _upgrade(path: Path) -> None:
    from sqlalchemy import URL, create_engine, event
    from sqlalchemy.pool import NullPool

    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)

    # Python's sqlite3 would begin too late to lock out a second server: we begin ourselves.
    @event.listens_for(engine, "connect")
    def _no_implicit_begin(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def upgrade(connection: Connection, until: str = "head") -> None:
    """Run the migrations that a database lacks, up to one of them, in a connection's transaction.

    Whoever calls it holds `ALEMBIC`.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, until)
