"""What runs in one server: chooses the adapters, starts them, and says what is wrong if it can't.

Jupyter must go on working when we don't. So nothing in here raises while the server starts: a store that
can't be opened leaves a server whose every route of ours answers 503 with the reason, and it is tried
again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from .._version import __version__
from ..core.errors import CloseCode, RealtimeError, Unavailable
from ..core.members import Grant
from ..ports import AnalysisEngine, Mailer, Pusher, Store
from ..service.active_runs import ActiveRuns
from ..service.activity import ActivityFeed
from ..service.analyses import Analyses
from ..service.comments.assembly import Comments
from ..service.connection import Doors
from ..service.connections import Connections
from ..service.credentials import Credentials
from ..service.disk import Disk
from ..service.exports import Exports
from ..service.figures import Figures
from ..service.health import STOPPING, Health, Standing
from ..service.http_sessions import HttpSessions
from ..service.journal import Journal
from ..service.last_seen import LastSeen
from ..service.leases import Leases
from ..service.members import Members
from ..service.people import People
from ..service.polling import Polling
from ..service.presence import Presences
from ..service.projects import Projects
from ..service.publishing import Publishing
from ..service.rates import Rates
from ..service.retention import Pruner
from ..service.rooms import Rooms
from ..service.run_history import RunHistory
from ..service.system_status import SystemStatusBoard
from ..service.triage import Triage
from ..service.updates import Updates
from ..service.visibility import Visibility
from ..service.visits import Visits
from ..stores.opening import open_postgres
from ..stores.sqlite import SqliteStore
from .config import RealtimeConfig
from .identity import Identity
from .mailer import make_mailer
from .metrics import metrics
from .notifying import Notifying
from .pusher import make_pusher
from .tokens import Tokens, read_keys
from .transport import Flusher

log = logging.getLogger(__name__)
journal = Journal(__name__)

RETRY_SECONDS = 2.0
READY_WITHIN_SECONDS = 10.0


@dataclass(frozen=True)
class Services(Notifying):
    """Everything that handlers lead to."""

    store: Store
    rooms: Rooms
    projects: Projects
    members: Members
    people: People
    comments: Comments
    visibility: Visibility
    last_seen: LastSeen
    visits: Visits
    presences: Presences
    publishing: Publishing
    updates: Updates
    disk: Disk
    activity: ActivityFeed
    history: RunHistory
    triage: Triage
    exports: Exports
    analyses: Analyses
    leases: Leases
    pruner: Pruner
    connections: Connections
    polling: Polling
    http_sessions: HttpSessions
    rates: Rates
    credentials: Credentials
    identity: Identity
    figures: Figures
    health: Health
    system: SystemStatusBoard


class Runtime:
    """Starts and stops the services of a server.

    Parameters
    ----------
    root
        The folder that the server shows.
    prepare
        What has to be done with the services before anybody may use them.
    """

    def __init__(
        self, config: RealtimeConfig, root: Path, prepare: Callable[[Services], Awaitable[None]]
    ) -> None:
        self.config = config
        self._prepare = prepare
        self.root = root
        self.failure: RealtimeError | None = None
        # They outlive a store that is opened again: a counter only grows.
        self.figures = Figures()
        self.flusher = Flusher(self.figures.delivery_seconds)
        self._services: Services | None = None
        self._settled = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        # A store that was given up; nothing is opened or stopped before that is through.
        self._closing: asyncio.Task[None] | None = None
        self._is_stopping = False

    async def look(self, *, wait: bool) -> Standing:
        """Find out how it is; `wait` for a server that has only just begun to start."""
        if wait and self._services is None:
            await self._settle()
        if self._services is None:
            return Standing({"store": "down"})
        return await self._services.health.look()

    def start(self) -> None:
        """Begin to start; returns at once."""
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def services(self) -> Services:
        """Give the services, as soon as it is known whether there are any.

        Raises
        ------
        Unavailable
            With the reason.
        """
        await self._settle()
        if self._is_stopping:
            raise Unavailable(STOPPING, retry_after=RETRY_SECONDS)
        if self._services is None:
            raise self.failure or Unavailable("The server is still starting.", retry_after=1.0)
        return self._services

    async def _settle(self) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._settled.wait(), READY_WITHIN_SECONDS)

    async def _start(self) -> None:
        while self._services is None:
            try:
                self._services = await self._open()
                metrics.add(self._services)
                journal.note("server.started", version=__version__)
                self.failure = None
            except RealtimeError as error:
                self._fail(error)
            except Exception as error:
                log.exception("jupyter_realtime could not start")
                self._fail(Unavailable(f"jupyter_realtime could not start: {error}"))
            self._settled.set()
            if self._services is None:
                await asyncio.sleep(RETRY_SECONDS)

    async def _open(self) -> Services:
        services = await open_services(self.config, self.root, self.figures, self._reopen)
        try:
            await services.credentials.open()
            await self._prepare(services)
        except BaseException:
            await close_services(services, CloseCode.DRAIN, "The server could not start.")
            raise
        return services

    def _fail(self, error: RealtimeError) -> None:
        if self.failure is None or self.failure.message != error.message:
            journal.note("server.failed", logging.ERROR, reason=error.message)
        error.retry_after = RETRY_SECONDS
        self.failure = error

    def _reopen(self) -> None:
        if self._is_stopping:
            return
        services, self._services = self._services, None
        if services is not None:
            journal.note("store.replaced", logging.ERROR, then="opening what lies there now")
            self._settled.clear()
            closing = self._close(services, CloseCode.BACKEND_LOST, "The database was replaced.")
            self._closing = asyncio.get_running_loop().create_task(closing)
            again = self._start_after(self._closing)
            self._starting = asyncio.get_running_loop().create_task(again)

    async def _start_after(self, closing: asyncio.Task[None]) -> None:
        await asyncio.shield(closing)
        await self._start()

    async def stop(self) -> None:
        """Take nobody in any more, say goodbye to clients, end runs, close the store."""
        self._is_stopping = True
        self._settled.set()
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._closing is not None:
            await self._closing
        services = self._services
        if services is not None:
            journal.note("server.stopping", connections=len(services.connections))
            services.health.drain()
            await services.system.told()
            await self._close(services, CloseCode.DRAIN, STOPPING)
            self._services = None
            journal.note("server.stopped")

    async def _close(self, services: Services, code: CloseCode, reason: str) -> None:
        metrics.remove(services)
        await close_services(services, code, reason)


async def open_services(
    config: RealtimeConfig, root: Path, figures: Figures, replaced: Callable[[], None]
) -> Services:
    """Choose the adapters and put the services on them.

    Parameters
    ----------
    replaced
        Called when the store has to be opened again.
    """
    from .engine import LocalEngine

    tokens = Tokens(*await asyncio.to_thread(read_keys, config.key_path))
    store = await open_store(config)
    services = assemble(
        config,
        root,
        store,
        tokens,
        LocalEngine(),
        figures,
        replaced,
        mailer=make_mailer(config),
        pusher=await make_pusher(config),
    )
    listen(services)
    services.rooms.open()
    services.leases.open()
    services.pruner.open()
    services.inboxes.open()
    services.dispatcher.open()
    services.withdrawal.open()
    services.run_news.open()
    services.announcements.open()
    services.updates.open()
    services.last_seen.open(services.presences.online)
    services.visits.open(services.presences.readers)
    services.disk.open()
    services.health.open()
    services.comments.open()
    services.projects.standings.open()
    return services


async def open_store(config: RealtimeConfig) -> Store:
    """Open the database of the settings.

    Raises
    ------
    Unavailable
        If that can't be done; says why and what to do.
    """
    url = config.postgres_url
    if url is None:
        return await SqliteStore.open(config.store_path)
    return await open_postgres(url)


def listen(services: Services) -> None:
    """Lead what happens in the store to those whom it concerns.

    Roles come before rooms: nobody is handed an event behind the one that took the right to read it.
    """
    standings = services.projects.standings
    for affected in (
        services.connections,
        services.polling,
        services.http_sessions,
        services.analyses,
        services.withdrawal,
    ):
        standings.on_change(affected.review)
    standings.on_refreshed(services.rooms.grown)
    services.notifier.on_late(services.withdrawal.review)
    services.notifier.on_delivery(services.dispatcher.wake)
    services.preferences.on_change(services.dispatcher.revise)
    services.preferences.on_change(services.visibility.settled)
    services.store.on_growth(services.visibility.grown)
    services.store.on_growth(services.dispatcher.wake)
    services.run_news.on_ended(services.comments.issues.ended)
    services.connections.on_admitted(services.directory.seen)
    services.directory.on_new(services.announcements.newcomer)
    services.store.on_commit(standings.committed)
    services.store.on_commit(services.rooms.committed)
    services.store.on_commit(services.pruner.committed)
    services.store.on_commit(services.run_news.committed)
    services.store.on_commit(services.presences.committed)
    services.store.on_commit(services.disk.committed)
    services.disk.on_changed(services.comments.following.saved)
    services.store.on_growth(standings.grown)


async def close_services(services: Services, code: CloseCode, reason: str) -> None:
    """Say goodbye to clients, end runs, close the store."""
    await services.health.close()
    await services.polling.close()
    services.http_sessions.close()
    await services.connections.close(code, reason)
    await services.credentials.close()
    await services.updates.close()
    await services.disk.close()
    await services.pruner.close()
    await services.quotas.close()
    await services.announcements.close()
    await services.run_news.close()
    await services.inboxes.close()
    await services.dispatcher.close()
    await services.comments.close()
    await services.pushes.close()
    await services.withdrawal.close()
    await services.directory.close()
    await services.leases.close()
    await services.projects.standings.close()
    await services.presences.close()
    await services.last_seen.close()
    await services.visits.close()
    await services.visibility.close()
    await services.analyses.close()
    await services.rooms.close()
    await services.store.close()


def assemble(
    config: RealtimeConfig,
    root: Path,
    store: Store,
    tokens: Tokens,
    engine: AnalysisEngine,
    figures: Figures,
    replaced: Callable[[], None],
    *,
    mailer: Mailer | None = None,
    pusher: Pusher | None = None,
) -> Services:
    """Put the services on their adapters.

    Parameters
    ----------
    mailer
        None where no mail is sent.
    pusher
        None where nothing is pushed.
    """
    projects = Projects(store, root, Grant(owner=config.owner))
    rooms = Rooms(store.log, figures, most_bytes=config.queue_bytes // 2)
    active = ActiveRuns(rooms)
    history = RunHistory(store, projects, active)
    triage = Triage(store, projects, history)
    rooms.show_with(history.board)
    health = Health(store, engine, replaced)
    told_by = Notifying.on(config, store, projects, mailer, pusher)
    directory, notifier = told_by.directory, told_by.notifier
    preferences = told_by.preferences
    visibility = Visibility(preferences)
    last_seen = LastSeen(store, projects, preferences)
    presences = Presences(store, rooms, projects, visibility, last_seen)
    publishing = Publishing(
        store,
        rooms,
        projects,
        presences,
        visibility,
        figures,
        rooms_per_connection=config.limits.rooms_per_connection,
    )
    updates = Updates(store, projects)
    visits = Visits(store)
    credentials = Credentials(store, tokens)
    doors = Doors(rooms=rooms, projects=projects, publishing=publishing, figures=figures)
    return Services(
        **vars(told_by),
        store=store,
        rooms=rooms,
        projects=projects,
        members=Members(store, projects, notifier),
        people=People(store, rooms, active, projects, credentials, presences),
        comments=Comments.on(store, projects, directory, notifier),
        visibility=visibility,
        last_seen=last_seen,
        visits=visits,
        presences=presences,
        publishing=publishing,
        updates=updates,
        disk=Disk(store, projects, updates),
        activity=ActivityFeed(store, projects, visits),
        history=history,
        triage=triage,
        exports=Exports(store, projects, history, engine),
        analyses=Analyses(store, rooms, projects, active, history, engine, triage),
        leases=Leases(store, rooms, active),
        polling=Polling(rooms, projects, config.limits),
        http_sessions=HttpSessions(publishing, config.limits),
        rates=Rates(config.limits.requests_per_second),
        pruner=Pruner(store.log, store.visits, config.retention),
        figures=figures,
        connections=_connections(config, doors, credentials),
        credentials=credentials,
        identity=Identity(config, tokens, credentials),
        health=health,
        system=SystemStatusBoard(rooms, health),
    )


def _connections(config: RealtimeConfig, doors: Doors, credentials: Credentials) -> Connections:
    """Let clients in who have credentials, for as long as these are not revoked."""
    connections = Connections(
        doors,
        config.limits,
        heartbeat_seconds=config.heartbeat_seconds,
        answer=True,
        is_revoked=credentials.is_revoked,
    )
    credentials.on_revoked(connections.close_revoked)
    return connections
