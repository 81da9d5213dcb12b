"""Fixtures that open stores: on a file, on PostgreSQL, or on each; import those that a suite needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from jupyter_realtime.stores.postgres import PostgresStore
from jupyter_realtime.stores.sql import SqlStore
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.postgres import Postgres, emptied, postgres

KINDS = ["sqlite", "postgres"]
OpenStore = Callable[[], Awaitable[SqlStore]]
OpenSqlite = Callable[[], Awaitable[SqliteStore]]
OpenPostgres = Callable[[], Awaitable[PostgresStore]]


@pytest.fixture
def open_sqlite(tmp_path: Path) -> OpenSqlite:
    """Open a store on this test's file; calling again opens a second one on the same file."""

    async def open_() -> SqliteStore:
        return await SqliteStore.open(tmp_path / "realtime.sqlite")

    return open_


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for all tests of a process."""
    with postgres() as server:
        yield server


@pytest.fixture
def open_postgres(postgres_server: Postgres) -> OpenPostgres:
    """Open a store on an empty database; calling again opens a second one on the same."""
    is_empty = False

    async def open_() -> PostgresStore:
        nonlocal is_empty
        if not is_empty:
            await emptied(postgres_server.url())
            is_empty = True
        return await PostgresStore.open(postgres_server.url())

    return open_


@pytest.fixture(params=KINDS)
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Open a store of each kind."""
    opens: OpenStore = request.getfixturevalue(f"open_{request.param}")
    return opens
