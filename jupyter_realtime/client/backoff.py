"""How long to wait before connecting again."""

from __future__ import annotations

from collections.abc import Callable

BASE_SECONDS = 0.25
MAX_SECONDS = 20.0


class Backoff:
    """Full jitter: a random part of a span that doubles, so that a thousand clients don't come at once.

    Parameters
    ----------
    random
        Gives numbers from 0 to 1.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._attempts = 0

    def reset(self) -> None:
        """Begin anew: it worked."""
        self._attempts = 0

    def next(self, retry_after: float | None = None) -> float:
        """Tell the seconds to wait; what the server asked for wins."""
        span = min(MAX_SECONDS, BASE_SECONDS * 2.0 ** min(self._attempts, 16))
        self._attempts += 1
        return span * self._random() if retry_after is None else max(0.0, retry_after)
