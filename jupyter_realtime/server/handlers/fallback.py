"""`poll` and `states`: rooms over plain HTTP, where a network lets no WebSocket through."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ...core.actors import Principal
from ...core.errors import RealtimeError
from ...service.polling import News, Wanted
from . import shapes
from .base import RealtimeHandler, route

_PARTS = (shapes.RoomNews, shapes.RoomRefusal)


class PollHandler(RealtimeHandler):
    """`poll`."""

    _polling: asyncio.Task[dict[str, News | RealtimeError]] | None = None
    _is_gone = False

    @route("read", takes=shapes.PollRequest, gives=shapes.PollAnswer, parts=_PARTS)
    async def post(self, principal: Principal) -> None:
        """Wait for news of rooms, as a long poll; what was missed is told at once."""
        self.services.rates.take(principal)
        asked = self.body(shapes.PollRequest)
        wanted = {
            room: Wanted(since, asked.boards.get(room)) for room, since in asked.rooms.items()
        }
        with self.services.http_sessions.attended(principal, asked.session):
            self._polling = asyncio.get_running_loop().create_task(
                self.services.polling.poll(principal, wanted, asked.wait)
            )
            if self._is_gone:
                self._polling.cancel()
            await asyncio.wait([self._polling])
        if not self._polling.cancelled():
            # The credentials may have ended during the wait.
            await self.identify("read")
            self.answer(_answer(self._polling.result()))

    def on_connection_close(self) -> None:
        """Free at once what a client had that goes away."""
        self._is_gone = True
        if self._polling is not None:
            self._polling.cancel()


def _answer(rooms: Mapping[str, News | RealtimeError]) -> shapes.PollAnswer:
    return shapes.PollAnswer(
        rooms={
            name: shapes.RoomRefusal(error=told.body)
            if isinstance(told, RealtimeError)
            else _news(told)
            for name, told in rooms.items()
        }
    )


def _news(told: News) -> shapes.RoomNews:
    missed = told.resumption
    return shapes.RoomNews(
        position=missed.position,
        recovered=missed.recovered,
        events=[event.logged for event in missed.events],
        states=told.states,
        more=missed.more,
        board=told.board,
    )


class StatesHandler(RealtimeHandler):
    """`states`."""

    # As over a socket: whom the Authorizer lets only read can only listen.
    @route("write", takes=shapes.StateRequest, gives=shapes.StateAnswer)
    async def post(self, principal: Principal) -> None:
        """Pin a state of one's own, or take it down."""
        self.services.rates.take(principal)
        wanted = self.message(shapes.StateRequest)
        connection = await self.services.http_sessions.pin(
            principal, wanted.session, wanted.room, wanted.event, wanted.key, wanted.data
        )
        self.answer(shapes.StateAnswer(connection=connection))
