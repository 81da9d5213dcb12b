"""How a run on a server gets into a `RunRecord`: complete, in order, each issue once.

Its room is read from the earliest event on. If the server can't give all of that any more, the REST
interface gives a snapshot, and the stream goes on behind it.
"""

from __future__ import annotations

import asyncio
import random

import msgspec

from ..core.errors import Conflict, RealtimeError
from ..core.events import AnalysisIssues, DetectorProgress
from ..core.issues import Analysis, DetectorState
from ..core.messages import EventFrame, StateFrame
from .backoff import Backoff
from .connection import Connection
from .effects import Item, Refused
from .rest import Rest, as_shape
from .room import Entered, Missed
from .run_record import RunRecord

_ENDS = ("analysis:complete", "analysis:error", "analysis:cancelled")


class Follower:
    """Listens to one run's room."""

    def __init__(self, record: RunRecord, rest: Rest, connection: Connection) -> None:
        self._record = record
        self._rest = rest
        self._connection = connection
        self._room = record.analysis.room
        self._listener: int | None = None
        self._snapshot: asyncio.Task[None] | None = None
        self._held_back: list[EventFrame] = []

    async def cancel(self) -> None:
        """Ask for the end of the run."""
        if self._record.done.done():
            return
        try:
            answer = await self._rest.delete(f"analyses/{self._record.analysis.id}")
        except Conflict:
            return  # It has just ended by itself; its room says so.
        self._record.stands(as_shape(answer, Analysis))
        self._record.tell()

    def follow(self) -> None:
        """Begin to listen."""
        self._listener = self._connection.listen(self._room, "earliest", self._hear)
        if self._record.done.done():
            self._leave()

    def _leave(self) -> None:
        if self._listener is not None:
            self._connection.unsubscribe(self._listener, self._room)
            self._listener = None

    # -- what the room says ----------------------------------------------------------------------

    def _hear(self, item: Item) -> None:
        try:
            self._take(item)
        except RealtimeError as error:
            self._end(error)
        self._record.tell()

    def _take(self, item: Item) -> None:
        if isinstance(item, EventFrame):
            # While a snapshot is under way, what is newer has to wait, so that the order stays.
            if self._snapshot is None:
                self._hear_event(item)
            else:
                self._held_back.append(item)
        elif isinstance(item, StateFrame):
            self._hear_state(item.event, item.data)
        elif isinstance(item, Entered):
            for state in item.states:
                self._hear_state(state.event, state.data)
        elif isinstance(item, Missed):
            self._begin_snapshot()
        elif isinstance(item, Refused):
            self._end(item.error)

    def _hear_event(self, event: EventFrame) -> None:
        if event.event == "analysis:issues":
            self._record.found(as_shape(event.data, AnalysisIssues).issues)
        elif event.event == "analysis:detector:complete":
            self._record.lane(lane_of(as_shape(event.data, DetectorProgress)))
        elif event.event == "analysis:started":
            self._record.stands(as_shape(event.data, Analysis))
        elif event.event in _ENDS:
            self._record.stands(as_shape(event.data, Analysis))
            self._end()

    def _hear_state(self, event: str, data: object) -> None:
        if data is None:
            return
        if event == "analysis:progress":
            self._record.stands(as_shape(data, Analysis))
        elif event == "analysis:detector:progress":
            self._record.lane(lane_of(as_shape(data, DetectorProgress)))

    def _end(self, error: RealtimeError | None = None) -> None:
        self._record.finish(error)
        self._leave()

    # -- when the log can't tell everything any more -----------------------------------------------

    def _begin_snapshot(self) -> None:
        if self._snapshot is not None:
            self._snapshot.cancel()
        self._held_back.clear()
        self._snapshot = asyncio.get_running_loop().create_task(self._take_snapshot())

    async def _take_snapshot(self) -> None:
        backoff = Backoff(random.random)
        while not self._record.done.done():
            error = await self._try_snapshot()
            if error is None:
                break
            if not error.retryable:
                self._end(error)
                break
            await asyncio.sleep(backoff.next(error.retry_after))
        self._snapshot = None
        for event in self._held_back:
            self._hear(event)
        self._held_back.clear()
        self._record.tell()

    async def _try_snapshot(self) -> RealtimeError | None:
        run = self._record.analysis.id
        try:
            # First how it stands: if it is over by then, the issues after it are all.
            analysis = await self._rest.analysis(run)
            self._record.found(await self._rest.issues(run))
        except RealtimeError as error:
            return error
        self._record.stands(analysis)
        if analysis.is_finished:
            self._end()
        return None


def lane_of(progress: DetectorProgress) -> DetectorState:
    """Take the lane out of what is said of it in a run."""
    fields = msgspec.structs.asdict(progress)
    del fields["analysis"]
    return DetectorState(**fields)
