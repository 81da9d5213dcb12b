"""One connection's publishes: side by side, so that they share commits, and each answered once.

Theory of operation
-------------------
A publish is the request that comes by the ten thousand. Where it is known who may what, it goes to the
store without a task of its own and is answered by a callback. Only where something has to be looked up
first, or too many are under way, does the connection wait – and with it its client, whose next frame is
read later.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Callable

from ..core.actors import Principal
from ..core.codec import encode
from ..core.errors import Internal, RealtimeError
from ..core.messages import PublishReply, PublishRequest, RequestId
from ..core.session import error_frame
from .publishing import Publishing

log = logging.getLogger(__name__)

MAX_UNDER_WAY = 64


class Publishes:
    """What one connection has published and was not told of yet.

    Parameters
    ----------
    answer
        Takes the frame of a reply or an error.
    """

    __slots__ = ("_answer", "_publishing", "_under_way")

    def __init__(self, publishing: Publishing, answer: Callable[[bytes], None]) -> None:
        self._publishing = publishing
        self._answer = answer
        self._under_way: set[asyncio.Future[int]] = set()

    def begin(self, principal: Principal, request: PublishRequest) -> bool:
        """Send a publish to the store; False if that has to wait (see `begin_later`)."""
        if len(self._under_way) >= MAX_UNDER_WAY:
            return False
        try:
            appending = self._publishing.submit(principal, request)
        except RealtimeError as error:
            self._answer(error_frame(error, request.id))
            return True
        if appending is None:
            return False
        self._under_way.add(appending)
        appending.add_done_callback(
            functools.partial(self._appended, request.id, time.perf_counter())
        )
        return True

    async def begin_later(self, principal: Principal, request: PublishRequest) -> None:
        """Wait for what is in the way, and then begin."""
        try:
            while not self.begin(principal, request):
                if len(self._under_way) >= MAX_UNDER_WAY:
                    await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await self._publishing.look_up(principal, request.room)
        except RealtimeError as error:
            self._answer(error_frame(error, request.id))

    def _appended(
        self, request_id: RequestId, began: float, appending: asyncio.Future[int]
    ) -> None:
        self._under_way.discard(appending)
        if appending.cancelled():
            return
        error = appending.exception()
        if error is None:
            position = self._publishing.appended(appending.result(), time.perf_counter() - began)
            self._answer(encode(PublishReply(id=request_id, position=position)))
        elif isinstance(error, RealtimeError):
            self._answer(error_frame(error, request_id))
        else:
            log.error("A publish failed", exc_info=error)
            self._answer(error_frame(Internal("The server failed; its log says how."), request_id))

    async def answered(self) -> None:
        """Wait until all that are under way are answered."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def forget(self) -> None:
        """Answer nobody any more; what is under way is kept all the same."""
        for appending in list(self._under_way):
            appending.cancel()
