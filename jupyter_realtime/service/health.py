"""Whether the service works: looked at when somebody asks, and when something has failed.

Theory of operation
-------------------
An idle laptop must not write to its disk to find out that it could. So nobody probes the store in the
background while all is well. A failed write (`Store.on_outage`), a replaced file, or a question of
somebody (`look`, answered from memory within `FRESH_SECONDS`) leads to a probe; and once something is
wrong it is probed again and again until it is well. Listeners hear of each change.

That another server writes into the same file is no fault, but it is said: what connections own hangs on the
boards of their own server only.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..core.errors import RealtimeError, Unavailable
from ..ports import AnalysisEngine, Store
from .journal import Journal

log = logging.getLogger(__name__)
journal = Journal(__name__)

Status = Literal["ok", "degraded", "down"]

# Strangers may ask; they must not make us write more often than this.
FRESH_SECONDS = 2.0
PROBE_WITHIN_SECONDS = 4.0

# A server that has not written for so long has probably gone.
NEIGHBOUR_SECONDS = 600.0
NEIGHBOUR = (
    "Another Jupyter server uses the same database: events and analyses are shown by both, but what "
    "lives as long as a connection, like the progress of a job, by its own server only."
)
STOPPING = "The server is stopping."
NO_DETECTOR = "No detector is installed: pip install 'jupyter_realtime[detectors]'."


@dataclass(frozen=True)
class Standing:
    """How the service is: the worst of its checks, and what people should know about it."""

    checks: dict[str, Status] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether new clients are welcome."""
        return self.status != "down" and self.checks.get("drain", "ok") == "ok"

    @property
    def status(self) -> Status:
        """Down without the store; degraded if anything else is not as it should be."""
        worst: set[Status] = set(self.checks.values())
        return "down" if "down" in worst else "degraded" if "degraded" in worst else "ok"

    @property
    def message(self) -> str | None:
        """What is wrong, or at least worth knowing, in words."""
        return " ".join(self.reasons) or None


class Health:
    """Looks after one server's health.

    Parameters
    ----------
    replaced
        Called when the store has to be opened again.

    Attributes
    ----------
    standing
        What was found last.
    """

    def __init__(self, store: Store, engine: AnalysisEngine, replaced: Callable[[], None]) -> None:
        self._store = store
        self._replaced = replaced
        self._engine = engine
        self.standing = Standing()
        self._is_draining = False
        self._store_error: RealtimeError | None = None
        self._looked = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._suspicion = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[Standing], None]] = []
        self._neighbour_leaves: asyncio.TimerHandle | None = None

    def on_change(self, listener: Callable[[Standing], None]) -> None:
        """Have each change told."""
        self._listeners.append(listener)

    def open(self) -> None:
        """Begin to watch."""
        self._store.on_outage(self._suspicion.set)
        self._store.on_growth(self._neighbour_wrote)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """End watching."""
        self._forget_neighbour()
        tasks = [task for task in (self._watching, self._looking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def look(self) -> Standing:
        """Find out how it is; those who ask at the same time share one probe."""
        if time.monotonic() - self._looked >= FRESH_SECONDS and not self._is_draining:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.get_running_loop().create_task(self._probe())
            await asyncio.shield(self._looking)
        return self.standing

    def drain(self) -> None:
        """Say that the server stops."""
        self._is_draining = True
        self._note()

    def _neighbour_wrote(self) -> None:
        self._forget_neighbour()
        self._neighbour_leaves = asyncio.get_running_loop().call_later(
            NEIGHBOUR_SECONDS, self._neighbour_left
        )
        self._note()

    def _neighbour_left(self) -> None:
        self._forget_neighbour()
        self._note()

    def _forget_neighbour(self) -> None:
        if self._neighbour_leaves is not None:
            self._neighbour_leaves.cancel()
            self._neighbour_leaves = None

    async def _watch(self) -> None:
        await self.look()
        while True:
            if self._store_error is None:
                await self._suspicion.wait()
            else:
                await asyncio.sleep(FRESH_SECONDS)
            self._suspicion.clear()
            self._looked = float("-inf")
            await self.look()

    async def _probe(self) -> None:
        try:
            await asyncio.wait_for(self._store.probe(), PROBE_WITHIN_SECONDS)
            self._store_error = None
        except asyncio.TimeoutError:
            self._store_error = Unavailable("The database does not answer.")
        except RealtimeError as error:
            self._store_error = error
        except Exception:
            log.exception("The database could not be probed")
            self._store_error = Unavailable("The database could not be probed; the log says why.")
        if self._store.is_replaced:
            self._replaced()
        self._looked = time.monotonic()
        self._note()

    def _note(self) -> None:
        before, self.standing = self.standing, self._found()
        if (self.standing.status, self.standing.reasons) != (before.status, before.reasons):
            level = logging.INFO if self.standing.status == "ok" else logging.WARNING
            journal.note(
                "health.changed",
                level,
                status=self.standing.status,
                reason=self.standing.message,
            )
            for listener in self._listeners:
                listener(self.standing)

    def _found(self) -> Standing:
        weakness = self._store.weakness
        can_analyse = any(d.available for d in self._engine.describe())
        found: list[tuple[str, Status, str | None]] = [
            ("store", "down", self._store_error.message if self._store_error else None),
            ("storage", "degraded", weakness),
            ("analysis", "degraded", None if can_analyse else NO_DETECTOR),
            ("drain", "degraded", STOPPING if self._is_draining else None),
        ]
        reasons = [reason for _, _, reason in found if reason is not None]
        if self._neighbour_leaves is not None:
            reasons.append(NEIGHBOUR)
        return Standing(
            checks={name: "ok" if reason is None else bad for name, bad, reason in found},
            reasons=tuple(reasons),
        )
