"""What is PostgreSQL's own: servers that start, die and write at once, and a database that goes away."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from asyncpg.transaction import Transaction
from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from jupyter_realtime.core.actors import SYSTEM_ACTOR
from jupyter_realtime.core.codec import encode
from jupyter_realtime.core.errors import BadRequest, Conflict, Unavailable
from jupyter_realtime.stores import migrate_postgres, postgres_writer
from jupyter_realtime.stores import postgres as store_of_postgres
from jupyter_realtime.stores.opening import open_postgres, revision_of_postgres
from jupyter_realtime.stores.postgres import SCHEMA, SESSION, PostgresStore
from jupyter_realtime.stores.postgres_writer import WRITERS_LOCK
from jupyter_realtime.stores.tables import event, metadata, room
from jupyter_realtime.stores.units import Unit, Written
from tests.builders import draft, eventually
from tests.databases import OpenPostgres
from tests.postgres import Postgres, postgres

ROOM = "project:p"


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """A server that a test may stop."""
    with postgres() as server:
        yield server


async def seqs(store: PostgresStore) -> list[int]:
    return [event.seq for event in (await store.log.page(ROOM, 0, 500)).events]


async def test_O10_servers_that_start_at_once_migrate_once(own_server: Postgres) -> None:
    stores = await asyncio.gather(*(PostgresStore.open(own_server.url()) for _ in range(5)))
    assert len({store.log.epoch for store in stores}) == 1
    positions = await asyncio.gather(*(store.log.append(draft(ROOM)) for store in stores))
    assert sorted(position.seq for position in positions) == [1, 2, 3, 4, 5]
    await asyncio.gather(*(store.close() for store in stores))


async def test_O10_migrations_make_the_tables_and_indexes_that_the_code_names(
    own_server: Postgres,
) -> None:
    await (await PostgresStore.open(own_server.url())).close()
    url = own_server.url().replace("postgresql://", "postgresql+asyncpg://")
    settings = {"server_settings": {"search_path": SCHEMA}}
    engine = create_async_engine(url, connect_args=settings, poolclass=NullPool)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection)
        return [one for one in compare_metadata(context, metadata) if "alembic" not in str(one)]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_O10_what_a_newer_server_has_brought_further_is_left_as_it_is(
    open_postgres: OpenPostgres, postgres_server: Postgres
) -> None:
    store = await open_postgres()
    await store.log.append(draft(ROOM))
    await store.close()
    connection = await asyncpg.connect(postgres_server.url())
    was = await connection.fetchval(f"SELECT version_num FROM {SCHEMA}.alembic_version")
    await connection.execute(f"UPDATE {SCHEMA}.alembic_version SET version_num = '9999'")
    try:
        again = await open_postgres()
        assert await seqs(again) == [1]
        await again.close()
        now = await connection.fetchval(f"SELECT version_num FROM {SCHEMA}.alembic_version")
        assert now == "9999"
    finally:
        await connection.execute(f"UPDATE {SCHEMA}.alembic_version SET version_num = $1", was)
        await connection.close()


async def test_L1_L3_servers_that_write_at_once_leave_no_hole_and_share_keys(
    open_postgres: OpenPostgres,
) -> None:
    stores = [await open_postgres() for _ in range(3)]
    told: list[list[int]] = [[] for _ in stores]
    for store, heard in zip(stores, told, strict=True):
        store.on_commit(lambda events, heard=heard: heard.extend(e.seq for e in events))  # type: ignore[misc]
    positions = await asyncio.gather(
        *(
            store.log.append(draft(ROOM, number, key=str(number % 40)))
            for number in range(40)
            for store in stores
        )
    )
    assert sorted({position.seq for position in positions}) == list(range(1, 41))
    assert await seqs(stores[0]) == list(range(1, 41))
    assert sorted(seq for heard in told for seq in heard) == list(range(1, 41)), "each told once"
    with pytest.raises(Conflict):
        await stores[1].log.append(draft(ROOM, "other", key="7"))
    await asyncio.gather(*(store.close() for store in stores))


async def test_L6_other_servers_hear_of_a_commit_also_after_their_connection_was_cut(
    open_postgres: OpenPostgres, postgres_server: Postgres
) -> None:
    here, there = await open_postgres(), await open_postgres()
    grown = asyncio.Event()
    there.on_growth(grown.set)
    await here.log.append(draft(ROOM))
    await asyncio.wait_for(grown.wait(), 5)
    grown.clear()
    connection = await asyncpg.connect(postgres_server.url())
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
        SESSION["application_name"],
    )
    await connection.close()
    # Whoever listens again looks at everything: something may have been missed.
    await asyncio.wait_for(grown.wait(), 10)
    grown.clear()
    await here.log.append(draft(ROOM))
    await asyncio.wait_for(grown.wait(), 5)
    await asyncio.gather(here.close(), there.close())


async def test_O11_while_the_database_is_down_writers_are_told_so_and_nothing_acknowledged_is_lost(
    own_server: Postgres,
) -> None:
    store = await PostgresStore.open(own_server.url())
    outages: list[None] = []
    store.on_outage(lambda: outages.append(None))
    kept = {(await store.log.append(draft(ROOM, key="first"))).seq}
    # As if its machine went down: while somebody writes.
    writing = [asyncio.ensure_future(store.log.append(draft(ROOM))) for _ in range(200)]
    await asyncio.wait(writing, return_when=asyncio.FIRST_COMPLETED)
    own_server.stop(signal.SIGQUIT)
    for done in await asyncio.gather(*writing, return_exceptions=True):
        if isinstance(done, BaseException):
            assert isinstance(done, Unavailable) and done.retry_after, done
        else:
            kept.add(done.seq)
    with pytest.raises(Unavailable) as refused:
        await store.log.append(draft(ROOM))
    assert "secret" not in refused.value.message
    with pytest.raises(Unavailable):
        await store.log.page(ROOM, 0, 10)
    assert outages
    own_server.start()

    async def is_back() -> bool:
        try:
            await store.log.append(draft(ROOM, key="after"))
        except Unavailable:
            return False
        return True

    await eventually(is_back, within_seconds=20)
    there = await seqs(store)
    assert kept <= set(there)
    assert there == list(range(1, len(there) + 1))
    assert (await store.log.append(draft(ROOM, key="first"))).seq == 1
    await store.close()


async def test_O11_a_database_that_says_nothing_is_waited_for_and_no_longer(
    own_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_of_postgres, "ANSWER_WITHIN_SECONDS", 1.0)
    monkeypatch.setattr(store_of_postgres, "CONNECT_WITHIN_SECONDS", 1.0)
    store = await PostgresStore.open(own_server.url())
    await store.log.append(draft(ROOM))
    assert await seqs(store) == [1]
    own_server.freeze()
    answers = await asyncio.wait_for(
        asyncio.gather(
            *(store.log.append(draft(ROOM)) for _ in range(3)),
            *(store.log.page(ROOM, 0, 10) for _ in range(6)),
            return_exceptions=True,
        ),
        20,
    )
    assert {type(one) for one in answers} == {Unavailable}
    own_server.thaw()

    async def is_back() -> bool:
        try:
            await store.log.append(draft(ROOM, key="after"))
            return bool(await seqs(store))
        except Unavailable:
            return False

    await eventually(is_back, within_seconds=20)
    assert await seqs(store) == list(range(1, len(await seqs(store)) + 1))
    await store.close()


async def test_O11_a_commit_whose_answer_is_lost_is_heard_of_here_too(
    open_postgres: OpenPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_postgres()
    told: list[int] = []
    grown: list[int] = []
    store.on_commit(lambda events: told.extend(event.seq for event in events))
    store.on_growth(lambda: grown.append(len(told)))
    await store.log.append(draft(ROOM))
    leave = Transaction.__aexit__

    async def cut(transaction: Transaction, *how: object) -> None:
        await leave(transaction, *how)
        if not transaction._nested:
            monkeypatch.setattr(Transaction, "__aexit__", leave)
            raise ConnectionResetError("The answer was lost.")

    monkeypatch.setattr(Transaction, "__aexit__", cut)
    with pytest.raises(Unavailable, match="may have been kept"):
        await store.log.append(draft(ROOM, key="once"))
    assert (await store.log.append(draft(ROOM, key="once"))).seq == 2
    assert (told, grown) == ([1], [1]), "it was told by nobody, so everybody looks"
    assert await seqs(store) == [1, 2]
    await store.close()


async def test_O11_a_deadlock_is_no_mistake_of_the_writers(
    open_postgres: OpenPostgres, postgres_server: Postgres
) -> None:
    store = await open_postgres()
    await store.log.append(draft(ROOM))
    other = await asyncpg.connect(postgres_server.url(), server_settings=SESSION)

    def crosswise() -> Unit[Written[None]]:
        yield select(room).with_for_update(), {}
        yield select(event).with_for_update(), {}
        return Written(None)

    async with other.transaction():
        await other.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
        writing = asyncio.ensure_future(store.write(crosswise()))
        await asyncio.sleep(0.3)
        # One of the two is chosen by the database to give way.
        await asyncio.gather(
            other.execute("LOCK TABLE room IN ACCESS EXCLUSIVE MODE"), return_exceptions=True
        )
        done = (await asyncio.gather(writing, return_exceptions=True))[0]
        assert done is None or isinstance(done, Unavailable), done
    await other.close()
    await store.close()


async def test_E4_what_the_database_does_not_take_is_a_bad_request(
    open_postgres: OpenPostgres,
) -> None:
    store = await open_postgres()
    with pytest.raises(BadRequest):
        await store.log.page("project:\0", 0, 10)
    with pytest.raises(BadRequest):
        await store.log.append(draft("project:\0"))
    assert await store.analyses.issues("nothing", 2**40, 10) == []
    assert (await store.log.append(draft(ROOM))).seq == 1
    await store.close()


async def test_O12_a_server_that_hangs_while_it_writes_holds_nobody_up_for_long(
    open_postgres: OpenPostgres, postgres_server: Postgres
) -> None:
    store = await open_postgres()
    hung = await asyncpg.connect(postgres_server.url(), server_settings=SESSION)
    transaction = hung.transaction()
    await transaction.start()
    await hung.execute("SELECT pg_advisory_xact_lock($1)", WRITERS_LOCK)
    # It says nothing more, as a process that was stopped: the database ends its session.
    position = await asyncio.wait_for(store.log.append(draft(ROOM)), 9)
    assert position.seq == 1
    hung.terminate()
    await store.close()


async def test_O5_a_database_that_was_restored_is_left(
    open_postgres: OpenPostgres, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_of_postgres, "LOOK_EVERY_SECONDS", 0.05)
    idle, store = await open_postgres(), await open_postgres()
    await store.log.append(draft(ROOM))
    connection = await asyncpg.connect(postgres_server.url())
    await connection.execute(f"UPDATE {SCHEMA}.meta SET value = 'another' WHERE name = 'epoch'")
    await connection.close()
    with pytest.raises(Unavailable, match="restored or replaced"):
        await store.log.append(draft(ROOM))
    assert store.is_replaced

    async def has_noticed() -> bool:
        return idle.is_replaced

    await eventually(has_noticed)
    await asyncio.gather(idle.close(), store.close())


async def test_O5_a_restore_while_a_writer_waits_is_noticed_before_it_writes(
    open_postgres: OpenPostgres, postgres_server: Postgres
) -> None:
    store = await open_postgres()
    await store.log.append(draft(ROOM))
    other = await asyncpg.connect(postgres_server.url())
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock($1)", WRITERS_LOCK)
        waiting = store.log.submit(draft(ROOM))

        async def waits() -> bool:
            asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            return await other.fetchval(asked) == 1

        await eventually(waits)
        await other.execute(f"UPDATE {SCHEMA}.meta SET value = 'another' WHERE name = 'epoch'")
    with pytest.raises(Unavailable, match="restored or replaced"):
        await waiting
    await other.close()
    await store.close()


async def test_O5_a_database_that_was_emptied_is_left(
    own_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_of_postgres, "LOOK_EVERY_SECONDS", 0.05)
    idle, store = [await PostgresStore.open(own_server.url()) for _ in range(2)]
    connection = await asyncpg.connect(own_server.url())
    await connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    await connection.close()
    with pytest.raises(Unavailable, match="restored or replaced"):
        await store.log.append(draft(ROOM))

    async def has_noticed() -> bool:
        return idle.is_replaced

    await eventually(has_noticed)
    again = await PostgresStore.open(own_server.url())
    assert again.log.epoch != store.log.epoch
    await asyncio.gather(idle.close(), store.close(), again.close())


async def test_O11_what_is_queued_when_a_store_closes_is_written_or_refused(
    open_postgres: OpenPostgres, monkeypatch: pytest.MonkeyPatch, postgres_server: Postgres
) -> None:
    store = await open_postgres()
    queued = [store.log.submit(draft(ROOM)) for _ in range(50)]
    await store.close()
    assert sorted(await asyncio.gather(*queued)) == list(range(1, 51))
    with pytest.raises(Unavailable, match="closed"):
        store.log.submit(draft(ROOM))
    # Where the database does not let it go on, those who wait are answered all the same.
    monkeypatch.setattr(postgres_writer, "CLOSE_WITHIN_SECONDS", 0.2)
    store = await PostgresStore.open(postgres_server.url())
    other = await asyncpg.connect(postgres_server.url())
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock($1)", WRITERS_LOCK)
        waiting = store.log.submit(draft(ROOM))
        await asyncio.sleep(0)
        await store.close()
        with pytest.raises(Unavailable, match="closed"):
            await waiting
    await other.close()


async def test_O10_a_database_that_cant_be_opened_says_why_without_its_password() -> None:
    with pytest.raises(Unavailable) as refused:
        await PostgresStore.open("postgresql://realtime:secret@127.0.0.1:1/nowhere")
    assert "store_url" in refused.value.message
    assert "secret" not in refused.value.message
    for password in ("se#cret", "se/cret", "se?cret", "se℀cret", "se[cret"):
        with pytest.raises(Unavailable) as refused:
            await PostgresStore.open(f"postgresql://realtime:{password}@127.0.0.1:1/nowhere")
        assert "store_url" in refused.value.message
        assert "se" + "cret" not in refused.value.message and "cret" not in refused.value.message


async def test_O10_who_may_not_make_a_schema_is_told_so_and_leaves_nothing_open(
    own_server: Postgres,
) -> None:
    connection = await asyncpg.connect(own_server.url())
    await connection.execute("CREATE ROLE guest LOGIN")
    url = own_server.url().replace("realtime:secret", "guest")
    for _ in range(3):
        with pytest.raises(Unavailable, match="may create a schema"):
            await PostgresStore.open(url)

    async def is_gone() -> bool:
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'guest'"
        return await connection.fetchval(sessions) == 0

    await eventually(is_gone)
    # Where everything is there, it needs to make nothing.
    await (await PostgresStore.open(own_server.url())).close()
    await connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO guest")
    rights = "SELECT, INSERT, UPDATE, DELETE"
    await connection.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA {SCHEMA} TO guest")
    await connection.close()
    store = await PostgresStore.open(url)
    assert (await store.log.append(draft(ROOM))).seq == 1
    await store.close()


async def test_O10_where_the_driver_is_missing_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jupyter_realtime.stores.postgres", None)
    for ask in (open_postgres, revision_of_postgres):
        with pytest.raises(Unavailable, match=r"pip install 'jupyter_realtime\[hub\]'"):
            await ask("postgresql://realtime:secret@127.0.0.1/x")


async def test_O10_what_was_written_in_an_older_shape_is_there_in_the_newest(
    own_server: Postgres,
) -> None:
    await migrate_postgres.run_migrations(own_server.url(), SCHEMA, "0001")
    connection = await asyncpg.connect(own_server.url())
    await connection.execute(f"SET search_path = {SCHEMA}")
    actor = encode(SYSTEM_ACTOR).decode()
    await connection.execute("INSERT INTO room VALUES ($1, 1, 'e', 0)", ROOM)
    await connection.execute(
        "INSERT INTO event VALUES ($1, 1, 'custom:x', 'e', 1, $2, '7')", ROOM, actor
    )
    await connection.close()
    store = await PostgresStore.open(own_server.url())
    [event] = (await store.log.page(ROOM, 0, 10)).events
    assert (event.id, bytes(event.data)) == ("e", b"7")
    assert (await store.log.append(draft(ROOM))).seq == 2
    await store.close()


async def test_O10_a_database_that_forgets_when_its_machine_goes_down_is_a_weakness(
    open_postgres: OpenPostgres,
) -> None:
    store = await open_postgres()
    assert store.weakness is not None and "fsync = on" in store.weakness
    await store.close()
