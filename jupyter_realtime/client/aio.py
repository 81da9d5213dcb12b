"""`AsyncRealtime`: the SDK for programs with an event loop."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from ..core.codec import check_data
from ..core.errors import BadRequest, NotFound, RealtimeError
from ..core.issues import Analysis
from ..core.messages import EventFrame
from ..core.rooms import project_room
from .address import Paths, Server
from .connection import ClosedHere, Connection
from .discovery import find_server
from .effects import Item, Refused
from .follower import Follower
from .records import Record, record
from .rest import Rest, as_shape
from .room import Entered, Missed, as_origin
from .run_record import RunRecord
from .runs import AsyncRun

log = logging.getLogger(__name__)

Handler = Callable[[Record], Any]


class AsyncRealtime:
    """A server's live side.

    Examples
    --------
    >>> async with await AsyncRealtime.connect() as rt:
    ...     run = await rt.analyze("notebooks/")
    ...     await run.wait()
    ...     print(run.issues)
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._rest = Rest(server)
        self._connection = Connection(server)
        self._me: Record | None = None

    @classmethod
    async def connect(cls, url: str | None = None, token: str | None = None) -> AsyncRealtime:
        """Find the server that this program belongs to, and check that it knows us.

        Parameters
        ----------
        url
            The prefix of the server, like `http://127.0.0.1:8888/realtime/`. None: from the environment,
            the server that started this kernel, or the one server that shows the current folder.
        token
            What to show there; None: the one that was found with the address.
        """
        return await cls.at(await asyncio.to_thread(find_server, url, token))

    @classmethod
    async def at(cls, server: Server) -> AsyncRealtime:
        """Connect to a server that was found already."""
        realtime = cls(server)
        try:
            realtime._me = record(await realtime._rest.get("me"))
        except BaseException:
            await realtime.close()
            raise
        return realtime

    @property
    def me(self) -> Record:
        """Who we are to the server: `user`, `kind`, `via`, `scopes`."""
        if self._me is None:
            raise BadRequest("Connect first: AsyncRealtime.connect().")
        return self._me

    async def analyze(self, paths: Paths, detectors: Sequence[str] | None = None) -> AsyncRun:
        """Start an analysis on the server.

        Parameters
        ----------
        paths
            Files and folders, relative to the current folder of this program.
        detectors
            Their names; None: all that apply.
        """
        body: dict[str, Any] = {"paths": self.server.server_paths(paths)}
        if detectors is not None:
            body["detectors"] = list(detectors)
        return self._follow(as_shape(await self._rest.post("analyses", body), Analysis))

    async def run(self, run: str) -> AsyncRun:
        """Follow a run that somebody has started."""
        return self._follow(await self._rest.analysis(run))

    def _follow(self, analysis: Analysis) -> AsyncRun:
        run_record = RunRecord(analysis)
        follower = Follower(run_record, self._rest, self._connection)
        follower.follow()
        return AsyncRun(run_record, follower)

    async def publish(
        self, event: str, data: Any, *, room: str | None = None, key: str | None = None
    ) -> Record:
        """Append an event of one's own to a room, and return its position when it is durable.

        Parameters
        ----------
        event
            `custom:<name>`.
        data
            Anything that JSON can say.
        room
            None: the project that the current folder belongs to.
        key
            Under the same key an event is there once, however often this is repeated. None: one is made
            up, so that repeating after a lost connection is safe.
        """
        value = _as_json(data)
        target = room or await self._project_room()
        return record(await self._connection.publish(target, event, value, key or uuid.uuid4().hex))

    async def subscribe(
        self,
        room: str,
        on_event: Handler,
        *,
        since: Any = None,
        on_state: Handler | None = None,
    ) -> AsyncSubscription:
        """Listen to a room, across reconnects: each event once, in order.

        Parameters
        ----------
        room
            For example `project:<id>` or `analysis:<run>`.
        on_event
            Called with each event: `seq`, `event`, `id`, `time`, `actor`, `data`.
        since
            None: from now on. `"earliest"`: all that is kept. A position: what came behind it.
        on_state
            Called with each state: the whole board first, then what changes on it.
        """
        deliver = _Delivery(room, on_event, on_state)
        number = await self._connection.subscribe(room, as_origin(since), deliver)
        return AsyncSubscription(self._connection, number, room)

    async def projects(self) -> list[Record]:
        """List the projects on the server: `id`, `name`, `root`, `role`."""
        return [record(project) async for project in self._rest.items("projects")]

    async def _project_room(self) -> str:
        here = self.server.server_paths(Path.cwd())[0] if self.server.root else "."
        holding = [
            project
            for project in await self.projects()
            if Path(here).is_relative_to(project["root"] or ".")
        ]
        if not holding:
            raise NotFound("The current folder belongs to no project yet; say which room.")
        innermost = max(holding, key=lambda project: len(Path(project["root"]).parts))
        return project_room(innermost["id"])

    async def close(self) -> None:
        """Let go of the server. Runs go on without us."""
        await self._connection.close()
        await self._rest.close()

    async def __aenter__(self) -> AsyncRealtime:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncSubscription:
    """Somebody listens to a room until `close`."""

    def __init__(self, connection: Connection, number: int, room: str) -> None:
        self.room = room
        self._connection = connection
        self._number = number

    def close(self) -> None:
        """Stop listening."""
        self._connection.unsubscribe(self._number, self.room)


class _Delivery:
    """Hands what comes from a room to people's functions."""

    def __init__(self, room: str, on_event: Handler, on_state: Handler | None) -> None:
        self._room = room
        self._on_event = on_event
        self._on_state = on_state

    def __call__(self, item: Item) -> None:
        if isinstance(item, EventFrame):
            self._on_event(record(item))
        elif isinstance(item, Missed):
            log.warning("Some events of %s are no longer kept and were missed", self._room)
        elif isinstance(item, Refused):
            self._warn(item.error)
        elif self._on_state is not None:
            for state in item.states if isinstance(item, Entered) else [item]:
                self._on_state(Record({"room": self._room, **record(state)}))

    def _warn(self, error: RealtimeError) -> None:
        if not isinstance(error, ClosedHere):
            log.warning("Nothing more comes from %s: %s", self._room, error)


def _as_json(data: Any) -> Any:
    try:
        value = msgspec.to_builtins(data, str_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest(f"data can't be said in JSON: {error}") from None
    check_data(value)
    return value
