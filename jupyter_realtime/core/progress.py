"""How long a job of somebody's own will take: arithmetic, without a clock.

Rules
-----
1. The ETA is the time spent, divided by what is done, times what remains. It is None while it would be a
   guess, before a tenth is done.
2. It is never negative.
"""

from __future__ import annotations

# Below this share an estimate is a guess.
GUESS_UNTIL = 0.1


def eta_seconds(done: float, total: float, elapsed_seconds: float) -> float | None:
    """Estimate the seconds that remain, or None while it would be a guess (rule 1)."""
    if done <= 0 or done < GUESS_UNTIL * total:
        return None
    return max(0.0, elapsed_seconds / done * (total - done))
