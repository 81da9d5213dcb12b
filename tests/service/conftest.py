from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from jupyter_realtime.core.errors import CloseCode
from jupyter_realtime.core.issues import DetectorDescription
from jupyter_realtime.ports import RunReporter
from jupyter_realtime.server.config import RealtimeConfig
from jupyter_realtime.server.runtime import Services, assemble, listen
from jupyter_realtime.server.tokens import Tokens
from jupyter_realtime.service.figures import Figures
from jupyter_realtime.stores.sqlite import SqliteStore
from tests.databases import KINDS, OpenStore, open_postgres, postgres_server

__all__ = ["open_postgres", "open_services", "postgres_server"]

Script = Callable[[RunReporter, asyncio.Event], Awaitable[None]]


class ScriptedEngine:
    """An engine that reports what a test tells it to."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.costs: Mapping[str, float] = {}
        self.paths: Sequence[str] = ()

    def describe(self) -> list[DetectorDescription]:
        """One detector."""
        return [
            DetectorDescription(
                name="correctness",
                title="Correctness",
                description="",
                engine="test",
                scope="file",
                available=True,
                install=None,
            )
        ]

    async def run(
        self,
        root: Path,
        paths: Sequence[str],
        detectors: Sequence[str] | None,
        costs: Mapping[str, float],
        reporter: RunReporter,
        cancel: asyncio.Event,
    ) -> None:
        """Follow the script."""
        self.paths, self.costs = paths, costs
        await self.script(reporter, cancel)

    async def close(self) -> None:
        """Nothing waits."""


OpenServices = Callable[[Script], AbstractAsyncContextManager[Services]]


# For what servers of one store do together; all else is on a file.
on_each_store = pytest.mark.parametrize("open_services", KINDS, indirect=True)


@pytest.fixture
def open_services(request: pytest.FixtureRequest, tmp_path: Path) -> OpenServices:
    """Open the services of a server on this test's folder; twice makes two servers of one store."""

    async def open_sqlite() -> SqliteStore:
        return await SqliteStore.open(tmp_path / "realtime.sqlite")

    on_postgres = getattr(request, "param", "sqlite") == "postgres"
    open_store: OpenStore = request.getfixturevalue("open_postgres") if on_postgres else open_sqlite
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n")

    @asynccontextmanager
    async def open_(script: Script) -> AsyncIterator[Services]:
        store = await open_store()
        services = assemble(
            RealtimeConfig(),
            root,
            store,
            Tokens(b"k" * 32),
            ScriptedEngine(script),
            Figures(),
            replaced=lambda: None,
        )
        listen(services)
        await services.credentials.open()
        try:
            yield services
        finally:
            await services.health.close()
            await services.polling.close()
            services.http_sessions.close()
            await services.connections.close(CloseCode.DRAIN, "The test is over.")
            await services.credentials.close()
            await services.disk.close()
            await services.announcements.close()
            await services.comments.close()
            await services.run_news.close()
            await services.inboxes.close()
            await services.withdrawal.close()
            await services.directory.close()
            await services.leases.close()
            await services.projects.standings.close()
            await services.presences.close()
            await services.last_seen.close()
            await services.visibility.close()
            await services.analyses.close()
            await services.rooms.close()
            await store.close()

    return open_
