"""Progress as a share of time: tried on runs that are played through, second by second."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.forecast import GUESS_UNTIL, Forecast, UnitForecast

STEP_SECONDS = 0.05


@dataclass(frozen=True)
class Shown:
    """What was shown at a moment."""

    now: float
    fraction: float
    eta: float | None


def play(
    units: list[tuple[str, float]], slots: int, *, slower: float = 1.0, learned: bool = True
) -> tuple[list[Shown], float]:
    """Work through units in their order; gives what is shown all the time, and how long it took."""
    forecast = Forecast(slots, learned=learned)
    queue = [forecast.plan(name, seconds) for name, seconds in units]
    running: list[tuple[float, int, UnitForecast]] = []
    shown: list[Shown] = []
    now = 0.0
    while queue or running:
        while queue and len(running) < slots:
            unit = queue.pop(0)
            forecast.begin(unit, now)
            heapq.heappush(running, (now + slower * unit.seconds, id(unit), unit))
        until, _, unit = heapq.heappop(running)
        while now + STEP_SECONDS < until:
            now += STEP_SECONDS
            shown.append(Shown(now, forecast.fraction(now), forecast.eta_seconds(now)))
        now = until
        forecast.end(unit, now)
    return shown, now


SECONDS = st.floats(min_value=0.01, max_value=3.0)
UNITS = st.lists(st.tuples(st.sampled_from("abc"), SECONDS), min_size=1, max_size=40)


@given(units=UNITS, slots=st.integers(1, 4), slower=st.floats(0.2, 5.0), learned=st.booleans())
def test_A3_progress_never_falls_and_no_eta_is_negative(
    units: list[tuple[str, float]], slots: int, slower: float, learned: bool
) -> None:
    shown, _ = play(units, slots, slower=slower, learned=learned)
    fractions = [one.fraction for one in shown]
    assert fractions == sorted(fractions)
    assert all(0.0 <= fraction <= 1.0 for fraction in fractions)
    assert all(one.eta is None or one.eta >= 0 for one in shown)
    guesses = [one for one in shown if one.fraction < GUESS_UNTIL]
    assert learned or all(one.eta is None for one in guesses)


def errors(shown: list[Shown], took: float) -> list[float]:
    return sorted(abs(one.fraction - one.now / took) for one in shown)


def test_A3_what_was_learned_shows_the_true_share_of_time() -> None:
    batches = [("ruff", 0.1)] * 12 + [("bandit", 0.2)] * 20
    shown, took = play([("mypy", 4.0), ("jscpd", 1.0), *batches], 2)
    found = errors(shown, took)
    assert found[int(0.95 * len(found))] < 0.05


def test_A3_a_busy_machine_is_noticed_after_a_few_units() -> None:
    shown, took = play([("ruff", 0.1)] * 100, 2, slower=3.0)
    late = [one for one in shown if one.now > 0.2 * took]
    assert all(abs(one.fraction - one.now / took) < 0.1 for one in late)
    etas = [abs(one.eta - (took - one.now)) / took for one in late if one.eta is not None]
    assert sum(etas) / len(etas) < 0.1


def test_A3_a_unit_that_takes_longer_than_predicted_never_looks_done() -> None:
    shown, _ = play([("mypy", 1.0)], 2, slower=10.0)
    assert shown[-1].fraction < 1.0
    assert shown[-1].eta is not None and shown[-1].eta > 0
