"""Leases: how a run whose server has died is noticed, and said.

Whoever runs an analysis renews its lease. A lease that is over means that nobody does: any server of the
store may then fail the run. A late renewal finds that the run is over, and its runner stops.
"""

from __future__ import annotations

import asyncio
import contextlib

from ..core.errors import Conflict, RealtimeError
from ..core.triage import Memory
from ..ports import Run, Store
from .active_runs import ActiveRun, ActiveRuns
from .journal import Journal
from .rooms import Rooms
from .run_recorder import RunRecorder, now_ms

journal = Journal(__name__)

HEARTBEAT_SECONDS = 2.0


class Leases:
    """Renews the leases of this server's runs, and gives up runs that nobody runs any more."""

    def __init__(self, store: Store, rooms: Rooms, active: ActiveRuns) -> None:
        self._store = store
        self._rooms = rooms
        self._active = active
        self._keeper: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin."""
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """End."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            try:
                await self.look_after()
            except RealtimeError as error:
                journal.warn("leases.failed", reason=error.message)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def look_after(self) -> None:
        """Renew ours, then give up those that are over."""
        for active in self._active.all():
            if active.outside:
                await self._let_go_if_over(active)
            else:
                # Conflict: it was given up elsewhere; its runner hears that with its next report.
                with contextlib.suppress(Conflict):
                    await active.recorder.heartbeat()
        for run in await self._store.analyses.expired(now_ms()):
            await self._give_up(run)

    async def _let_go_if_over(self, active: ActiveRun) -> None:
        """Drop a run that another server was quicker to give up: here it would seem to go on."""
        kept = await self._store.analyses.get(active.recorder.analysis.id)
        if kept is not None and kept.analysis.is_finished:
            self._active.remove(kept.analysis.id)

    async def _give_up(self, run: Run) -> None:
        self._active.remove(run.analysis.id)
        who = "The runner" if run.outside else "The server"
        recorder = RunRecorder(
            self._store, self._rooms, run, memory=Memory({}, (), None, lambda _path: False)
        )
        # Conflict: another server was quicker.
        with contextlib.suppress(Conflict):
            await recorder.finished(
                "failed", f"{who} stopped during this analysis. Start it again."
            )
