"""How sure it is that some code stands at a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .approximate import similarity, similarity_of_start
from .cells import Cells
from .source import CONTEXT_CHARACTERS, AnchorSource

QUOTE_WEIGHT, CONTEXT_WEIGHT, POSITION_WEIGHT = 50, 20, 2
_ALL_WEIGHTS = QUOTE_WEIGHT + 2 * CONTEXT_WEIGHT + POSITION_WEIGHT
# A context that isn't known speaks neither for a place nor against it.
_UNKNOWN = 0.5
# What was inserted between the code and its context may be half as long as the context.
_REACH = 3 * CONTEXT_CHARACTERS // 2
# What stands next to the code counts twice: as a part of the context, and by itself.
_NEAR = 32
# Where what is next to it has no more in common than any two pieces of code, the rest isn't looked at.
_DIFFERENT = 0.4


@dataclass(frozen=True)
class Place:
    """A range of the whole text, how much speaks for it, and of that how alike the quote is (0 to 1)."""

    start: int
    end: int
    score: float
    alike: float

    def overlaps(self, other: Place) -> bool:
        """Whether two places have a character in common."""
        return self.start < other.end and other.start < self.end


class Scale:
    """Scores places for one source: its quote, what stands around it, and its position.

    Parameters
    ----------
    own
        The cells that are the source's: by id, or by descent.
    """

    def __init__(self, source: AnchorSource, cells: Cells, own: Iterable[int]) -> None:
        self._source = source
        self._cells = cells
        self.own = frozenset(own)
        self._scored: dict[tuple[int, int], Place] = {}
        self._backwards = source.prefix[::-1]
        # The quote is cut where the code was very long: then what is found is as long as the code was.
        self._cut = (source.end or 0) - (source.start or 0) - len(source.quote)

    def place(self, start: int, end: int) -> Place:
        """Score a range."""
        end = min(end + self._cut, self._cells.end_of(self._cells.index_at(start)))
        known = self._scored.get((start, end))
        if known is None:
            quote = similarity(self._source.quote, self._cells.text[start : end - self._cut])
            known = Place(start, end, self._score(start, end, quote), quote)
            self._scored[start, end] = known
        return known

    def unlikeliness(self, start: int) -> tuple[int, float]:
        """Sort occurrences of the quote without looking at all that is around them."""
        end = start + len(self._source.quote)
        text, source = self._cells.text, self._source
        around = _common(self._backwards, text[max(0, start - CONTEXT_CHARACTERS) : start][::-1])
        around += _common(source.suffix, text[end : end + CONTEXT_CHARACTERS])
        return -around, -self._nearness(start)

    def _score(self, start: int, end: int, quote: float) -> float:
        around = self._before(start) + self._after(end)
        return (
            QUOTE_WEIGHT * quote + CONTEXT_WEIGHT * around + POSITION_WEIGHT * self._nearness(start)
        ) / _ALL_WEIGHTS

    def _before(self, start: int) -> float:
        if not self._source.prefix:
            index = self._cells.index_at(start)
            return self._at_border(index, start == self._cells.starts[index], index == 0)
        return _alike(self._backwards, self._cells.text[max(0, start - _REACH) : start][::-1])

    def _after(self, end: int) -> float:
        if not self._source.suffix:
            index = self._cells.index_at(end)
            is_last = index == len(self._cells.cells) - 1
            return self._at_border(index, end == self._cells.end_of(index), is_last)
        return _alike(self._source.suffix, self._cells.text[end : end + _REACH])

    def _at_border(self, index: int, is_border: bool, is_outermost: bool) -> float:
        """Tell what it says that the code had nothing before it, or after it."""
        is_known = is_outermost if self._source.framed else index in self.own
        return 1.0 if is_border and is_known else _UNKNOWN

    def _nearness(self, start: int) -> float:
        index = self._cells.index_at(start)
        if index in self.own:
            moved = abs(start - self._cells.starts[index] - (self._source.start or 0))
            return 1 / (1 + moved / CONTEXT_CHARACTERS)
        if self._source.cell_index is None:
            return 0.0
        return 0.5 / (1 + abs(index - self._source.cell_index))


def _alike(context: str, there: str) -> float:
    """Tell how alike two contexts are, both from the code outwards."""
    if there.startswith(context):
        return 1.0
    near = similarity_of_start(context[:_NEAR], there[: 2 * _NEAR])
    if near < _DIFFERENT:
        return near / 2
    return (similarity_of_start(context, there) + near) / 2


def _common(one: str, other: str) -> int:
    """Count the characters with which two texts begin alike."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
