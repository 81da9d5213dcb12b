"""Backups that are whole, and restores that clients notice."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from jupyter_realtime.core.errors import BadRequest, Conflict, NotFound, Unavailable
from jupyter_realtime.core.messages import Since
from jupyter_realtime.core.recovery import resume
from jupyter_realtime.ports import TokenRecord
from jupyter_realtime.stores import backup as backup_module
from jupyter_realtime.stores.backup import back_up, restore
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.builders import draft
from tests.databases import OpenSqlite


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def filled(path: Path, count: int = 3) -> None:
    store = await SqliteStore.open(path)
    for _ in range(count):
        await store.log.append(draft())
    await store.close()


async def test_O8_a_backup_taken_under_load_is_one_moment(
    open_sqlite: OpenSqlite, tmp_path: Path
) -> None:
    store = await open_sqlite()
    acknowledged = 0
    stop = threading.Event()

    async def load(room: str) -> None:
        nonlocal acknowledged
        while not stop.is_set():
            await store.log.append(draft(room, "x" * 500))
            acknowledged += 1

    loading = [asyncio.create_task(load(f"project:{n}")) for n in range(20)]
    for number in range(5):
        before = acknowledged
        target = tmp_path / f"backup-{number}"
        contents = await asyncio.to_thread(back_up, tmp_path / "realtime.sqlite", target)
        assert before <= contents.events <= acknowledged + len(loading)
        heads = rows(target, "SELECT r.seq, count(*), max(e.seq) FROM room r JOIN event e "
                             "ON e.room = r.name GROUP BY r.name")  # fmt: skip
        assert all(head == count == last for head, count, last in heads)
    stop.set()
    await asyncio.gather(*loading)
    await store.close()
    copies = {f"backup-{n}" for n in range(5)}
    assert names(tmp_path) == {"realtime.sqlite", *copies}, "one file each, and nothing left over"
    assert (tmp_path / "backup-0").stat().st_mode & 0o077 == 0


async def test_O8_after_a_restore_nobody_resumes_from_the_other_log(tmp_path: Path) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    await filled(path)
    back_up(path, target)
    store = await SqliteStore.open(path)
    (known,) = (await store.log.page("project:p", 1, 1)).events
    position = await store.log.append(draft())
    await store.close()
    done = restore(target, path)
    assert (done.contents.events, done.kept_revocations) == (3, True)
    assert done.aside is not None
    assert len(rows(done.aside, "SELECT * FROM event")) == 4, "what was there is kept"
    store = await SqliteStore.open(path)
    for since in (
        Since(epoch=position.epoch, seq=position.seq),
        Since(epoch=position.epoch, seq=2, id=known.id),
    ):
        page = await store.log.page("project:p", since.seq, 100)
        resumption = resume(since, page)
        assert resumption.recovered is False and not resumption.events
        assert resumption.position.seq == 3 and resumption.position.epoch != position.epoch
    assert (await store.log.append(draft())).seq == 4
    await store.close()


async def test_O8_each_restore_is_an_epoch_of_its_own(tmp_path: Path) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    await filled(path)
    back_up(path, target)
    epochs = set()
    for _ in range(3):
        epochs |= set(rows(path, "SELECT value FROM meta WHERE name = 'epoch'"))
        restore(target, path)
    epochs |= set(rows(path, "SELECT value FROM meta WHERE name = 'epoch'"))
    assert len(epochs) == 4


async def test_O8_nothing_is_restored_under_a_server(
    open_sqlite: OpenSqlite, tmp_path: Path
) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    await filled(path)
    back_up(path, target)
    store = await open_sqlite()
    await store.log.append(draft())
    with pytest.raises(Conflict, match="Stop it"):
        await asyncio.to_thread(restore, target, path)
    assert not store.is_replaced
    assert (await store.log.append(draft())).seq == 5, "it goes on undisturbed"
    await store.close()
    assert names(tmp_path) == {"realtime.sqlite", "backup"}
    assert restore(target, path).contents.events == 3


async def test_O8_a_server_that_starts_at_the_wrong_moment_notices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    await filled(path)
    back_up(path, target)
    starting: list[Future[int]] = []
    loop = asyncio.get_running_loop()
    put_aside = backup_module._put_aside

    async def start_a_server() -> int:
        store = await SqliteStore.open(path)
        try:
            return (await store.log.append(draft())).seq
        finally:
            await store.close()

    def put_aside_meanwhile(database: Path) -> Path | None:
        starting.append(asyncio.run_coroutine_threadsafe(start_a_server(), loop))
        return put_aside(database)

    monkeypatch.setattr(backup_module, "_put_aside", put_aside_meanwhile)
    await asyncio.to_thread(restore, target, path)
    try:
        acknowledged = await asyncio.wrap_future(starting[0])
    except Unavailable:
        acknowledged = 3
    store = await SqliteStore.open(path)
    assert (await store.log.position("project:p")).seq == acknowledged, "it is where it belongs"
    await store.close()


async def test_O8_a_damaged_database_is_replaced_and_kept(tmp_path: Path) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    await filled(path)
    back_up(path, target)
    path.write_bytes(b"this was a database once " * 400)
    path.with_name(path.name + "-wal").write_bytes(b"and this its log")
    done = restore(target, path)
    assert done.aside is not None and done.aside.read_bytes().startswith(b"this was")
    assert names(tmp_path) == {path.name, "backup", done.aside.name}, "no log of another file"
    assert not done.kept_revocations
    store = await SqliteStore.open(path)
    assert (await store.log.position("project:p")).seq == 3
    await store.close()


async def test_O8_a_lost_database_comes_back(tmp_path: Path) -> None:
    path, target = tmp_path / "data" / "realtime.sqlite", tmp_path / "backup"
    await filled(tmp_path / "old.sqlite")
    back_up(tmp_path / "old.sqlite", target)
    done = restore(target, path)
    assert (done.aside, done.kept_revocations) == (None, True)
    assert path.stat().st_mode & 0o077 == 0
    await filled(path, 1)


async def test_O8_a_token_that_was_revoked_after_the_backup_stays_revoked(tmp_path: Path) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    store = await SqliteStore.open(path)

    async def mint(token_id: str) -> None:
        await store.credentials.mint(
            TokenRecord(
                id=token_id, owner="ana", label="CI", scopes=None, created_ms=0, expires_ms=2**50
            )
        )

    for token_id in ("in the backup", "valid"):
        await mint(token_id)
    await asyncio.to_thread(back_up, path, target)
    await mint("made after the backup")
    for token_id in ("in the backup", "made after the backup"):
        await store.credentials.revoke(token_id, "ana", 1)
    await store.close()
    restore(target, path)
    store = await SqliteStore.open(path)
    assert await store.credentials.revoked(2) == {"in the backup", "made after the backup"}
    await store.close()


@pytest.mark.parametrize("damage", ["none of ours", "no database", "empty", "torn"])
async def test_O8_what_is_no_whole_backup_is_refused(tmp_path: Path, damage: str) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    await filled(path, 400)
    if damage == "none of ours":
        connection = sqlite3.connect(target)
        connection.execute("CREATE TABLE recipe (name)")
        connection.close()
    else:
        back_up(path, target)
        whole = target.read_bytes()
        middle = len(whole) // 2
        target.write_bytes(
            {
                "no database": b"not a database " * 1000,
                "empty": b"",
                "torn": whole[:middle] + os.urandom(4096) + whole[middle + 4096 :],
            }[damage]
        )
    before = path.read_bytes()
    with pytest.raises(BadRequest, match="backup"):
        restore(target, path)
    assert path.read_bytes() == before
    assert names(tmp_path) == {"realtime.sqlite", "backup"}


async def test_O8_a_backup_never_takes_anothers_place_unasked(tmp_path: Path) -> None:
    path, target = tmp_path / "realtime.sqlite", tmp_path / "backup"
    with pytest.raises(NotFound):
        back_up(path, target)
    assert not target.exists()
    await filled(path)
    target.write_text("precious")
    with pytest.raises(Conflict):
        back_up(path, target)
    assert target.read_text() == "precious"
    assert back_up(path, target, overwrite=True).events == 3
    with pytest.raises(NotFound):
        restore(tmp_path / "none", path)
    with pytest.raises(Conflict):
        restore(path, path)
