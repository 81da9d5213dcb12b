"""The runs that this server keeps: its own, and those that outside runners report here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from ..core.actors import former, is_persons
from ..core.batch import Batch
from ..core.errors import RealtimeError
from ..core.messages import ResyncReason, StateEntry
from ..core.rooms import RoomName
from ..ports import Run
from .rooms import Rooms
from .run_recorder import RunRecorder

log = logging.getLogger(__name__)


class ActiveRun:
    """A run that is being kept here; a `Member` of its own room, where it hears that it shall end.

    So a cancel reaches a run wherever it was asked for: at this server, or at another one on the same
    store, whose event comes here through the log.
    """

    def __init__(
        self, recorder: RunRecorder, detectors: Sequence[str] | None, *, outside: bool
    ) -> None:
        self.recorder = recorder
        self.outside = outside
        self.cancel = asyncio.Event()
        # Whether its room's log has been asked, or is being asked, to tell the cancel.
        self.is_cancel_told = False
        self.task: asyncio.Task[None] | None = None
        # An outside runner that repeats a list may do so while the first one is still being taken: they
        # must not take each other's keys.
        self.reporting = asyncio.Lock()
        # Those that were asked for; None for all.
        self.detectors = None if detectors is None else tuple(detectors)
        self._noting: asyncio.Task[None] | None = None

    def is_like(self, other: ActiveRun) -> bool:
        """Whether the same person has asked for the same."""
        run, others = self.recorder.analysis, other.recorder.analysis
        return (
            not self.outside
            and self.recorder.actor.name == other.recorder.actor.name
            and (run.project, run.paths) == (others.project, others.paths)
            and self.detectors == other.detectors
        )

    def offer_events(self, batch: Batch) -> None:
        """Obey `analysis:cancel-requested`."""
        asked = any(event.event == "analysis:cancel-requested" for event in batch.events)
        if asked and self._noting is None:
            self.is_cancel_told = True
            self.cancel.set()
            self._noting = asyncio.get_running_loop().create_task(self._note_cancelling())

    def offer_state(self, entry: StateEntry, wire: bytes) -> None:
        """Ignore states: they are its own."""

    def break_off(self, reason: ResyncReason) -> None:
        """Ignore it: who asks for the end now asks in the log that is there now."""

    async def _note_cancelling(self) -> None:
        try:
            await self.recorder.cancelling()
        except RealtimeError as error:
            log.debug("A cancelled run was over before it could be shown: %s", error)


class ActiveRuns:
    """All of them, by id."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._runs: dict[str, ActiveRun] = {}

    def get(self, run: str) -> ActiveRun | None:
        """Find a run that is kept here."""
        return self._runs.get(run)

    def all(self) -> list[ActiveRun]:
        """List those that are kept here now."""
        return list(self._runs.values())

    async def add(
        self, recorder: RunRecorder, detectors: Sequence[str] | None, *, outside: bool
    ) -> ActiveRun:
        """Begin to keep a run; gives the one that is kept already, if it is."""
        run = recorder.analysis.id
        kept = self._runs.get(run)
        if kept is not None:
            return kept
        active = self._runs[run] = ActiveRun(recorder, detectors, outside=outside)
        try:
            await self._rooms.enter(RoomName.parse(recorder.analysis.room), active)
        except BaseException:
            # Nobody would ever run it, and as long as it stands here its lease would be renewed.
            self._runs.pop(run, None)
            raise
        return active

    def remove(self, run: str) -> None:
        """Stop keeping a run."""
        active = self._runs.pop(run, None)
        if active is not None:
            self._rooms.leave(active.recorder.analysis.room, active)

    def forget(self, person: str) -> None:
        """Have runs that go on no longer say who started them."""
        for active in self._runs.values():
            if is_persons(active.recorder.actor, person):
                active.recorder.actor = former(active.recorder.actor)

    def freshest(self, run: Run) -> Run:
        """Give a run as it stands in memory, where progress is ahead of the store."""
        active = self._runs.get(run.analysis.id)
        return active.recorder.run if active else run
