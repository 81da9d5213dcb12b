"""`AsyncRealtime`: the SDK for programs with an event loop."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from ..core.errors import BadRequest
from ..core.events import check_state
from ..core.issues import Analysis, Severity
from ..core.notifications import Category, NotificationType
from ..core.rooms import RoomName
from .address import Paths, Server, absolute
from .connection import Connection
from .discovery import find_server
from .follower import Follower
from .jobs import Jobs
from .own_detectors import Check, OwnDetector, OwnRun, own_detector, sort_out
from .progress import Progress
from .records import Record, as_json, record
from .rest import as_shape
from .room import as_origin
from .run_record import RunRecord
from .runs import AsyncRun
from .stream import announce
from .subscription import AsyncSubscription, Delivery, Handler
from .team import AsyncTeam
from .track import length_of, track_async

T = TypeVar("T")


class AsyncRealtime(AsyncTeam):
    """A server's live side.

    Examples
    --------
    >>> async with await AsyncRealtime.connect() as rt:
    ...     run = await rt.analyze("notebooks/")
    ...     await run.wait()
    ...     print(run.issues)
    """

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self._connection = Connection(server)
        self._jobs = Jobs(self._connection, self._project_room)
        self._me: Record | None = None
        # Runs of one's own detectors, with what ends them.
        self._own_runs: dict[asyncio.Task[None], asyncio.Event] = {}

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

    @staticmethod
    def detector(
        name: str | None = None, *, severity: Severity = "medium"
    ) -> Callable[[Check], OwnDetector]:
        """Turn a function into a detector of one's own, to be named in `analyze`.

        Parameters
        ----------
        name
            What its lane is called; None: as the function is.
        severity
            Of its findings that say none.
        """
        return own_detector(name, severity)

    async def analyze(
        self,
        paths: Paths,
        detectors: Sequence[str | OwnDetector] | None = None,
        *,
        baseline: str | None = None,
    ) -> AsyncRun:
        """Start an analysis on the server, or here if the detectors are one's own.

        Parameters
        ----------
        paths
            Files and folders, relative to the current folder of this program.
        detectors
            Their names; None: all that apply. Or functions that `detector` has decorated: they run in
            this process, and the server shows them.
        baseline
            The name of one of the project's baselines: each issue then says, as `since_baseline`, whether
            it is `new` or `known`.
        """
        own = sort_out(detectors)
        if own:
            return await self._analyze_here(paths, own, baseline)
        body: dict[str, Any] = {"paths": self.server.server_paths(paths)}
        # Only what was asked for: an older server refuses a field that it doesn't know.
        if baseline is not None:
            body["baseline"] = baseline
        if detectors is not None:
            body["detectors"] = list(detectors)
        return self._follow(as_shape(await self._rest.post("analyses", body), Analysis))

    async def _analyze_here(
        self, paths: Paths, detectors: Sequence[OwnDetector], baseline: str | None
    ) -> AsyncRun:
        files = absolute(paths)
        cancel = asyncio.Event()
        announced = await announce(self.server, files, None, cancel, baseline)
        work = OwnRun(announced, detectors).work(files, cancel)
        task = asyncio.get_running_loop().create_task(work)
        self._own_runs[task] = cancel
        task.add_done_callback(self._own_runs.pop)
        run = self._follow(announced.analysis)
        # The socket knows of a cancel before the next report is answered.
        run.on_change(lambda: cancel.set() if run.state == "cancelling" else None)
        return run

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
        value = as_json(data)
        target = room or await self._project_room(Path.cwd())
        return record(await self._connection.publish(target, event, value, key or uuid.uuid4().hex))

    async def notify(
        self,
        title: str,
        message: str = "",
        *,
        type: NotificationType = "info",
        to: str | Sequence[str] = "@me",
        category: Category = "system",
        action_url: str | None = None,
        dedupe: str | None = None,
        room: str | None = None,
    ) -> Record:
        """Tell people something: it stands in their inbox, and rings as each of them has settled.

        Parameters
        ----------
        type
            `info`, `success`, `warning` or `error`.
        to
            `@me`, `@team` (the project's members), a name, or several.
        action_url
            Where a click leads: a path from the server's root like `/lab/tree/a.ipynb`, or a web address.
        dedupe
            Under the same key it is told once, however often this is repeated.
        room
            The project whose members they are, as `project:<id>`; None: that of the current folder.

        Returns
        -------
        Record
            `recipients` by name, and how many of them were told for the first time (`new`).
        """
        project = await self._project_id(room)
        wish = {
            "title": title,
            "message": message,
            "type": type,
            "to": to if isinstance(to, str) else list(to),
            "category": category,
            "action_url": action_url,
            # So that repeating it after a lost answer is safe.
            "dedupe": dedupe or uuid.uuid4().hex,
            "project": project,
        }
        return record(await self._rest.post("notifications", wish))

    async def pin(self, event: str, key: str, data: Any, *, room: str | None = None) -> None:
        """Hang a state of one's own on a room's board, there for everybody until this program ends.

        It waits for no answer. After a reconnect the state is hung up again, and of values that change
        quickly only the latest counts. For a job with an end, `progress` is more convenient.

        Parameters
        ----------
        event
            `progress:<name>` with any data, or one of the states `user:*` with the data of that.
        key
            Tells several states of the same name from each other.
        data
            Anything that JSON can say; None takes the state down.
        room
            None: the project that the current folder belongs to.
        """
        value = as_json(data)
        target = room or await self._project_room(Path.cwd())
        check_state(event, RoomName.parse(target), value)
        self._connection.pin(target, event, key, value)

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
        deliver = Delivery(room, on_event, on_state)
        number = await self._connection.subscribe(room, as_origin(since), deliver)
        return AsyncSubscription(self._connection, number, room)

    def progress(
        self,
        name: str,
        total: float | None = None,
        unit: str = "",
        *,
        message: str | None = None,
        room: str | None = None,
    ) -> Progress:
        """Show a long job of one's own, live and with a cancel button, to all who share the project.

        Use it in a `with` block; it waits for nothing and works, unseen, while the server is away.

        Parameters
        ----------
        name
            What people call it.
        total
            How much there is to do; None where nobody knows.
        unit
            What is counted, for example `epochs`.
        message
            A short text beside the bar, until `Progress.message` shows another.
        room
            The project's; None: of the project that the current folder belongs to.

        Examples
        --------
        >>> with rt.progress("train", total=100, unit="epochs") as job:
        ...     for _ in range(100):
        ...         train_one_epoch()
        ...         job.advance()
        ...         if job.cancelled:
        ...             break
        """
        return self._jobs.progress(name, total, unit, message=message, room=room)

    def track(
        self,
        items: Iterable[T] | AsyncIterable[T],
        name: str,
        total: float | None = None,
        unit: str = "",
        *,
        room: str | None = None,
    ) -> AsyncIterator[T]:
        """Show an `async for` loop as a job; see `Realtime.track`.

        `items` may be an ordinary iterable too: then others get a turn on the event loop meanwhile.
        """
        total = length_of(items) if total is None else total
        return track_async(items, self.progress(name, total, unit, room=room))

    async def close(self) -> None:
        """Let go of the server. Runs go on without us, but for those of one's own detectors."""
        for cancel in self._own_runs.values():
            cancel.set()
        await asyncio.gather(*self._own_runs, return_exceptions=True)
        await self._jobs.close()
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
