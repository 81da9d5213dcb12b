"""Where some code may be now, and how sure that is of each place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .approximate import best_ends, similarity, similarity_of_start, start_of
from .cells import SEPARATOR, Cells
from .source import CONTEXT_CHARACTERS, AnchorSource

QUOTE_WEIGHT, CONTEXT_WEIGHT, POSITION_WEIGHT = 50, 20, 2
_ALL_WEIGHTS = QUOTE_WEIGHT + 2 * CONTEXT_WEIGHT + POSITION_WEIGHT
# A context that isn't known speaks neither for a place nor against it.
_UNKNOWN = 0.5
# What was inserted between the code and its context may be as long as the context.
_REACH = 2 * CONTEXT_CHARACTERS
# Places with less in common than this are not looked at.
_MAX_ERRORS = 0.5
_PLACES_A_CELL = 4
# Of a quote that stands everywhere (`x`) only so many places are looked at closely.
_MAX_OCCURRENCES = 32


@dataclass(frozen=True)
class Place:
    """A range of the whole text, and how much speaks for it."""

    start: int
    end: int
    score: float

    def overlaps(self, other: Place) -> bool:
        """Whether two places have a character in common."""
        return self.start < other.end and other.start < self.end


class Search:
    """Looks for one source's code in the cells of a document.

    Parameters
    ----------
    own
        The cells that are the source's: by id, or by descent.
    """

    def __init__(self, source: AnchorSource, cells: Cells, own: Iterable[int]) -> None:
        self._source = source
        self._cells = cells
        self._own = frozenset(own)
        self._scored: dict[tuple[int, int], Place] = {}
        self._backwards = source.prefix[::-1]
        # The quote is cut where the code was very long: then what is found is as long as the code was.
        self._cut = (source.end or 0) - (source.start or 0) - len(source.quote)

    def unmoved(self, index: int) -> Place | None:
        """The place in a cell where the code was, if it is there still."""
        start = self._cells.starts[index] + (self._source.start or 0)
        end = start + len(self._source.quote)
        if end > self._cells.end_of(index) or self._cells.text[start:end] != self._source.quote:
            return None
        return self._place(start, end)

    def equal(self) -> list[Place]:
        """The places at which exactly the quote stands."""
        found = list(self._cells.occurrences(self._source.quote))
        if len(found) > _MAX_OCCURRENCES:
            found = sorted(found, key=self._unlikeliness)[:_MAX_OCCURRENCES]
        return [self._place(start, start + len(self._source.quote)) for start in found]

    def equal_in(self, index: int) -> list[Place]:
        """The places of one cell at which exactly the quote stands."""
        first, last = self._cells.starts[index], self._cells.end_of(index)
        return [place for place in self.equal() if first <= place.start and place.end <= last]

    def similar_in(self, index: int) -> list[Place]:
        """The places of one cell at which something like the quote stands."""
        quote, base = self._source.quote, self._cells.starts[index]
        text = self._cells.cells[index].source
        allowed = int(len(quote) * _MAX_ERRORS)
        return [
            self._place(*self._whole_lines(index, base + start_of(quote, text, end), base + end))
            for _, end in best_ends(quote, text, allowed, _PLACES_A_CELL)
        ]

    def _place(self, start: int, end: int) -> Place:
        end = min(end + self._cut, self._cells.end_of(self._cells.index_at(start)))
        known = self._scored.get((start, end))
        if known is None:
            known = self._scored[start, end] = Place(start, end, self._score(start, end))
        return known

    def _score(self, start: int, end: int) -> float:
        quote = similarity(self._source.quote, self._cells.text[start : end - self._cut])
        around = self._before(start) + self._after(end)
        return (
            QUOTE_WEIGHT * quote + CONTEXT_WEIGHT * around + POSITION_WEIGHT * self._nearness(start)
        ) / _ALL_WEIGHTS

    def _before(self, start: int) -> float:
        if not self._source.prefix:
            index = self._cells.index_at(start)
            return self._at_border(index, start == self._cells.starts[index], index == 0)
        there = self._cells.text[max(0, start - _REACH) : start]
        return similarity_of_start(self._backwards, there[::-1])

    def _after(self, end: int) -> float:
        if not self._source.suffix:
            index = self._cells.index_at(end)
            is_last = index == len(self._cells.cells) - 1
            return self._at_border(index, end == self._cells.end_of(index), is_last)
        return similarity_of_start(self._source.suffix, self._cells.text[end : end + _REACH])

    def _at_border(self, index: int, is_border: bool, is_outermost: bool) -> float:
        """Tell what it says that the code had nothing before it, or after it."""
        is_known = is_outermost if self._source.framed else index in self._own
        return 1.0 if is_border and is_known else _UNKNOWN

    def _nearness(self, start: int) -> float:
        index = self._cells.index_at(start)
        if index in self._own:
            moved = abs(start - self._cells.starts[index] - (self._source.start or 0))
            return 1 / (1 + moved / CONTEXT_CHARACTERS)
        if self._source.cell_index is None:
            return 0.0
        return 0.5 / (1 + abs(index - self._source.cell_index))

    def _unlikeliness(self, start: int) -> tuple[int, float]:
        """Sort occurrences without looking at all that is around them."""
        end = start + len(self._source.quote)
        text, source = self._cells.text, self._source
        around = _common(self._backwards, text[max(0, start - CONTEXT_CHARACTERS) : start][::-1])
        around += _common(source.suffix, text[end : end + CONTEXT_CHARACTERS])
        return -around, -self._nearness(start)

    def _whole_lines(self, index: int, start: int, end: int) -> tuple[int, int]:
        """Widen a place to whole lines where the code was whole lines."""
        text, source = self._cells.text, self._source
        if source.start == 0 or source.prefix.endswith(SEPARATOR):
            start = max(text.rfind(SEPARATOR, 0, start) + 1, self._cells.starts[index])
        if not source.suffix or source.suffix.startswith(SEPARATOR):
            line_end = text.find(SEPARATOR, end)
            end = self._cells.end_of(index) if line_end == -1 else line_end
        return start, end


def _common(one: str, other: str) -> int:
    """Count the characters with which two texts begin alike."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
