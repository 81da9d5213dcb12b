"""The files in which running Jupyter servers say where they are.

They lie in a folder that other people may be able to write to, and a dead server leaves its file
behind. So only a regular file counts that belongs to this user and that no one else can write to, with
the right shape, of a process that lives.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import msgspec

from ..core.errors import BadRequest
from .address import Server

MAX_FILE_BYTES = 64 * 1024
_NAME = re.compile(r"jpserver-(\d{1,10})\.json")


class RuntimeFile(msgspec.Struct, frozen=True, kw_only=True):
    """What we read of a server's file."""

    pid: int
    url: str
    root_dir: str
    token: str = ""
    sock: str = ""
    hostname: str = ""
    base_url: str = "/"
    port: int = 0


def servers(folder: Path) -> list[Server]:
    """List the servers that run, as far as their files can be trusted."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
    pids = (int(match[1]) for match in map(_NAME.fullmatch, names) if match)
    return [server for pid in pids if (server := server_of(folder, pid)) is not None]


def server_of(folder: Path, pid: int) -> Server | None:
    """Find the server that is a certain process; None if its file is missing or can't be trusted."""
    path = folder / f"jpserver-{pid}.json"
    body = _read(path)
    if body is None:
        return None
    try:
        said = msgspec.json.decode(body, type=RuntimeFile)
        if said.pid != pid or said.sock or not _is_alive(pid):
            return None
        return Server.at(_url(said) + "realtime/", said.token, said.root_dir, f"from {path}")
    except (msgspec.DecodeError, UnicodeError, RecursionError, BadRequest):
        return None


def _url(said: RuntimeFile) -> str:
    # A server that listens everywhere writes an address which is none to connect to.
    if said.hostname in ("0.0.0.0", "::") and said.port:
        scheme = said.url.partition(":")[0]
        return f"{scheme}://127.0.0.1:{said.port}{said.base_url.rstrip('/')}/"
    return said.url.rstrip("/") + "/"


def _read(path: Path) -> bytes | None:
    # Opened without following links and without waiting, then looked at: a name can change meanwhile.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or not _is_ours(about):
            return None
        body = file.read(MAX_FILE_BYTES + 1)
    return body if len(body) <= MAX_FILE_BYTES else None


def _is_ours(about: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    return about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # There os.kill would end the process instead of asking.
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return pid > 0
