"""The long run: many small worlds, one after another or side by side, each from a seed of its own.

    python -m tests.faults.soak --events 1000000 --faults 10000 --seed 1

A world has a few thousand events, so that a seed that fails is replayed in seconds:

    python -m tests.faults.soak --replay 1234567
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from .episode import Outcome, run_episode
from .history import Violation

EVENTS_A_WORLD = 10_000
SEEDS = 2**32


class Failure(Exception):
    """A world has broken a rule; says which seed shows it."""


def run_seed(seed: int, events: int, faults: int) -> Outcome:
    """Run one world.

    Raises
    ------
    Failure
        With the seed and the account.
    """
    try:
        return run_episode(seed, events, faults)
    except Exception as error:
        account = error if isinstance(error, Violation) else repr(error)
        again = f"python -m tests.faults.soak --replay {seed} --events {events} --faults {faults}"
        raise Failure(f"seed {seed}: {account}\nSee it again: {again}") from error


def soak(seed: int, events: int, faults: int, jobs: int = 1) -> Iterator[Outcome]:
    """Run worlds until so much has happened."""
    worlds = max(1, round(events / EVENTS_A_WORLD))
    seeds = random.Random(seed).sample(range(SEEDS), worlds)
    each = [-(-events // worlds)] * worlds, [-(-faults // worlds)] * worlds
    if jobs == 1:
        yield from map(run_seed, seeds, *each)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as processes:
        yield from processes.map(run_seed, seeds, *each)


def add_up(outcomes: Iterable[Outcome], *, verbose: bool = False) -> Outcome:
    """Add up what several worlds went through."""
    events = deliveries = 0
    faults: Counter[str] = Counter()
    for number, outcome in enumerate(outcomes, 1):
        events += outcome.events
        deliveries += outcome.deliveries
        faults += outcome.faults
        if verbose:
            print(f"world {number}: {events:,} events, {faults.total():,} faults", flush=True)
    return Outcome(events, faults, deliveries)


def main() -> int:
    """Soak, and say how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, default=EVENTS_A_WORLD)
    parser.add_argument("--faults", type=int, default=EVENTS_A_WORLD // 100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(SEEDS))
    parser.add_argument("--jobs", type=int, default=1, help="worlds side by side")
    parser.add_argument("--replay", type=int, help="run the one world of this seed")
    asked = parser.parse_args()
    began = time.monotonic()
    try:
        if asked.replay is not None:
            total = run_seed(asked.replay, asked.events, asked.faults)
        else:
            print(f"seed {asked.seed}")
            runs = soak(asked.seed, asked.events, asked.faults, asked.jobs)
            total = add_up(runs, verbose=True)
    except Failure as failure:
        print(failure)
        return 1
    print(
        f"{total.events:,} events, {total.deliveries:,} deliveries, {total.faults.total():,} faults:"
    )
    for kind, count in total.faults.most_common():
        print(f"{count:8,}  {kind}")
    print(f"no violation in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
