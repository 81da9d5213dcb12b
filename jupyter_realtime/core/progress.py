"""How far a run is and how long it, or a job of somebody's own, will take: arithmetic, without a clock.

Rules
-----
1. Progress is the share of the predicted cost that is done. It never falls, and is 1 only at the end.
2. The ETA is the time spent, divided by the cost done, times the cost that remains. It is None while it
   would be a guess: before a tenth is done, unless all costs were learned from earlier runs.
3. It is never negative.

Theory of operation
-------------------
Counting files says little: mypy takes a hundred times as long as ruff for the same file. So each
detector has a cost in seconds a kilobyte, learned from the project's earlier runs, and a run's work is the
sum of cost × kilobytes. Dividing the time by the cost done corrects for a machine that is busy, or
works on two things at once.
"""

from __future__ import annotations

from collections.abc import Mapping

# Below this share an estimate without learned costs is a guess.
GUESS_UNTIL = 0.1
# What can be predicted but not seen must not look finished.
ALMOST_DONE = 0.95


def eta_seconds(
    done: float, total: float, elapsed_seconds: float, *, learned: bool = False
) -> float | None:
    """Estimate the seconds that remain, or None while it would be a guess (rules 2 and 3)."""
    if done <= 0 or (not learned and done < GUESS_UNTIL * total):
        return None
    return max(0.0, elapsed_seconds / done * (total - done))


class ProgressMeter:
    """The progress of one run.

    Parameters
    ----------
    kilobytes
        How much each detector has to look at.
    costs
        Seconds a kilobyte by detector.
    learned
        Whether all costs come from earlier runs.
    """

    def __init__(
        self, kilobytes: Mapping[str, float], costs: Mapping[str, float], *, learned: bool
    ) -> None:
        # Even an empty file costs something; this keeps every detector visible in the whole.
        self._cost = {name: max(size, 0.1) * costs[name] for name, size in kilobytes.items()}
        self._done = dict.fromkeys(self._cost, 0.0)
        self._learned = learned
        self._highest = 0.0

    def advance(self, detector: str, share: float) -> None:
        """Note that a detector has done a share of its work, from 0 to 1."""
        self._done[detector] = max(self._done[detector], min(1.0, share))

    def predicted_share(self, detector: str, elapsed_seconds: float) -> float:
        """Predict how far a detector is that can't say so itself."""
        cost = self._cost[detector]
        return min(ALMOST_DONE, elapsed_seconds / cost) if cost > 0 else ALMOST_DONE

    @property
    def fraction(self) -> float:
        """How much of the run is done, from 0 to 1."""
        total = sum(self._cost.values())
        share = self._cost_done / total if total else 1.0
        self._highest = max(self._highest, min(1.0, share))
        return self._highest

    def eta_seconds(self, elapsed_seconds: float) -> float | None:
        """Estimate the seconds that remain, or None while it would be a guess."""
        total = sum(self._cost.values())
        return eta_seconds(self._cost_done, total, elapsed_seconds, learned=self._learned)

    @property
    def _cost_done(self) -> float:
        return sum(self._cost[name] * share for name, share in self._done.items())
