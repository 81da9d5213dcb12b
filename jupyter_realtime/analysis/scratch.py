"""Private folders for runs, and the removal of those that a killed server has left."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

_PREFIX = "jupyter-realtime-"


def make_scratch(parent: Path | None = None) -> Path:
    """Make a folder that only its owner can enter, and remove what dead processes have left."""
    where = parent or Path(tempfile.gettempdir())
    _sweep(where)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=where))


def remove(folder: Path) -> None:
    """Remove a folder, read-only files too."""
    if folder.exists():
        _make_writable(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _make_writable(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(path).chmod(stat.S_IRWXU)


def _sweep(where: Path) -> None:
    with contextlib.suppress(OSError):
        for folder in where.glob(f"{_PREFIX}*-*"):
            pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
            if pid.isdigit() and not _is_alive(int(pid)) and _is_ours(folder):
                remove(folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_ours(folder: Path) -> bool:
    info = folder.lstat()
    return stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid()
