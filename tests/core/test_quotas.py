"""When somebody is told that something runs short."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.notifications import check_notice
from jupyter_realtime.core.quotas import (
    SLACK,
    Gauge,
    Level,
    Reading,
    Thresholds,
    quota_notice,
    written,
)

THRESHOLDS = Thresholds(short=0.90, used_up=0.97)
SHORT, USED_UP = Level.SHORT, Level.USED_UP


def told(*shares: float) -> list[tuple[int, Level]]:
    """Which readings lead to being told of which level."""
    gauge = Gauge(THRESHOLDS)
    found = [(number, gauge.take(share)) for number, share in enumerate(shares)]
    return [(number, level) for number, level in found if level is not None]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.5, 0.91, 0.92, 0.93), [(2, SHORT)]),
        # A peak.
        ((0.5, 0.99, 0.5, 0.99, 0.5), []),
        # It swings around the threshold, and falls no lower than the slack.
        ((0.91, 0.91, 0.89, 0.89, 0.91, 0.91, 0.86, 0.86, 0.95, 0.95), [(1, SHORT)]),
        # It was over.
        ((0.91, 0.91, 0.80, 0.80, 0.91, 0.91), [(1, SHORT), (5, SHORT)]),
        ((0.91, 0.91, 0.98, 0.98, 0.99), [(1, SHORT), (3, USED_UP)]),
        ((0.99, 0.99), [(1, USED_UP)]),
        # Back to short is no news, and up again from there is.
        ((0.99, 0.99, 0.91, 0.91, 0.98, 0.98), [(1, USED_UP), (5, USED_UP)]),
        ((0.99, 0.91, 0.91), [(1, SHORT)]),
    ],
)
def test_Q7_a_rise_is_told_once(
    shares: tuple[float, ...], expected: list[tuple[int, Level]]
) -> None:
    assert told(*shares) == expected


@given(st.lists(st.floats(0.90 - SLACK + 0.001, 0.969), max_size=50))
def test_Q7_whatever_swings_around_a_threshold_is_told_at_most_once(shares: list[float]) -> None:
    assert len(told(*shares)) <= 1


@given(st.lists(st.floats(0.0, 2.0), max_size=60))
def test_Q7_between_two_that_are_told_of_one_level_it_was_well_below(shares: list[float]) -> None:
    for level, threshold in ((SHORT, THRESHOLDS.short), (USED_UP, THRESHOLDS.used_up)):
        places = [number for number, one in told(*shares) if one is level]
        for first, second in pairwise(places):
            assert min(shares[first:second]) < threshold - SLACK


@pytest.mark.parametrize(
    ("shares", "over_at"),
    [
        # Before it began, somebody may have been told.
        ((0.5, 0.5, 0.5), 1),
        ((0.91, 0.91, 0.5, 0.5), 3),
        ((0.99, 0.99, 0.5, 0.5), 3),
        # Within the slack, and a dip.
        ((0.91, 0.91, 0.86, 0.86, 0.5, 0.86), None),
        ((0.86, 0.86, 0.86), None),
        ((0.5, 0.91, 0.5, 0.5), 3),
    ],
)
def test_Q7_it_is_over_once_it_was_seen_well_below(
    shares: tuple[float, ...], over_at: int | None
) -> None:
    gauge = Gauge(THRESHOLDS)
    is_over = []
    for share in shares:
        gauge.take(share)
        is_over.append(gauge.is_over)
    assert (is_over.index(True) if any(is_over) else None) == over_at
    gauge.is_told = False
    assert not gauge.is_over


@given(st.lists(st.floats(0.0, 2.0), max_size=60))
def test_Q7_nothing_is_over_that_still_counts(shares: list[float]) -> None:
    gauge = Gauge(THRESHOLDS)
    for share in shares:
        gauge.take(share)
        assert not gauge.is_over or (gauge.level is Level.FINE and share < THRESHOLDS.short - SLACK)


def test_Q7_it_is_said_in_words_how_much_is_left() -> None:
    disk = Reading("disk", "The disk of your notebooks", 93 * 1024**3, 100 * 1024**3, "bytes")
    notice = quota_notice(disk, SHORT, "here", "1")
    check_notice(notice)
    assert notice.title == "The disk of your notebooks is running short"
    assert notice.message == "93.0 GiB of 100 GiB are used (93 %), 7.0 GiB are free."
    assert (notice.type, notice.category) == ("warning", "quota")
    worse = quota_notice(disk, USED_UP, "here", "1")
    assert (worse.type, worse.group) == ("error", notice.group) and worse.dedupe != notice.dedupe
    kernels = Reading("kernels", "Kernels", 10, 10, "kernels")
    assert quota_notice(kernels, USED_UP, "here", "1").title == "No more kernels may be started"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (100 * 1024**2, "100 MiB"),
        (5 * 1024**4, "5.0 TiB"),
        (5000 * 1024**4, "5,000.0 TiB"),
    ],
)
def test_Q7_bytes_are_written_for_people(amount: int, words: str) -> None:
    assert written(amount) == words
