"""Where a server is and how it knows us."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ..core.errors import BadRequest, NotFound

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def absolute(paths: Paths) -> list[Path]:
    """Read paths as a person in this process writes them."""
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [Path(path).expanduser().absolute() for path in given]


@dataclass(frozen=True)
class Server:
    """A server that offers jupyter_realtime.

    Parameters
    ----------
    url
        The prefix below which all of it is, with a slash at its end.
    token
        What proves who we are, or None.
    root
        The folder that it shows, where that is known (and is on this machine).
    found
        How we came to know it, for messages.
    """

    url: str
    token: str | None = field(repr=False)
    root: Path | None
    found: str

    @classmethod
    def at(cls, url: str, token: str | None, root: str | None, found: str) -> Server:
        """Check what somebody wrote down as the address of a server."""
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or not url.isprintable() or parts.username or parts.query or parts.fragment:
            raise BadRequest(
                f"{url[:200]!r} ({found}) is no address of a server; one looks like "
                "http://127.0.0.1:8888/realtime/."
            )
        if token is not None and not (token.isascii() and token.isprintable()):
            raise BadRequest(f"The token ({found}) has characters that no token has.")
        folder = Path(root) if root and Path(root).is_absolute() else None
        return cls(url.rstrip("/") + "/", token or None, folder, found)

    @property
    def socket_url(self) -> str:
        """The address of the WebSocket."""
        return "ws" + self.url.removeprefix("http") + "ws"

    @property
    def may_use_proxy(self) -> bool:
        """Whether a proxy from the environment may stand between: never on this machine."""
        host = urlsplit(self.url).hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return False
        try:
            return not ipaddress.ip_address(host).is_loopback
        except ValueError:
            return True

    def without_extension(self) -> NotFound:
        """Say that there is a Jupyter server, and nothing of ours in it."""
        return NotFound(
            f"There is no jupyter_realtime at {self.url} ({self.found}). Install it where that Jupyter "
            "server runs (pip install jupyter_realtime) and start the server again."
        )

    def holds(self, folder: Path) -> bool:
        """Whether a folder is within what the server shows."""
        return self.root is not None and _below(folder, self.root) is not None

    def server_paths(self, paths: Paths) -> list[str]:
        """Translate paths as a person in this process writes them to the server's own.

        Raises
        ------
        BadRequest
            For a path that the server doesn't show.
        """
        given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
        return [self._server_path(os.fspath(path)) for path in given]

    def _server_path(self, path: str) -> str:
        if self.root is None:
            if Path(path).is_absolute():
                raise BadRequest(
                    f"The server at {self.url} does not say which folder it shows; give {path!r} "
                    "relative to that folder."
                )
            return Path(path).as_posix()
        within = _below(Path(path).expanduser(), self.root)
        if within is None:
            raise BadRequest(
                f"{path!r} is outside of {self.root}, which is what the server at {self.url} shows."
            )
        return within.as_posix()


def _below(path: Path, root: Path) -> Path | None:
    # First as it is written, so that a link inside of the root keeps its name; then where it leads to.
    try:
        for real in (os.path.abspath, os.path.realpath):
            inner, outer = Path(real(path)), Path(real(root))
            if inner.is_relative_to(outer):
                return inner.relative_to(outer)
    except (OSError, ValueError):
        return None
    return None
