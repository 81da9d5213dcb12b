"""What leaves the page by mail or push: its states, and when it is tried again. Pure, without a clock.

Rules
-----
1. A delivery is `pending` until it is `sent`, `skipped` (there was no need any more) or `dead` (it failed
   for good, and an admin can try it again).
2. What fails is tried again after a minute, then after longer and longer; what has not arrived after a day
   is dead. What was refused for good is dead at once.
"""

from __future__ import annotations

from typing import Literal, get_args

Way = Literal["push", "email"]
# `instead`: by mail, because a push could not be delivered.
DeliveryMode = Literal["digest", "instant", "instead"]
DeliveryState = Literal["pending", "sent", "skipped", "dead"]
WAYS: tuple[Way, ...] = get_args(Way)

_MINUTE, _HOUR = 60.0, 3600.0
# Behind each attempt that failed; together a day and a half hour.
RETRY_SECONDS = (_MINUTE, 4 * _MINUTE, 15 * _MINUTE, _HOUR, 3 * _HOUR, 8 * _HOUR, 12 * _HOUR)
# What failed together is not tried again at the same moment.
SPREAD = 0.1


def retry_seconds(attempts: int, chance: float) -> float | None:
    """Tell how long to wait behind so many attempts; None: no longer at all.

    Parameters
    ----------
    chance
        A random number between 0 and 1.
    """
    if attempts > len(RETRY_SECONDS):
        return None
    return RETRY_SECONDS[attempts - 1] * (1 + SPREAD * (2 * chance - 1))
