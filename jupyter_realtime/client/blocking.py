"""`Realtime`: the SDK without `await`, for notebooks and scripts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

from ..core.issues import Severity
from ..core.notifications import Category, NotificationType
from .address import Paths, Server
from .aio import AsyncRealtime
from .discovery import find_server
from .handlers import Handlers
from .own_detectors import Check, OwnDetector
from .portal import Portal, portal
from .progress import Progress
from .records import Record
from .runs import AsyncRun, Run
from .subscription import AsyncSubscription, Handler
from .team_blocking import Team
from .track import length_of, track

T = TypeVar("T")

# Long enough for a server's restart: what is published meanwhile is sent again by itself.
PUBLISH_SECONDS = 60.0


class Realtime(Team):
    """A server's live side.

    Examples
    --------
    >>> rt = Realtime.connect()
    >>> run = rt.analyze("notebooks/")
    >>> run.wait().to_frame()
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._open()

    def _open(self) -> None:
        self._portal = portal()
        self._handlers = Handlers()
        self._realtime: AsyncRealtime = self._portal.call(AsyncRealtime.at(self.server))
        self._portal.at_exit(self, self._realtime.close)

    @classmethod
    def connect(cls, url: str | None = None, token: str | None = None) -> Realtime:
        """Find the server that this program belongs to, and check that it knows us.

        Parameters
        ----------
        url
            The prefix of the server, like `http://127.0.0.1:8888/realtime/`. None: from the environment,
            the server that started this kernel, or the one server that shows the current folder.
        token
            What to show there; None: the one that was found with the address.

        Raises
        ------
        ServerNotFound
            If there is none, or several fit; the message lists them and says what to do.
        """
        return cls(find_server(url, token))

    @property
    def me(self) -> Record:
        """Who we are to the server: `user`, `kind`, `via`, `scopes`."""
        return self._here().me

    @staticmethod
    def detector(
        name: str | None = None, *, severity: Severity = "medium"
    ) -> Callable[[Check], OwnDetector]:
        """Turn a function into a detector of one's own; see `AsyncRealtime.detector`."""
        return AsyncRealtime.detector(name, severity=severity)

    def analyze(
        self,
        paths: Paths,
        detectors: Sequence[str | OwnDetector] | None = None,
        *,
        baseline: str | None = None,
    ) -> Run:
        """Start an analysis on the server; see `AsyncRealtime.analyze`."""
        here = self._here()
        return self._handle(self._portal.call(here.analyze(paths, detectors, baseline=baseline)))

    def run(self, run: str) -> Run:
        """Follow a run that somebody has started."""
        here = self._here()
        return self._handle(self._portal.call(here.run(run)))

    def _handle(self, run: AsyncRun) -> Run:
        background: Portal = self._portal
        return Run(run.record, lambda: background.call(run.cancel()), self.server)

    def publish(
        self,
        event: str,
        data: Any,
        *,
        room: str | None = None,
        key: str | None = None,
        timeout: float | None = PUBLISH_SECONDS,
    ) -> Record:
        """Append an event of one's own to a room, and return its position when it is durable.

        See `AsyncRealtime.publish`. After a `TimeoutError` the event may or may not be there: publish
        it again with the same `key` to be sure.
        """
        here = self._here()
        return self._portal.call(here.publish(event, data, room=room, key=key), timeout)

    def notify(
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
        """Tell people something; see `AsyncRealtime.notify`.

        Examples
        --------
        >>> rt.notify("Training done", "Loss 0.07", type="success", to="@team")
        """
        telling = self._here().notify(
            title,
            message,
            type=type,
            to=to,
            category=category,
            action_url=action_url,
            dedupe=dedupe,
            room=room,
        )
        return self._portal.call(telling)

    def pin(self, event: str, key: str, data: Any, *, room: str | None = None) -> None:
        """Hang a state of one's own on a room's board; None takes it down. See `AsyncRealtime.pin`."""
        here = self._here()
        self._portal.call(here.pin(event, key, data, room=room))

    def subscribe(
        self,
        room: str,
        on_event: Handler,
        *,
        since: Any = None,
        on_state: Handler | None = None,
    ) -> Subscription:
        """Listen to a room, across reconnects: each event once, in order.

        See `AsyncRealtime.subscribe`. The functions are called on a thread of their own, one after
        another; they may block and may call this client.
        """
        here = self._here()
        subscribing = here.subscribe(
            room,
            self._on_thread(on_event),
            since=since,
            on_state=None if on_state is None else self._on_thread(on_state),
        )
        return Subscription(self._portal, self._portal.call(subscribing))

    def _on_thread(self, function: Handler) -> Callable[[Record], None]:
        handlers = self._handlers
        return lambda item: handlers.call(functools.partial(function, item))

    def progress(
        self,
        name: str,
        total: float | None = None,
        unit: str = "",
        *,
        message: str | None = None,
        room: str | None = None,
    ) -> Progress:
        """Show a long job of one's own, live and with a cancel button; see `AsyncRealtime.progress`.

        Examples
        --------
        >>> with rt.progress("train", total=100, unit="epochs") as job:
        ...     for _ in range(100):
        ...         train_one_epoch()
        ...         job.advance()
        ...         if job.cancelled:
        ...             break
        """
        return self._here().progress(name, total, unit, message=message, room=room)

    def track(
        self,
        items: Iterable[T],
        name: str,
        total: float | None = None,
        unit: str = "",
        *,
        room: str | None = None,
    ) -> Iterator[T]:
        """Show a loop as a job.

        When somebody presses the cancel button, the loop ends after the item that it is at, as if there
        were no more. A program that has to know whether all was done uses `progress` and looks at
        `Progress.cancelled`.

        Parameters
        ----------
        items
            What to go through. Write the call right into the `for`, so that the job ends with the loop.
        total
            How many there are; None: as many as `items` says.

        Examples
        --------
        >>> for batch in rt.track(batches, "train", unit="batches"):
        ...     train(batch)
        """
        total = length_of(items) if total is None else total
        return track(items, self.progress(name, total, unit, room=room))

    def close(self) -> None:
        """Let go of the server. Runs go on without us."""
        if self._portal is portal():
            self._portal.not_at_exit(self)
            self._portal.call(self._realtime.close())
            self._handlers.close()

    def _here(self) -> AsyncRealtime:
        # In a forked child the thread and the socket are the parent's: begin anew.
        if self._portal is not portal():
            self._open()
        return self._realtime

    def __enter__(self) -> Realtime:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Subscription:
    """Somebody listens to a room until `close`."""

    def __init__(self, background: Portal, subscription: AsyncSubscription) -> None:
        self.room = subscription.room
        self._portal = background
        self._subscription = subscription

    def close(self) -> None:
        """Stop listening."""
        self._portal.loop.call_soon_threadsafe(self._subscription.close)
