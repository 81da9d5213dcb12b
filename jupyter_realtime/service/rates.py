"""How often a person may ask over HTTP: as often as over a socket."""

from __future__ import annotations

import time

from ..core.actors import Principal
from ..core.errors import RateLimited
from ..core.session import Bucket


class Rates:
    """A token bucket for each person; there are as many as people who have asked.

    Parameters
    ----------
    requests_per_second
        How often; twice that at once.
    """

    def __init__(self, requests_per_second: float) -> None:
        self._requests_per_second = requests_per_second
        self._buckets: dict[str, Bucket] = {}

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
            bucket = self._buckets[principal.name] = Bucket(self._requests_per_second, now)
        wait = bucket.take(now)
        if wait:
            raise RateLimited(
                "Too many requests; wait a moment.", retry_after=max(0.001, round(wait, 3))
            )
