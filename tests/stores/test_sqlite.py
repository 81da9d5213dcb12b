"""What only SQLite can do wrong: full disks, files that are no database, two who migrate at once."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from jupyter_realtime.core.errors import Unavailable
from jupyter_realtime.stores import migrate
from jupyter_realtime.stores.sqlite import SqliteStore
from jupyter_realtime.stores.tables import metadata
from tests.builders import draft
from tests.databases import OpenSqlite


async def test_L4_a_full_disk_gives_everybody_a_retryable_error_and_keeps_nothing(
    open_sqlite: OpenSqlite,
) -> None:
    store = await open_sqlite()
    await store.log.append(draft())
    writer = store._writer._connection
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    big = {"text": "x" * 30_000}
    results = await asyncio.gather(
        *(store.log.append(draft(data=big if n == 3 else n)) for n in range(6)),
        return_exceptions=True,
    )
    failed = [r for r in results if isinstance(r, BaseException)]
    assert failed and all(isinstance(r, Unavailable) and r.retryable for r in failed)
    kept = (await store.log.position("project:p")).seq
    assert kept == 1 + sum(not isinstance(r, BaseException) for r in results)
    writer.execute(f"PRAGMA max_page_count = {2**30}")
    assert (await store.log.append(draft(data=big))).seq == kept + 1, (
        "it goes on when there is room"
    )
    await store.close()


async def test_L2_a_file_that_is_no_database_is_refused_with_words(tmp_path: Path) -> None:
    path = tmp_path / "realtime.sqlite"
    path.write_bytes(b"this is not a database, but it is long enough to look like one" * 100)
    with pytest.raises(Unavailable, match="store_url"):
        await SqliteStore.open(path)
    assert path.read_bytes().startswith(b"this is not"), "and left alone"


async def test_L2_a_listener_that_fails_keeps_nobody_waiting(open_sqlite: OpenSqlite) -> None:
    store = await open_sqlite()

    def broken(_events: object) -> None:
        raise ZeroDivisionError

    heard: list[int] = []
    store.on_commit(broken)
    store.on_commit(lambda events: heard.extend(event.seq for event in events))
    assert (await asyncio.wait_for(store.log.append(draft()), 5)).seq == 1
    assert heard == [1]
    await store.close()


async def test_L4_a_database_that_is_locked_for_long_gives_a_retryable_error(
    open_sqlite: OpenSqlite, tmp_path: Path
) -> None:
    store = await open_sqlite()
    store._writer._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "realtime.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as caught:
        await store.log.append(draft())
    assert caught.value.retryable and caught.value.retry_after
    other.execute("ROLLBACK")
    other.close()
    assert (await store.log.append(draft())).seq == 1
    await store.close()


async def test_L2_servers_that_start_together_make_one_database(tmp_path: Path) -> None:
    path = tmp_path / "realtime.sqlite"
    stores = await asyncio.gather(*(SqliteStore.open(path) for _ in range(4)))
    epochs = {(await store.log.position("project:p")).epoch for store in stores}
    assert len(epochs) == 1
    await asyncio.gather(*(store.close() for store in stores))


async def test_L2_writing_to_a_closed_store_says_so(open_sqlite: OpenSqlite) -> None:
    store = await open_sqlite()
    await store.close()
    with pytest.raises(Unavailable, match="shutting down"):
        await store.log.append(draft())


async def test_L2_the_file_is_its_owners_only(open_sqlite: OpenSqlite, tmp_path: Path) -> None:
    store = await open_sqlite()
    assert (tmp_path / "realtime.sqlite").stat().st_mode & 0o077 == 0
    await store.close()


def test_L2_files_that_one_process_opens_at_once_are_all_brought_up_to_date(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.sqlite" for number in range(6)]
    with ThreadPoolExecutor(len(files)) as threads:
        list(threads.map(migrate.migrate, files))
    assert {migrate.revision_of(file) for file in files} == {migrate.REVISION}


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    migrated, created = tmp_path / "migrated.sqlite", tmp_path / "created.sqlite"
    sqlite3.connect(migrated).close()
    migrate.migrate(migrated)
    engine = create_engine(f"sqlite:///{created}", poolclass=NullPool)
    metadata.create_all(engine)
    engine.dispose()
    assert _columns(migrated) == _columns(created)


def test_a_file_of_a_newer_server_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite"
    migrate.migrate(file)
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    migrate.migrate(file)
    assert migrate.revision_of(file) == "9999"


def test_the_newest_migration_is_the_one_that_is_expected() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.REVISION


def _columns(path: Path) -> dict[str, object]:
    connection = sqlite3.connect(path)
    names = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row[0].startswith(("sqlite_", "alembic"))
    ]
    columns = {
        name: [tuple(row)[1:] for row in connection.execute(f"PRAGMA table_info({name})")]
        for name in names
    }
    connection.close()
    return columns
