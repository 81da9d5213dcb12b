"""Seeds with which the long run has found a bug; each stays."""

from __future__ import annotations

import pytest

from .episode import run_episode


@pytest.mark.parametrize(
    ("seed", "events", "faults", "rests"),
    [
        # A listener from the earliest event on, in a log that was empty, was told an event twice.
        (2146509353, 10_000, 200, 8),
        # A room that was left went on paging, and took the board's changes from who had entered it anew.
        (3090683828, 10_000, 100, 2),
    ],
)
def test_R1_what_was_found_once_stays_mended(
    seed: int, events: int, faults: int, rests: int
) -> None:
    run_episode(seed, events, faults, rests)
