"""About a minute of the long run (`make soak`), with another seed each time."""

from __future__ import annotations

import os
import random

from tests.faults.episode import run_episode
from tests.faults.soak import SEEDS, add_up, soak

EVENTS = 50_000
FAULTS = 500


def test_nothing_is_lost_or_doubled_whatever_goes_wrong() -> None:
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(SEEDS))
    print(f"SOAK_SEED={seed}")
    total = add_up(soak(seed, EVENTS, FAULTS))
    assert total.events >= EVENTS
    assert total.faults.total() >= FAULTS
    assert all(total.faults[kind] for kind in ("stall", "hints", "prune", "kill", "stop"))


def test_a_seed_leads_to_the_same_run_again() -> None:
    assert run_episode(1, 1000, 20) == run_episode(1, 1000, 20)
