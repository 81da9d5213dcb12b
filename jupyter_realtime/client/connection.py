"""The socket around a `Conversation`: opens it, pumps it, opens it again.

Where a network lets no socket through the conversation goes on over HTTP (see `polled_socket`), and now
and then a socket is tried again. Who listens or publishes notices nothing but the delay.

Everything in here happens on one event loop. A listener is called on it too and must not block.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI

from ..core.errors import NotFound, RealtimeError, Unauthenticated, Unavailable
from ..core.messages import SUBPROTOCOL, Position
from .address import Server
from .backoff import Backoff
from .conversation import Conversation
from .effects import (
    Acknowledged,
    Effect,
    HangUp,
    Item,
    Over,
    Reconnect,
    Refused,
    Returned,
    Send,
    Tell,
)
from .opening import CLOSE_SECONDS, NO_SOCKET, Opener
from .outbox import Letter
from .polled_socket import PolledSocket
from .room import Entered, Origin

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
ENTER_SECONDS = 60.0

Listener = Callable[[Item], None]


class ClosedHere(Unavailable):
    """The connection was closed by this program itself."""


class Connection:
    """One client's connection to a server, over all its sockets.

    Parameters
    ----------
    server
        Whom to talk to.
    jitter
        Gives numbers from 0 to 1 for the back-off.
    """

    def __init__(self, server: Server, jitter: Callable[[], float] = random.random) -> None:
        self._server = server
        self._conversation = Conversation(server.token, Backoff(jitter))
        self._opener = Opener(server, secrets.token_urlsafe(16))
        self._numbers = itertools.count(1)
        self._listeners: dict[int, Listener] = {}
        self._publishing: dict[int, asyncio.Future[Position]] = {}
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._socket: ClientConnection | PolledSocket | None = None
        self._closing: asyncio.Task[None] | None = None
        self._settled: asyncio.Event | None = None
        self._reconnect_seconds: float | None = 0.0

    def listen(self, room: str, origin: Origin, listener: Listener) -> int:
        """Let `listener` into a room as soon as the server does, and return its number."""
        self._start()
        number = next(self._numbers)
        self._listeners[number] = listener
        self._carry_out(self._conversation.subscribe(number, room, origin))
        return number

    async def subscribe(self, room: str, origin: Origin, listener: Listener) -> int:
        """Let `listener` into a room, and return its number when the server has let it in."""
        entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def first_of_all(item: Item) -> None:
            if not entered.done() and isinstance(item, Refused):
                entered.set_exception(item.error)
                return
            if not entered.done() and isinstance(item, Entered):
                entered.set_result(None)
            listener(item)

        number = self.listen(room, origin, first_of_all)
        try:
            await asyncio.wait_for(entered, ENTER_SECONDS)
        except asyncio.TimeoutError:
            self.unsubscribe(number, room)
            raise Unavailable(f"The server did not open {room} in {ENTER_SECONDS:g} s.") from None
        except BaseException:
            self.unsubscribe(number, room)
            raise
        return number

    def unsubscribe(self, number: int, room: str) -> None:
        """Let a listener go."""
        if self._listeners.pop(number, None) is not None:
            self._carry_out(self._conversation.unsubscribe(number, room))

    async def publish(self, room: str, event: str, data: Any, key: str) -> Position:
        """Append an event to a room's log; returns when it is durable."""
        self._start()
        ticket = next(self._numbers)
        published: asyncio.Future[Position]
        published = self._publishing[ticket] = asyncio.get_running_loop().create_future()
        letter = Letter(ticket, room, event, data, key)
        self._carry_out(self._conversation.publish(letter, time.monotonic()))
        try:
            return await published
        finally:
            del self._publishing[ticket]
            self._conversation.withdraw(ticket)

    def pin(self, room: str, event: str, key: str, data: Any) -> None:
        """Pin a state, now and after every reconnect; None unpins it."""
        self._start()
        self._carry_out(self._conversation.pin(room, event, key, data, time.monotonic()))

    async def close(self) -> None:
        """Say goodbye, and leave no task."""
        await self._settle()
        self._carry_out(
            self._conversation.give_up(ClosedHere("This program closed the connection."))
        )
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._closing is not None:
            await asyncio.gather(self._closing, return_exceptions=True)
        await self._opener.close()

    async def _settle(self) -> None:
        # What was pinned last is often how something ended: it should arrive, but nobody waits for long.
        self._settled = asyncio.Event()
        self._carry_out(())
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._settled.wait(), CLOSE_SECONDS)

    # -- the socket ------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._reconnect_seconds is not None:
            await asyncio.sleep(self._reconnect_seconds)
            self._reconnect_seconds = None
            try:
                self._carry_out(await self._one_socket())
            except Exception as error:
                # A defect of ours: those who wait must hear of it instead of waiting for ever.
                log.exception("The connection to %s has failed", self._server.url)
                failure = Unavailable(f"The connection has failed: {error!r}")
                self._carry_out(self._conversation.give_up(failure))

    async def _one_socket(self) -> list[Effect]:
        """Open a socket and talk until it is gone; returns what follows from that."""
        try:
            socket = await self._opener.open()
        except InvalidStatus as refusal:
            return self._turned_away(refusal)
        except InvalidURI as error:
            return self._conversation.give_up(NotFound(f"No address of a server: {error}"))
        except NO_SOCKET as error:
            log.debug("Can't connect to %s: %s", self._server.url, error)
            return self._conversation.lost(None, time.monotonic())
        if socket.subprotocol != SUBPROTOCOL:
            await socket.close()
            return self._conversation.give_up(
                NotFound(f"{self._server.url} does not speak {SUBPROTOCOL}; is it up to date?")
            )
        try:
            await self._talk(socket)
        except RealtimeError as error:
            return self._conversation.give_up(error)
        return self._conversation.lost(socket.close_code, time.monotonic())

    def _turned_away(self, refusal: InvalidStatus) -> list[Effect]:
        status = refusal.response.status_code
        if status in (301, 302, 303, 307, 308, 401, 403):
            return self._conversation.give_up(
                Unauthenticated(f"{self._server.url} refuses this token ({self._server.found}).")
            )
        if status == 404 and self._conversation.welcome is None:
            return self._conversation.give_up(self._server.without_extension())
        return self._conversation.turned_away(_seconds(refusal.response.headers.get("Retry-After")))

    async def _talk(self, socket: ClientConnection | PolledSocket) -> None:
        self._socket = socket
        self._outgoing = asyncio.Queue()
        self._carry_out(self._conversation.opened(time.monotonic()))
        helpers = [asyncio.create_task(self._write(socket)), asyncio.create_task(self._tick())]
        try:
            async for frame in socket:
                self._carry_out(self._conversation.received(frame, time.monotonic()))
        except ConnectionClosed:
            pass
        finally:
            self._socket = None
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await socket.close()

    async def _write(self, socket: ClientConnection | PolledSocket) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(await self._outgoing.get())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._carry_out(self._conversation.tick(time.monotonic()))

    # -- what the conversation wants -------------------------------------------------------------

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Tell):
                self._tell(effect)
            elif isinstance(effect, Send):
                self._outgoing.put_nowait(effect.frame)
            elif isinstance(effect, Acknowledged | Returned):
                self._answer(effect)
            elif isinstance(effect, Reconnect):
                self._reconnect_seconds = effect.after_seconds
            elif isinstance(effect, HangUp):
                self._hang_up(effect.code, effect.reason)
            elif isinstance(effect, Over):
                self._reconnect_seconds = None
                self._hang_up(1000, "")
        if self._settled is not None and self._conversation.is_settled:
            self._settled.set()

    def _tell(self, effect: Tell) -> None:
        listener = self._listeners.get(effect.listener)
        if listener is None:
            return
        try:
            listener(effect.item)
        except Exception:
            log.exception("A listener has failed; the others and the connection go on")

    def _answer(self, effect: Acknowledged | Returned) -> None:
        published = self._publishing.get(effect.ticket)
        if published is None or published.done():
            return
        if isinstance(effect, Acknowledged):
            published.set_result(effect.position)
        else:
            published.set_exception(effect.error)

    def _hang_up(self, code: int, reason: str) -> None:
        if self._socket is not None:
            self._closing = asyncio.create_task(self._socket.close(code, reason))


def _seconds(header: str | None) -> float | None:
    try:
        return None if header is None else min(300.0, max(0.0, float(header)))
    except ValueError:
        return None
