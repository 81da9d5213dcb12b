"""How often a person may ask over HTTP: as often as over a socket."""

from __future__ import annotations

import time

from ..core.actors import Principal
from ..core.errors import RateLimited
from ..core.session import Bucket

# Where the stock provider makes up a new name at each request, there would be more and more of them.
MIN_BUCKETS = 1000


class Rates:
    """A token bucket for each person who has asked of late.

    Parameters
    ----------
    requests_per_second
        How often; twice that at once.
    """

    def __init__(self, requests_per_second: float) -> None:
        self._requests_per_second = requests_per_second
        self._buckets: dict[str, Bucket] = {}
        self._most_buckets = MIN_BUCKETS

    def take(self, principal: Principal) -> None:
        """Count a request.

        Raises
        ------
        RateLimited
            With the time after which there is room for it.
        """
        now = time.monotonic()
        bucket = self._buckets.get(principal.name)
        if bucket is None:
            self._tidy_up(now)
            bucket = self._buckets[principal.name] = Bucket(self._requests_per_second, now)
        wait = bucket.take(now)
        if wait:
            raise RateLimited(
                "Too many requests; wait a moment.", retry_after=max(0.001, round(wait, 3))
            )

    def _tidy_up(self, now: float) -> None:
        if len(self._buckets) < self._most_buckets:
            return
        self._buckets = {who: b for who, b in self._buckets.items() if not b.is_full(now)}
        self._most_buckets = max(MIN_BUCKETS, 2 * len(self._buckets))
