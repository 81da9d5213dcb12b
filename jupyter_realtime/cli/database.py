"""What commands do with a database: the one that a server with the same settings would open."""

from __future__ import annotations

from pathlib import Path

from jupyter_core.application import JupyterApp
from traitlets.config import Config

from ..server.config import RealtimeConfig
from ..stores.backup import back_up, restore

__all__ = ["back_up", "database", "restore", "settings"]


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


def settings(store_url: str | None) -> RealtimeConfig:
    """Read the settings of a server; a URL takes the place of theirs."""
    config = RealtimeConfig(config=_Settings().load())
    if store_url is not None:
        config.store_url = store_url
    return config
