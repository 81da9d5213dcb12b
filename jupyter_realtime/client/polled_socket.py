"""A socket made of HTTP requests, for networks that let no WebSocket through.

It takes the frames of protocol 1 and gives frames of protocol 1, so the conversation above it is the same:
cursors, keys, the outbox and the pins go on where a real socket left them.

Rules
-----
1. What is sent goes out one request after another, in order. A request without an answer is answered as
   "try again": the conversation does, with the same key.
2. One poll is under way at a time. It is given up, and begun anew, when somebody enters a room meanwhile.
3. If a poll gets no answer the connection counts as lost; if it is refused for good, it is over.
4. At its end it takes down what it has pinned: the next connection pins under another name.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import msgspec

from ..core import messages as m
from ..core.actors import Actor
from ..core.codec import decode_client_frame, encode
from ..core.errors import RateLimited, RealtimeError
from ..core.times import rfc3339
from .polled_rooms import WAIT_SECONDS, PollAnswer, PolledRooms
from .rest import Rest, as_shape

# A session that pins states and follows no room shows this often that it is alive.
ALIVE_SECONDS = 15.0
CLOSE_SECONDS = 1.0
RETRY_SECONDS = 1.0
# The server knows its limits and refuses what is beyond; they are announced on sockets only.
_UNKNOWN = 2**31


class _Published(msgspec.Struct, frozen=True):
    """What a publish is answered with."""

    position: m.Position


class PolledSocket:
    """What `websockets` gives, as far as the connection needs it.

    Parameters
    ----------
    rest
        Closed with this.
    session
        Under which what is pinned is known to the server; the same for all polls of one client.
    me
        Who we are to the server.
    """

    subprotocol = m.SUBPROTOCOL
    close_code: int | None = None

    def __init__(self, rest: Rest, session: str, me: Actor) -> None:
        self._rest = rest
        self._session = session
        self._rooms = PolledRooms()
        self._entered = asyncio.Event()
        self._pinned: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._hear(_welcome(session, me))
        self._polling = asyncio.get_running_loop().create_task(self._poll_on())
        self._polling.add_done_callback(lambda _: self._frames.put_nowait(None))
        self._closing: asyncio.Task[None] | None = None

    def _hear(self, *frames: m.ServerFrame) -> None:
        for frame in frames:
            self._frames.put_nowait(encode(frame))

    # -- as a socket -----------------------------------------------------------------------------

    async def send(self, frame: str) -> None:
        """Do what a frame asks for."""
        request = decode_client_frame(frame)
        try:
            await self._do(request)
        except RealtimeError as error:
            self._hear(m.ErrorFrame(id=request.id, **msgspec.structs.asdict(error.body)))

    def __aiter__(self) -> PolledSocket:
        return self

    async def __anext__(self) -> bytes:
        frame = await self._frames.get()
        if frame is not None:
            return frame
        if not self._polling.cancelled():
            self._polling.result()
        raise StopAsyncIteration

    def end(self) -> None:
        """Give no more frames than those that have come."""
        self._polling.cancel()

    async def close(self, _code: int = 1000, _reason: str = "") -> None:
        """Let go of everything; may be called again."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self._polling.cancel()
        await asyncio.gather(self._polling, return_exceptions=True)
        with contextlib.suppress(RealtimeError, asyncio.TimeoutError):
            await asyncio.wait_for(self._take_down(), CLOSE_SECONDS)
        await self._rest.close()

    async def _take_down(self) -> None:
        for state in self._pinned.values():
            await self._rest.post("states", {**state, "data": None})

    # -- what is asked ---------------------------------------------------------------------------

    async def _do(self, request: m.ClientFrame) -> None:
        if isinstance(request, m.SubscribeRequest):
            self._rooms.enter(request)
            self._entered.set()
        elif isinstance(request, m.PublishRequest):
            answer = await self._rest.post("publish", _body(request))
            position = as_shape(answer, _Published).position
            self._hear(m.PublishReply(id=request.id, position=position))
        else:
            if isinstance(request, m.StateRequest):
                await self._pin(request)
            elif isinstance(request, m.UnsubscribeRequest):
                self._rooms.leave(request.room)
            self._hear(m.Reply(id=request.id))

    async def _pin(self, request: m.StateRequest) -> None:
        place = (request.room, request.event, request.key)
        state = {**_body(request), "session": self._session}
        if request.data is not None:
            # Also if the answer is lost: it may hang there, and is to be taken down at the end.
            self._pinned[place] = state
        await self._rest.post("states", state)
        if request.data is None:
            self._pinned.pop(place, None)

    # -- polling ---------------------------------------------------------------------------------

    async def _poll_on(self) -> None:
        try:
            while True:
                await self._poll()
                # News or not: the server is alive.
                self._hear(m.Heartbeat(heads={}))
        except RealtimeError as error:
            if not error.retryable:
                raise

    async def _poll(self) -> None:
        self._entered.clear()
        if not self._rooms:
            await self._await_a_room()
            return
        question = self._rooms.question(self._session)
        asking = asyncio.get_running_loop().create_task(self._ask(question))
        try:
            if question["wait"]:
                await self._either(asking)
            else:
                await asyncio.wait([asking])
            if asking.done():
                self._hear(*self._rooms.hear(asking.result()))
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _either(self, asking: asyncio.Task[PollAnswer]) -> None:
        entered = asyncio.get_running_loop().create_task(self._entered.wait())
        try:
            await asyncio.wait([asking, entered], return_when=asyncio.FIRST_COMPLETED)
        finally:
            entered.cancel()

    async def _ask(self, question: dict[str, Any]) -> PollAnswer:
        while True:
            try:
                return as_shape(await self._rest.post("poll", question), PollAnswer)
            except RealtimeError as error:
                if error.status != RateLimited.status:
                    raise
                await asyncio.sleep(error.retry_after or RETRY_SECONDS)

    async def _await_a_room(self) -> None:
        try:
            await asyncio.wait_for(self._entered.wait(), ALIVE_SECONDS)
        except asyncio.TimeoutError:
            for state in list(self._pinned.values())[:1]:
                await self._rest.post("states", state)


def _body(request: m.PublishRequest | m.StateRequest) -> dict[str, Any]:
    fields = msgspec.structs.asdict(request)
    del fields["id"]
    return fields


def _welcome(session: str, me: Actor) -> m.Welcome:
    return m.Welcome(
        protocol=m.PROTOCOL,
        features=list(m.FEATURES),
        connection=session,
        user=me,
        server_time=rfc3339(time.time()),
        heartbeat=WAIT_SECONDS,
        answer=False,
        limits=m.Limits(
            message_bytes=_UNKNOWN,
            rooms_per_connection=_UNKNOWN,
            requests_per_second=_UNKNOWN,
            connections_per_user=_UNKNOWN,
            queue_bytes=_UNKNOWN,
            auth_seconds=WAIT_SECONDS,
        ),
        expires=None,
    )
