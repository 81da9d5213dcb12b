"""The bit-parallel distances are those of the edit matrix that everybody knows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.anchors.approximate import (
    best_ends,
    distances,
    similarity,
    similarity_of_start,
    start_of,
)

words = st.text(alphabet="abc\n🎉", max_size=70)


def matrix(pattern: str, text: str, anchored: bool) -> list[int]:
    """The last row of the edit matrix, cell by cell."""
    column = list(range(len(pattern) + 1))
    last = [column[-1]]
    for index, character in enumerate(text, 1):
        following = [index if anchored else 0]
        for row, wanted in enumerate(pattern, 1):
            replaced = column[row - 1] + (wanted != character)
            following.append(min(replaced, column[row] + 1, following[-1] + 1))
        column = following
        last.append(column[-1])
    return last


@given(pattern=words, text=words, anchored=st.booleans())
def test_distances_are_those_of_the_matrix(pattern: str, text: str, anchored: bool) -> None:
    assert distances(pattern, text, anchored=anchored) == matrix(pattern, text, anchored)


@given(one=words, other=words)
def test_similarity_is_the_same_both_ways_and_one_only_for_equals(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == similarity(other, one)
    assert (similarity(one, other) == 1) == (one == other)


@given(known=words.filter(bool), text=words, rest=words)
def test_a_start_is_as_alike_as_its_best_part(known: str, text: str, rest: str) -> None:
    assert similarity_of_start(known, known + rest) == 1
    assert similarity_of_start(known, text) == max(
        0, 1 - min(matrix(known, text, anchored=True)) / len(known)
    )


@given(pattern=words.filter(bool), before=words, after=words)
def test_what_stands_there_is_found_with_its_start(pattern: str, before: str, after: str) -> None:
    text = before + pattern + after
    (distance, end), *_ = best_ends(pattern, text, len(pattern), 3)
    assert distance == 0
    assert text[start_of(pattern, text, end) : end] == pattern
