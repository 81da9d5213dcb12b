"""A PostgreSQL database, whose driver not everybody has: it is imported only where somebody names one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ..core.errors import Unavailable
from ..ports import Store


@contextlib.contextmanager
def _driver() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise Unavailable(
            "RealtimeConfig.store_url names a PostgreSQL database, whose driver is not installed: "
            "pip install 'jupyter_realtime[hub]'."
        ) from error


async def open_postgres(url: str) -> Store:
    """Open a PostgreSQL database.

    Raises
    ------
    Unavailable
        If that can't be done; says why and what to do.
    """
    with _driver():
        from .postgres import PostgresStore
    return await PostgresStore.open(url)


async def revision_of_postgres(url: str) -> str | None:
    """Read a database's revision, None for a new one.

    Raises
    ------
    Unavailable
        If it can't be asked; says why and what to do.
    """
    with _driver():
        from .postgres import revision_at
    return await revision_at(url)
