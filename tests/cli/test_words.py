import pytest

from jupyter_realtime.cli import words
from tests.client.runs import lane


@pytest.mark.parametrize(
    ("seconds", "stalled", "said"),
    [
        (None, 0.0, ""),
        (0.0, 0.0, "less than 10 s left"),
        (12.4, 0.0, "about 20 s left"),
        (54.9, 0.0, "about 60 s left"),
        (61.0, 0.0, "about 1 min left"),
        (150.0, 16.0, "about 2 min left"),
        (12.4, 16.0, "taking longer than usual"),
        (None, 16.0, "taking longer than usual"),
    ],
)
def test_an_estimate_is_no_more_exact_than_it_can_be(
    seconds: float | None, stalled: float, said: str
) -> None:
    assert words.eta(seconds, stalled) == said


@pytest.mark.parametrize(
    ("state", "done", "said"),
    [
        ("queued", 0, "waiting"),
        ("running", 1, "1 of 4 files"),
        ("succeeded", 4, "4 files"),
        ("failed", 1, "failed"),
        ("cancelled", 1, "cancelled"),
        ("not_applicable", 0, "does not apply"),
    ],
)
def test_a_lane_says_how_it_stands(state: str, done: int, said: str) -> None:
    assert words.lane(lane(state, done)) == said


def test_numbers_have_their_nouns() -> None:
    assert [words.count(n, "issue") for n in (0, 1, 2000)] == [
        "0 issues",
        "1 issue",
        "2,000 issues",
    ]


def test_a_terminal_is_not_controlled_by_what_is_analysed() -> None:
    hostile = "a\x1b]0;owned\x07\x9b31m\r\n\u202eb"
    cleaned = words.clean(hostile)
    assert cleaned.isprintable() and cleaned.startswith("a") and cleaned.endswith("b")
