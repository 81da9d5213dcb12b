"""Opening a socket; and when none can be opened, finding out whether the network is to blame.

Rules
-----
1. Sockets count as blocked if the handshake fails while the REST interface knows us. A handshake that was
   answered, or that nobody answered in time, says so at once; a connection that broke off, or a proxy's
   error, may be a server that is just starting, and has to happen twice.
2. Where REST doesn't answer either, sockets are not the trouble, and nothing is decided here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from ..core.actors import Actor
from ..core.errors import RealtimeError
from ..core.messages import SUBPROTOCOL
from .address import Server
from .polled_socket import PolledSocket
from .rest import Rest, as_shape

log = logging.getLogger(__name__)

OPEN_SECONDS = 10.0
# While we poll: how often a socket is tried again.
SEEK_SECONDS = 30.0
CLOSE_SECONDS = 1.0
# A page of a replay may carry 500 events of 64 KiB.
MAX_FRAME_BYTES = 64 * 2**20

# What `open_socket` raises where there is no socket to be had.
NO_SOCKET = (OSError, InvalidHandshake, TimeoutError, EOFError)


class _Connect(connect):
    """Follows no redirect: the token is for the address that it was found with."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Me(msgspec.Struct, frozen=True):
    """Who the server takes us for."""

    user: Actor


async def open_socket(server: Server) -> ClientConnection:
    """Shake hands with a server."""
    options: dict[str, Any] = {} if server.may_use_proxy else {"proxy": None}
    return await _Connect(
        server.socket_url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={"Authorization": f"Bearer {server.token}"} if server.token else None,
        compression=None,
        open_timeout=OPEN_SECONDS,
        close_timeout=CLOSE_SECONDS,
        # The protocol has heartbeats of its own; a WebSocket ping would keep an idle Hub server alive.
        ping_interval=None,
        max_size=MAX_FRAME_BYTES,
        **options,
    )


class Opener:
    """Opens sockets, or, where none can be had, makes one of HTTP requests.

    Parameters
    ----------
    session
        See `PolledSocket`.
    """

    def __init__(self, server: Server, session: str) -> None:
        self._server = server
        self._session = session
        self._failures = 0
        self._is_polling = False
        self._found: ClientConnection | None = None
        self._seeking: asyncio.Task[None] | None = None

    async def open(self) -> ClientConnection | PolledSocket:
        """Give something to talk over.

        Raises
        ------
        InvalidURI
            If the address is none.
        OSError, InvalidHandshake, TimeoutError, EOFError
            If there is nothing: the members of `NO_SOCKET`.
        """
        await self._stop_seeking()
        try:
            found, self._found = self._found, None
            socket = found or await open_socket(self._server)
        except NO_SOCKET as error:
            polled = await self._instead_of(error)
            if polled is None:
                raise
            return polled
        self._failures = 0
        if self._is_polling:
            self._is_polling = False
            log.warning("A WebSocket to %s is open again.", self._server.url)
        return socket

    async def close(self) -> None:
        """Let go of what was opened for later."""
        await self._stop_seeking()
        if self._found is not None:
            await self._found.close()

    async def _instead_of(self, error: Exception) -> PolledSocket | None:
        self._failures += 1
        if self._failures < 2 and not _is_clear(error):
            return None
        me = await self._ask_who_we_are()
        if me is None:
            return None
        if not self._is_polling:
            self._is_polling = True
            log.warning(
                "No WebSocket gets through to %s (%s). Polling over HTTP instead, which is slower; "
                "a WebSocket is tried again every %g s.",
                self._server.url,
                error,
                SEEK_SECONDS,
            )
        polled = PolledSocket(Rest(self._server), self._session, me)
        self._seeking = asyncio.get_running_loop().create_task(self._seek(polled))
        return polled

    async def _ask_who_we_are(self) -> Actor | None:
        rest = Rest(self._server)
        try:
            return as_shape(await rest.once("me"), _Me).user
        except RealtimeError:
            return None
        finally:
            await rest.close()

    async def _seek(self, polled: PolledSocket) -> None:
        while self._found is None:
            await asyncio.sleep(SEEK_SECONDS)
            with contextlib.suppress(*NO_SOCKET):
                self._found = await open_socket(self._server)
        polled.end()

    async def _stop_seeking(self) -> None:
        if self._seeking is not None:
            self._seeking.cancel()
            await asyncio.gather(self._seeking, return_exceptions=True)
            self._seeking = None


def _is_clear(error: Exception) -> bool:
    if isinstance(error, InvalidStatus):
        return error.response.status_code < 500
    return isinstance(error, TimeoutError)
