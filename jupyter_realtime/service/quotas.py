"""Those who look after a server are told when its disk, its memory or its kernels run short.

Rules
-----
1. What is told when is in `core.quotas`.
2. Until it is over, a day has one of each cause: a server that is started again and again over a full disk
   does not say it each time.
3. When it is over, what was told leaves the inbox, also where the server that told it is gone.
4. A gauge that hangs (a file system that does not answer) holds up nothing but this.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Collection
from pathlib import Path

from ..core.errors import RealtimeError
from ..core.quotas import Gauge, Level, Reading, Thresholds, group_of, quota_notice
from ..ports import Usage
from .notifier import Notifier

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0
DAY_SECONDS = 24 * 3600


class Quotas:
    """Watches what a server has left.

    Parameters
    ----------
    root
        The folder that the server shows; it tells servers of one person apart.
    people
        Who looks after the server.
    """

    def __init__(
        self, notifier: Notifier, root: Path, people: Collection[str], thresholds: Thresholds
    ) -> None:
        self._notifier = notifier
        self._place = hashlib.blake2s(str(root).encode(), digest_size=6).hexdigest()
        self._people = frozenset(people)
        self._thresholds = thresholds
        self._gauges: dict[str, Gauge] = {}
        self._watching: asyncio.Task[None] | None = None

    def open(self, usage: Usage) -> None:
        """Begin."""
        self._watching = asyncio.get_running_loop().create_task(self._watch(usage))

    async def close(self) -> None:
        """End."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self, usage: Usage) -> None:
        while True:
            try:
                await self.look(usage)
            except RealtimeError as error:
                log.warning("That something runs short could not be told: %s", error)
            except Exception:
                log.exception("What the server has left could not be read")
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self, usage: Usage) -> None:
        """Read all gauges, tell what has risen, and end what is over."""
        for reading in await usage.read():
            gauge = self._gauges.setdefault(reading.gauge, Gauge(self._thresholds))
            level = gauge.take(reading.share)
            if level is not None:
                await self._tell(reading, level, gauge)
            elif gauge.is_over:
                await self._notifier.resolve(group_of(reading, self._place), self._people)
                gauge.is_told = False

    async def _tell(self, reading: Reading, level: Level, gauge: Gauge) -> None:
        day = int(time.time() // DAY_SECONDS)
        notice = quota_notice(reading, level, self._place, str(day))
        gauge.is_told = True
        try:
            await self._notifier.notify(notice, self._people)
        except RealtimeError:
            # As if it had not been seen, so that it is told when the store is there again.
            gauge.level = Level.FINE
            raise
