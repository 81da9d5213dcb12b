"""A database file that somebody moves away, or replaces, while a server has it open."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_realtime.core.errors import Unavailable
from tests.builders import draft
from tests.databases import OpenSqlite


@pytest.mark.parametrize("what_lies_there_now", ["nothing", "another file"])
async def test_L2_what_went_into_a_file_that_is_gone_is_not_acknowledged(
    open_sqlite: OpenSqlite, tmp_path: Path, what_lies_there_now: str
) -> None:
    store = await open_sqlite()
    path = tmp_path / "realtime.sqlite"
    await store.log.append(draft())
    assert not store.is_replaced
    path.rename(tmp_path / "aside.sqlite")
    if what_lies_there_now == "another file":
        path.write_bytes(b"")
    assert store.is_replaced
    with pytest.raises(Unavailable, match="replaced or deleted"):
        await store.log.append(draft())
    with pytest.raises(Unavailable):
        await store.probe()
    await store.close()


async def test_O5_an_idle_store_notices_it_too(open_sqlite: OpenSqlite, tmp_path: Path) -> None:
    store = await open_sqlite()
    noticed = asyncio.Event()
    store.on_outage(noticed.set)
    store.on_growth(lambda: None)
    (tmp_path / "realtime.sqlite").rename(tmp_path / "aside.sqlite")
    await asyncio.wait_for(noticed.wait(), 5)
    await store.close()


async def test_O2_an_outage_is_told_and_a_probe_that_works_is_silent(
    open_sqlite: OpenSqlite,
) -> None:
    store = await open_sqlite()
    told: list[bool] = []
    store.on_outage(lambda: told.append(True))
    await store.probe()
    assert not told
    writer = store._writer._connection
    writer.execute("PRAGMA query_only = ON")
    with pytest.raises(Unavailable):
        await store.probe()
    assert told == [True]
    writer.execute("PRAGMA query_only = OFF")
    await store.probe()
    await store.close()
