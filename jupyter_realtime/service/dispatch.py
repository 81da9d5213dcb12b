"""Sends what waits to go out by mail and push: once, in one piece, when it is due and nobody is disturbed.

Rules
-----
1. A parcel is claimed with a lease, then carried, then settled. A server that dies in between leaves a
   lease that ends; what it held goes out again in the same piece, with the same id.
2. All that is due to somebody goes out as one: there is no backlog. What comes soon after a mail waits for
   what else comes, and goes out with it.
3. Nothing is polled while nothing is due; what another server of the store adds is noticed.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from ..core.deliveries import Way
from ..core.errors import NotFound, RealtimeError
from ..core.preferences import Preferences
from ..ports import Carrier, Outcome, Parcel, Store
from .background import woken
from .directory import Directory
from .inboxes import now_ms
from .journal import Journal
from .parcels import Parcels
from .preferences import PreferenceBook

log = logging.getLogger(__name__)
journal = Journal(__name__)

# Parcels under way at the same time.
AT_ONCE = 8
# A carrier returns within a minute; a server that was killed holds up what it had for this long.
LEASE_SECONDS = 120.0
# Who is mentioned five times in a minute gets the first mail at once, and one with the rest.
MAILS_APART_SECONDS = 60.0
# A laptop that slept, and a clock that was set, are noticed this soon.
LOOK_SECONDS = 30.0
# A server that stops waits so long for what is under way.
FINISH_SECONDS = 3.0


class Dispatcher:
    """Sends what waits.

    Parameters
    ----------
    carriers
        Who carries it, by way; what nobody carries waits for a server that can.
    clock
        Unix milliseconds.
    chance
        Random numbers from 0 to 1: what failed together is not tried again together.
    mails_apart_seconds
        The least time between two mails to somebody.
    """

    def __init__(
        self,
        store: Store,
        book: PreferenceBook,
        directory: Directory,
        carriers: Mapping[Way, Carrier],
        clock: Callable[[], int] = now_ms,
        chance: Callable[[], float] = random.random,
        mails_apart_seconds: float = MAILS_APART_SECONDS,
    ) -> None:
        self._store = store
        self._mails_apart_ms = int(mails_apart_seconds * 1000)
        self._carriers = carriers
        self._parcels = Parcels(book, directory, carriers, clock, chance)
        self._clock = clock
        self._woken = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    @property
    def ways(self) -> Collection[Way]:
        """By which ways this server reaches people."""
        return self._carriers.keys()

    async def reach(self, people: Collection[str]) -> Mapping[str, Collection[Way]]:
        """Tell by what each of some people can be reached."""
        reached: dict[str, set[Way]] = {person: set() for person in people}
        for way, carrier in self._carriers.items():
            for person in await carrier.reach(people):
                reached[person].add(way)
        return reached

    # -- when ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to send."""
        if self._carriers:
            self._loop = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """Look again: something may be due."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            wait_seconds = LOOK_SECONDS
            try:
                due_ms = await self._begin()
                if due_ms is not None:
                    wait_seconds = min(wait_seconds, max(0.0, (due_ms - self._clock()) / 1000))
            except RealtimeError as error:
                log.warning("What waits to go out could not be read: %s", error)
            await woken(self._woken, wait_seconds)

    async def _begin(self) -> int | None:
        """Begin with all that is due and find room; returns when the next thing is due.

        Nothing is due while there is no room: whoever has finished wakes us.
        """
        while room := AT_ONCE - len(self._under_way):
            due_ms = await self._store.deliveries.next_due(self.ways)
            if due_ms is None or due_ms > self._clock():
                return due_ms
            now = self._clock()
            lease_ends = now + int(LEASE_SECONDS * 1000)
            claimed = await self._store.deliveries.claim(
                self.ways, now, lease_ends, room, self._mails_apart_ms
            )
            for parcel in claimed:
                task = asyncio.get_running_loop().create_task(self._deal_with(parcel))
                self._under_way.add(task)
                task.add_done_callback(self._finished)
        return None

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()

    async def send_due(self) -> None:
        """Send all that is due now, and come back when it is done."""
        while True:
            await self._begin()
            if not self._under_way:
                return
            await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        """Finish what is under way, as far as that is soon; the rest goes out when its lease is over."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _deal_with(self, parcel: Parcel) -> None:
        try:
            outcomes = await self._parcels.outcomes(parcel)
            held = await self._store.deliveries.settle(parcel, outcomes, self._clock())
        except RealtimeError as error:
            # Its lease ends, and then it is somebody's again.
            log.warning("What became of a parcel could not be noted: %s", error)
            return
        except Exception:
            log.exception("A parcel could not be dealt with")
            return
        _note(parcel, outcomes, held=held)

    # -- what people and admins do -----------------------------------------------------------------

    async def revise(self, person: str, preferences: Preferences) -> None:
        """Decide anew what waits for somebody who has settled something else."""
        waiting = await self._store.deliveries.waiting(person)
        revisions = self._parcels.revisions(waiting, preferences)
        if revisions:
            await self._store.deliveries.revise(revisions, self._clock())
            self.wake()

    async def revive(self, delivery: str) -> None:
        """Try a dead one again.

        Raises
        ------
        NotFound
        """
        if not await self._store.deliveries.revive(delivery, self._clock()):
            raise NotFound("There is no such delivery that has failed.")
        self.wake()


def _note(parcel: Parcel, outcomes: Sequence[Outcome], *, held: bool) -> None:
    """Write into the log what became of a parcel; it names nobody's address and nothing of what it says."""
    states = Counter[str](outcome.state for outcome in outcomes)
    failed = next((outcome.words for outcome in outcomes if outcome.state == "dead"), None)
    if failed is not None:
        journal.warn(
            "delivery.dead", parcel=parcel.id, way=parcel.way, to=parcel.recipient, why=failed
        )
    elif held:
        journal.note("delivery.settled", logging.DEBUG, parcel=parcel.id, way=parcel.way, **states)
    else:
        journal.warn("delivery.lapsed", parcel=parcel.id, way=parcel.way)
