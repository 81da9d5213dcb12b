"""Seeds with which the long run has found a bug; each stays."""

from __future__ import annotations

import pytest

from .episode import run_episode


@pytest.mark.parametrize(
    ("seed", "events", "faults"),
    [
        # A listener from the earliest event on, in a log that was empty, was told an event twice.
        (2146509353, 10_000, 200),
    ],
)
def test_R1_what_was_found_once_stays_mended(seed: int, events: int, faults: int) -> None:
    run_episode(seed, events, faults)
