from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jupyter_realtime.stores.sqlite import SqliteStore

OpenStore = Callable[[], Awaitable[SqliteStore]]


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Open a store on this test's file; calling again opens a second one on the same file."""

    async def open_() -> SqliteStore:
        return await SqliteStore.open(tmp_path / "realtime.sqlite")

    return open_
