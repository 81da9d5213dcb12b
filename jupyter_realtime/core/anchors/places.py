"""Where some code may be now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .approximate import best_ends, similarity, start_of
from .cells import SEPARATOR, Cells, Piece
from .scoring import Place, Scale
from .source import AnchorSource, digest

# What is looked at closely because the code may have come there: how much of the trigrams a piece of a
# cell must have, and how many such pieces there are at most.
_SHARE, _MAX_PIECES = 0.35, 4
# Places with less in common than this are not looked at.
_MAX_ERRORS = 0.5
_PLACES_A_PIECE = 3
# Of a quote that stands everywhere (`x`) only so many places are looked at closely.
_MAX_OCCURRENCES = 32
# How many texts are remembered that are like the code and aren't it.
_MAX_RIVALS, _MAX_RIVAL_PIECES = 12, 9
# Where code was changed beyond recognition, what stands next to it tells where it is.
_NEIGHBOUR, _MIN_NEIGHBOUR, _MAX_NEIGHBOURS = 32, 8, 3


class Search:
    """Looks for one source's code in the cells of a document."""

    def __init__(self, source: AnchorSource, cells: Cells, own: Iterable[int]) -> None:
        self._source = source
        self._cells = cells
        self._scale = Scale(source, cells, own)
        self._searched: set[int] = set()

    def unmoved(self, index: int) -> Place | None:
        """The place in a cell where the code was, if it is there still."""
        start = self._cells.starts[index] + (self._source.start or 0)
        end = start + len(self._source.quote)
        if end > self._cells.end_of(index) or self._cells.text[start:end] != self._source.quote:
            return None
        return self._scale.place(start, end)

    def equal(self) -> list[Place]:
        """The places at which exactly the quote stands."""
        found = self._cells.occurrences(self._source.quote)
        if len(found) > _MAX_OCCURRENCES:
            found = sorted(found, key=self._scale.unlikeliness)[:_MAX_OCCURRENCES]
        return [self._scale.place(start, start + len(self._source.quote)) for start in found]

    def equal_in(self, indices: Iterable[int]) -> list[Place]:
        """The places of some cells at which exactly the quote stands."""
        wanted = frozenset(indices)
        return [place for place in self.equal() if self._cells.index_at(place.start) in wanted]

    def similar_near(self) -> list[Place]:
        """The places near where it was, in its own cells, at which something like the quote stands."""
        return [self._scale.place(*found) for found in self._ranges(self._near())]

    def similar_elsewhere(self) -> list[Place]:
        """The places at which something like the quote stands in what has most in common with it."""
        return [self._scale.place(*found) for found in self._ranges(self._alike(_MAX_PIECES))]

    def similar(self) -> Iterator[tuple[int, int]]:
        """Where anything like the quote stands: what is there already is looked for further away."""
        return self._ranges([*self._near(), *self._alike(_MAX_RIVAL_PIECES)])

    def _near(self) -> list[int]:
        return [
            piece
            for index in sorted(self._scale.own)
            for piece in self._cells.pieces_near(index, self._source.start or 0)
        ]

    def _alike(self, limit: int) -> list[int]:
        return self._cells.alike(self._source.quote, _SHARE, limit)

    def _ranges(self, pieces: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Find ranges like the quote in pieces of cells, each of which is looked at once."""
        for number in pieces:
            if number not in self._searched:
                self._searched.add(number)
                yield from self._ranges_in(self._cells.pieces[number])

    def _ranges_in(self, piece: Piece) -> Iterator[tuple[int, int]]:
        quote = self._source.quote
        # It may begin in the piece before, or end in the next one.
        base = max(self._cells.starts[piece.cell], piece.start - len(quote))
        text = self._cells.text[base : min(self._cells.end_of(piece.cell), piece.end + len(quote))]
        for _, end in best_ends(quote, text, int(len(quote) * _MAX_ERRORS), _PLACES_A_PIECE):
            yield self._in_lines(piece.cell, base + start_of(quote, text, end), base + end)

    def beside_neighbours(self) -> list[Place]:
        """The places between that which stood right before the code and right after it, or next to one."""
        text, source = self._cells.text, self._source
        before, after = source.prefix[-_NEIGHBOUR:], source.suffix[:_NEIGHBOUR]
        length = len(source.quote)
        found = [(at + len(before), at + len(before) + length) for at in _some(text, before)]
        found += [(at - length, at) for at in _some(text, after)]
        return [
            self._scale.place(*place) for start, end in found for place in self._within(start, end)
        ]

    def _within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Keep a range within the cell in which most of it is."""
        index = self._cells.index_at(max(0, (start + end) // 2))
        first = max(start, self._cells.starts[index])
        last = min(end, self._cells.end_of(index))
        if first < last:
            yield self._in_lines(index, first, last)

    def _in_lines(self, index: int, start: int, end: int) -> tuple[int, int]:
        """Move the ends of a place to those of lines, where the code was whole lines."""
        text, source = self._cells.text, self._source
        first, last = self._cells.starts[index], self._cells.end_of(index)
        starts, ends = [start], [end]
        if not source.prefix[source.prefix.rfind(SEPARATOR) + 1 :].strip():
            starts = _line_starts(text, first, start, end)
        if not source.suffix.partition(SEPARATOR)[0].strip():
            ends = _line_ends(text, last, start, end)
        ranges = [(one, other) for one in starts for other in ends if one < other] or [(start, end)]
        if len(ranges) == 1:
            return ranges[0]
        return max(ranges, key=lambda at: similarity(source.quote, text[at[0] : at[1]]))


def elsewhere(
    source: AnchorSource, cells: Cells, start: int, end: int
) -> tuple[float, tuple[str, ...]]:
    """Tell what else is like the code: the best score of an equal one, and the digests of similar ones."""
    search = Search(source, cells, [cells.index_at(start)])
    equal = [place.score for place in search.equal() if place.start != start]
    texts = [
        cells.text[first:last] for first, last in search.similar() if last <= start or end <= first
    ]
    similar = dict.fromkeys(digest(text) for text in texts if text != source.quote)
    return max(equal, default=0.0), tuple(similar)[:_MAX_RIVALS]


def distinct(places: Iterable[Place]) -> list[Place]:
    """Rank places, of those that overlap only the best."""
    chosen: list[Place] = []
    for place in sorted(places, key=lambda place: (-place.score, place.start, place.end)):
        if not any(place.overlaps(other) for other in chosen):
            chosen.append(place)
    return chosen


def _line_starts(text: str, first: int, start: int, end: int) -> list[int]:
    """Where the line begins in which a place begins, and the next one, after their indentation."""
    this = max(first, text.rfind(SEPARATOR, 0, start) + 1)
    following = text.find(SEPARATOR, start, end) + 1
    found = [this] if following == 0 else [this, following]
    return [_skip_space(text, one, end) for one in found]


def _line_ends(text: str, last: int, start: int, end: int) -> list[int]:
    """Where the line ends in which a place ends, and the one before it."""
    this = text.find(SEPARATOR, end, last)
    before = text.rfind(SEPARATOR, start, end)
    found = [last if this == -1 else this]
    return found if before == -1 else [*found, before]


def _skip_space(text: str, start: int, end: int) -> int:
    while start < end and text[start] in " \t":
        start += 1
    return start


def _some(text: str, neighbour: str) -> list[int]:
    """Find where a neighbour of the code stands; nowhere if it is next to nothing."""
    found: list[int] = []
    if len(neighbour.strip()) < _MIN_NEIGHBOUR:
        return found
    position = text.find(neighbour)
    while position != -1 and len(found) < _MAX_NEIGHBOURS:
        found.append(position)
        position = text.find(neighbour, position + 1)
    return found
