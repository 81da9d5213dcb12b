"""`ws`: the WebSocket, from the handshake to the connection that takes its frames."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError
from tornado.websocket import (
    WebSocketClosedError,
    WebSocketHandler,
    WebSocketProtocol,
    WebSocketProtocol13,
)

from ...core.actors import Principal
from ...core.errors import CloseCode, RealtimeError, Unauthenticated, Unavailable
from ...core.messages import SUBPROTOCOL
from ...service.connection import Connection
from ..origins import may_connect
from ..receiving import ReadingProtocol
from ..runtime import Runtime, Services
from ..transport import SocketTransport
from .base import note_stranger, without_reason

# Beyond this a frame is not even read to its end (close code 1009).
MAX_FRAME_BYTES = 1024 * 1024


class SocketHandler(WebSocketHandler, JupyterHandler):
    """One socket.

    `WebSocketMixin` is left out on purpose: it pings every 30 s, and behind a Hub each pong counts as
    activity. Our heartbeats are messages, and JavaScript can see them.
    """

    services: Services
    connection: Connection | None = None

    @property
    def runtime(self) -> Runtime:
        """What runs in this server."""
        runtime: Runtime = self.settings["jupyter_realtime"]
        return runtime

    @property
    def max_message_size(self) -> int:
        """The most bytes of a frame that are read."""
        return MAX_FRAME_BYTES

    @property
    def ping_interval(self) -> None:
        """No pings of Tornado's own."""

    def check_origin(self, origin: str = "") -> bool:
        """Take pages of this very server, and origins that are allowed to the letter."""
        origin = origin or self.request.headers.get("Origin", "")
        return may_connect(origin, self.request.host, self.runtime.config.allowed_origins)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Speak protocol 1, and nothing to those who don't."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Read in large pieces; who speaks another version than 13 is refused by Tornado."""
        theirs = super().get_websocket_protocol()
        if not isinstance(theirs, WebSocketProtocol13):
            return theirs
        return ReadingProtocol(self, mask_outgoing=False, params=theirs.params)

    async def prepare(  # type: ignore[override]  # Jupyter's, not Tornado's, signature
        self, *, _redirect_to_login: bool = False
    ) -> Awaitable[None] | None:
        """Let Jupyter look for a user, without sending strangers to the login page."""
        return await super().prepare(_redirect_to_login=_redirect_to_login)

    @allow_unauthenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Check who it is, then shake hands."""
        if not self.check_origin():
            # Before the ticket is looked at: a foreign page must not use it up.
            raise HTTPError(403, "Pages of this origin may not connect.")
        try:
            self.services = await self.runtime.services()
            self._principal = await self.services.identity.of_handshake(self)
        except RealtimeError as error:
            if isinstance(error, Unavailable) and self.current_user is None:
                raise HTTPError(error.status, without_reason(error).message) from error
            if not isinstance(error, Unauthenticated):
                raise HTTPError(error.status, error.message) from error
            note_stranger(self)
            raise HTTPError(403, error.message) from error
        await super().get(*args, **kwargs)

    async def _authenticate(self, token: str) -> Principal:
        return await self.services.identity.of_token(token, self)

    def open(self, *args: str, **kwargs: str) -> None:
        """Begin the conversation."""
        self.set_nodelay(True)
        protocol = self.ws_connection
        if protocol is None or protocol.stream is None:
            return  # It left during the handshake.
        transport = SocketTransport(protocol.stream, protocol, self.runtime.flusher, self._close)
        self.connection = self.services.connections.connect(transport, self._authenticate)
        transport.attach(self.connection.outbox)
        if self.selected_subprotocol is None:
            self.connection.close(CloseCode.PROTOCOL, f"Ask for the sub-protocol {SUBPROTOCOL}.")
        elif self._principal is not None:
            self.connection.identified(self._principal)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Hand a frame on; the next one is read when what this returns is done."""
        return None if self.connection is None else self.connection.take(message)

    def on_close(self) -> None:
        """Note that the socket is gone."""
        if self.connection is not None:
            self.services.connections.disconnected(self.connection)

    def _close(self, code: int, reason: str) -> None:
        try:
            self.close(code, reason)
        except WebSocketClosedError:
            # It was faster than we were.
            asyncio.get_running_loop().call_soon(self.on_close)
