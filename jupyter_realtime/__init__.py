"""The real-time layer of Jupyter.

The names here load on first use, so that importing the package costs a kernel next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .client.aio import AsyncRealtime
    from .client.blocking import Realtime
    from .client.progress import Cancelled
    from .client.sources import Finding

__all__ = ["AsyncRealtime", "Cancelled", "Finding", "Realtime", "__version__"]

_LAZY = {
    "AsyncRealtime": "jupyter_realtime.client.aio",
    "Cancelled": "jupyter_realtime.client.progress",
    "Finding": "jupyter_realtime.client.sources",
    "Realtime": "jupyter_realtime.client.blocking",
    # Jupyter's server looks these up by name on the package.
    "_jupyter_server_extension_points": "jupyter_realtime.server.extension",
    "_jupyter_labextension_paths": "jupyter_realtime.server.extension",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(module), name)
