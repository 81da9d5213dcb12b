"""Which server a program belongs to.

In this order: what it was told; the environment, where the extension leaves an address and a token for
kernels and terminals; the server that started this kernel; the one server that shows the folder in
which we are. Never a guess: if several fit, the error lists them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ..core.errors import NotFound
from .address import Server
from .runtime_files import server_of, servers

URL = "JUPYTER_REALTIME_URL"
TOKEN = "JUPYTER_REALTIME_TOKEN"
ROOT = "JUPYTER_REALTIME_ROOT"
PARENT = "JPY_PARENT_PID"
_HERE = {"localhost", "127.0.0.1", "::1"}


class ServerNotFound(NotFound):
    """No server was found, or it isn't clear which; the message says what to do."""


def find_server(
    url: str | None = None,
    token: str | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    runtime_folder: Path | None = None,
    answers: Callable[[Server], bool] | None = None,
) -> Server:
    """Find the server that a program belongs to.

    Parameters
    ----------
    url
        The prefix of a server, if the program was told one.
    token
        What to show there.
    folder
        Where the program works; None: the current folder.
    answers
        Asks a server whether it offers jupyter_realtime (None: over HTTP); it decides where several fit.

    Raises
    ------
    ServerNotFound
        If there is none, or several fit.
    """
    if url is not None:
        known = token or (environment.get(TOKEN) if _same(url, environment.get(URL)) else None)
        return Server.at(url, known, _root_for(url, environment), "as given")
    if environment.get(URL):
        shown = token or environment.get(TOKEN)
        return Server.at(environment[URL], shown, environment.get(ROOT), f"from {URL}")
    runtime_folder = runtime_folder or _runtime_folder()
    parent = _parent(environment, runtime_folder)
    return parent or _around(folder or _current_folder(), servers(runtime_folder), answers)


def _same(url: str, other: str | None) -> bool:
    return other is not None and url.rstrip("/") == other.rstrip("/")


def _root_for(url: str, environment: Mapping[str, str]) -> str | None:
    return environment.get(ROOT) if _same(url, environment.get(URL)) else None


def as_its_owner(server: Server, *, runtime_folder: Path | None = None) -> Server:
    """Come as the person who started a server of this machine, rather than as a program of theirs.

    The token in its runtime file, which nobody else can read, says so. Elsewhere it stays as it is.
    """
    for other in servers(runtime_folder or _runtime_folder()):
        if other.token and _is_at(other.url, server.url):
            return other
    return server


def _is_at(url: str, other: str) -> bool:
    """Whether two addresses of this machine are one, whatever it calls itself."""
    one, two = urlsplit(url), urlsplit(other)
    is_here = one.hostname == two.hostname or {one.hostname, two.hostname} <= _HERE
    return is_here and (one.scheme, one.port, one.path) == (two.scheme, two.port, two.path)


def _parent(environment: Mapping[str, str], runtime_folder: Path) -> Server | None:
    pid = environment.get(PARENT, "")
    if not (pid.isascii() and pid.isdigit() and len(pid) <= 10):
        return None
    return server_of(runtime_folder, int(pid))


def _around(
    folder: Path, candidates: list[Server], answers: Callable[[Server], bool] | None
) -> Server:
    fitting = [server for server in candidates if server.holds(folder)]
    if len(fitting) > 1:
        answers = answers or _answers
        fitting = [server for server in fitting if answers(server)] or fitting
    if len(fitting) == 1:
        return fitting[0]
    raise ServerNotFound(_why_none(folder, fitting, candidates))


def _why_none(folder: Path, fitting: list[Server], candidates: list[Server]) -> str:
    choose = f"choose one with Realtime.connect(url, token), or set {URL} and {TOKEN}"
    if fitting:
        return f"Several servers show {folder}; {choose}:\n{_listing(fitting)}"
    if candidates:
        return (
            f"No running server shows {folder}. Start JupyterLab there, or {choose}:\n"
            f"{_listing(candidates)}"
        )
    return f"No Jupyter server is running here. Start JupyterLab in {folder}, or set {URL} and {TOKEN}."


def _listing(candidates: list[Server]) -> str:
    return "\n".join(f"  {server.url}  shows {server.root}" for server in candidates)


def _answers(server: Server) -> bool:
    from .rest import is_there

    return is_there(server)


def _runtime_folder() -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir())


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise ServerNotFound("The current folder is gone; change to one that exists.") from None
