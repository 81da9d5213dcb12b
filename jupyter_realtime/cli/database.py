"""What commands do with a database: the one that a server with the same settings would open."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_core.application import JupyterApp
from traitlets.config import Config

from ..server.config import RealtimeConfig
from ..server.runtime import open_store
from ..stores.backup import back_up, restore
from ..stores.migrate import REVISION
from ..stores.migrate import revision_of as revision_of_file
from ..stores.opening import revision_of_postgres

__all__ = ["NEWEST", "back_up", "database", "migrate", "restore", "revision_of", "settings"]

# The shape to which this version brings a database.
NEWEST = REVISION


class _Settings(JupyterApp):
    """Reads the files that a server reads its settings from."""

    name = "jupyter-realtime"
    # What `jupyter server` and an extension of our name read, the more particular last.
    _FILES = ("jupyter_server_config", "jupyter_jupyter_realtime_config")

    def load(self) -> Config:
        """Read them all."""
        for name in self._FILES:
            self.config_file_name = name
            self.load_config_file(suppress_errors=False)
        return self.config


def database(store_url: str | None) -> Path:
    """Find the file.

    Raises
    ------
    ValueError
        If the URL, or the one in the settings, names something else.
    """
    return settings(store_url).store_path


async def revision_of(config: RealtimeConfig) -> str | None:
    """Tell the shape of the database of a server with these settings; None where there is none.

    Raises
    ------
    RealtimeError
        If that can't be found out.
    """
    url = config.postgres_url
    if url is None:
        path = config.store_path
        return await asyncio.to_thread(revision_of_file, path) if path.is_file() else None
    return await revision_of_postgres(url)


async def migrate(config: RealtimeConfig) -> str | None:
    """Bring that database to this version's shape, as a server does that opens it; tells which it has now.

    Raises
    ------
    RealtimeError
        If that can't be done.
    """
    await (await open_store(config)).close()
    return await revision_of(config)


def settings(store_url: str | None) -> RealtimeConfig:
    """Read the settings of a server; a URL takes the place of theirs."""
    config = RealtimeConfig(config=_Settings().load())
    if store_url is not None:
        config.store_url = store_url
    return config
