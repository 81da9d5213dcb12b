"""Bringing a PostgreSQL database to this version's shape.

Servers that start at once wait for one another, by an advisory lock: the first migrates, the others find it
done. Alembic and SQLAlchemy's engine are imported only where there is something to do.
"""

from __future__ import annotations

import asyncio
import secrets

import asyncpg

from .migrate import ALEMBIC, REVISION, upgrade
from .postgres_writer import WRITERS_LOCK, Connection

MIGRATION_LOCK = 0x6A727402
# How long to wait for another server that migrates.
MIGRATED_WITHIN_SECONDS = 3600.0


async def migrate(url: str, connection: Connection, schema: str) -> str:
    """Bring the database up to date, over a connection whose search path is the schema.

    A database that a newer server has brought further is left as it is: within a major version of the
    schema (which is in its name) changes only add.

    Returns
    -------
    str
        The epoch of its logs; a new database is given one.
    """
    await connection.execute("SET lock_timeout = 0")
    await connection.execute(
        "SELECT pg_advisory_lock($1)", MIGRATION_LOCK, timeout=MIGRATED_WITHIN_SECONDS
    )
    try:
        revision = await revision_of(connection)
        if revision is None or revision < REVISION:
            await asyncio.to_thread(_upgrade, url, schema)
        await connection.execute(
            "INSERT INTO meta (name, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING",
            secrets.token_hex(6),
        )
        return str(await connection.fetchval("SELECT value FROM meta WHERE name = 'epoch'"))
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", MIGRATION_LOCK)


async def revision_of(connection: Connection) -> str | None:
    """Read the revision of a database, None for a new one."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return found


def _upgrade(url: str, schema: str) -> None:
    from sqlalchemy.exc import DBAPIError

    try:
        with ALEMBIC:
            asyncio.run(run_migrations(url, schema))
    except DBAPIError as error:
        # The driver's own error, which says what is wrong, lies below two of SQLAlchemy's.
        cause = error.orig.__cause__ if error.orig is not None else None
        raise cause or asyncpg.InterfaceError(str(error.orig)) from error


async def run_migrations(url: str, schema: str, until: str = "head") -> None:
    """Run the migrations that a database lacks, up to one of them."""
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    async def connected() -> Connection:
        return await asyncpg.connect(url, server_settings={"search_path": schema})

    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=connected
    )
    try:
        async with engine.begin() as connection:
            # Nobody writes meanwhile: who holds locks on tables must not wait for one who migrates.
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
            await connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            await connection.run_sync(upgrade, until)
    finally:
        await engine.dispose()
