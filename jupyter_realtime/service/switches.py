"""A project's own switch: `enabled = false` in its `.jupyter-realtime.toml` turns everything off.

The file is written by people, with whatever they have at hand. One that can't be understood turns the
project off too, and says why: who meant "off" and slipped must not find out that everything ran on.
"""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MARKER = ".jupyter-realtime.toml"
MAX_MARKER_BYTES = 64 * 1024

Signature = tuple[int, int, int]


class Switches:
    """Reads the markers, each again only when its file is another one."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[Signature | None, str | None]] = {}

    async def off(self, root: Path) -> str | None:
        """Tell why the marker in a project's folder turns it off; None if it doesn't."""
        return await asyncio.to_thread(self._off, root)

    def _off(self, root: Path) -> str | None:
        marker = root / MARKER
        signature = _signature(marker)
        seen = self._seen.get(root)
        if seen is None or seen[0] != signature:
            seen = self._seen[root] = signature, None if signature is None else _read(marker)
        return seen[1]


def _signature(marker: Path) -> Signature | None:
    """Tell one content of a file from the next; None for no file (a pipe would never end)."""
    try:
        status = marker.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(marker: Path) -> str | None:
    try:
        settings = _settings(marker)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        return f"This project is off, because its {MARKER} can't be read: {error}. Mend the file."
    enabled = settings.get("enabled", True)
    if enabled is True:
        return None
    if enabled is False:
        return f"This project is off: its {MARKER} says enabled = false."
    return f"This project is off, because `enabled` in its {MARKER} is neither true nor false."


def _settings(marker: Path) -> dict[str, Any]:
    """Read the file, as far as a file that people write goes."""
    with marker.open("rb") as file:
        content = file.read(MAX_MARKER_BYTES + 1)
    if len(content) > MAX_MARKER_BYTES:
        raise ValueError(f"it has more than {MAX_MARKER_BYTES} bytes")
    return tomllib.loads(content.decode())
