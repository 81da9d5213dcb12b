"""Reading what strangers wrote: regular files only, never more than asked for, never a wait."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ...core.issues import Severity

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class LeftOut(Exception):
    """A file can't be analysed at all; says why in words for people."""

    def __init__(
        self, rule: str, message: str, *, severity: Severity = "medium", line: int = 1
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.severity = severity
        self.line = line


def read_regular(path: Path, limit_bytes: int) -> bytes:
    """Read a regular file whole, where no link is followed and no pipe is waited for."""
    try:
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise LeftOut("unreadable", f"This file can't be read: {_reason(error)}.") from error
    try:
        return _read_open(handle, limit_bytes)
    except OSError as error:
        raise LeftOut("unreadable", f"This file can't be read: {_reason(error)}.") from error
    finally:
        os.close(handle)


def read_inside(root: Path, path: Path, limit_bytes: int) -> bytes:
    """Read a regular file of a project; a link that leads out of it is not followed."""
    try:
        real = path.resolve()
        is_inside = real.is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:  # Links that lead to themselves.
        raise LeftOut("unreadable", f"This file can't be read: {_reason(error)}.") from error
    if not is_inside:
        raise LeftOut("outside", "This link leads out of the project, so it is not followed.")
    return read_regular(real, limit_bytes)


def _read_open(handle: int, limit_bytes: int) -> bytes:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise LeftOut("not-a-file", "This is not a regular file, so it is not opened.")
    with os.fdopen(os.dup(handle), "rb") as file:
        # One more than allowed: the file may grow while it is read.
        data = file.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        size = max(status.st_size, len(data)) / 1e6
        limit = limit_bytes / 1e6
        raise LeftOut(
            "too-large", f"This file has {size:.1f} MB; up to {limit:.0f} MB are analysed."
        )
    return data


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
