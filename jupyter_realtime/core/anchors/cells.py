"""The text in which anchors are looked for: a notebook's cells, or a file as one cell without an id."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

import msgspec

# Three characters that follow each other: enough to tell which cells are worth a closer look.
_GRAM = 3
SEPARATOR = "\n"
# Few cells are longer.
_PIECE_CHARACTERS = 2000
MAX_OCCURRENCES = 10_000
# Half of a character, which a file may hold and nothing can send.
_HALF = re.compile("[\ud800-\udfff]")


class Cell(msgspec.Struct, frozen=True):
    """One cell as an anchor sees it; a file without cells is one without an id."""

    id: str | None
    source: str


class Piece(msgspec.Struct, frozen=True):
    """A part of a cell: a range of the whole text."""

    cell: int
    start: int
    end: int


class Cells:
    """The cells of one document, prepared so that many anchors can be resolved in them.

    Their text is also looked at as a whole, one cell below the other: so a line knows its surroundings
    across the borders of cells, and still does after cells were split, merged or given other ids.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = [Cell(cell.id, encodable(cell.source)) for cell in cells]
        self.text = SEPARATOR.join(cell.source for cell in self.cells)
        self.starts: list[int] = []
        position = 0
        for cell in self.cells:
            self.starts.append(position)
            position += len(cell.source) + len(SEPARATOR)
        self._occurrences: dict[str, list[int]] = {}
        self._by_id: dict[str | None, list[int]] = {}
        for index, cell in enumerate(self.cells):
            self._by_id.setdefault(cell.id, []).append(index)

    @property
    def is_notebook(self) -> bool:
        """Whether there are cells, with or without ids: a file is one cell that has none."""
        return len(self.cells) != 1 or self.cells[0].id is not None

    def with_id(self, cell_id: str) -> list[int]:
        """Find the cells with an id: some editors paste a cell with the id of its original."""
        return self._by_id.get(cell_id, [])

    def index_at(self, position: int) -> int:
        """Tell in which cell a position of the whole text is."""
        return bisect_right(self.starts, position) - 1

    def end_of(self, index: int) -> int:
        """Tell where a cell ends in the whole text."""
        return self.starts[index] + len(self.cells[index].source)

    def occurrences(self, quote: str) -> list[int]:
        """Find every place of the whole text at which exactly this stands, within one cell.

        Of more than `MAX_OCCURRENCES` the first: what stands everywhere is known by what is around it.
        """
        known = self._occurrences.get(quote)
        if known is None:
            known = self._occurrences[quote] = list(islice(self._find(quote), MAX_OCCURRENCES))
        return known

    def _find(self, quote: str) -> Iterator[int]:
        position = self.text.find(quote)
        while position != -1:
            if position + len(quote) <= self.end_of(self.index_at(position)):
                yield position
            position = self.text.find(quote, position + 1)

    @cached_property
    def pieces(self) -> list[Piece]:
        """All cells in pieces of whole lines: what is looked at closely is never a whole file."""
        return [
            Piece(index, self.starts[index] + start, self.starts[index] + end)
            for index, cell in enumerate(self.cells)
            for start, end in _pieces(cell.source)
        ]

    def pieces_near(self, index: int, position: int) -> list[int]:
        """Find the piece of a cell where a position of it is or was, and those next to it."""
        pieces, at = self._pieces_of[index], self.starts[index] + position
        where = next((n for n in pieces if at <= self.pieces[n].end), pieces[-1])
        return [n for n in pieces if abs(n - where) <= 1]

    def alike(self, quote: str, share: float, limit: int) -> list[int]:
        """Find the pieces that have a part of a quote's trigrams in common with it, the best first."""
        grams = _grams(quote)
        counts = Counter(index for gram in grams for index in self._pieces_by_gram.get(gram, ()))
        enough = max(1, share * len(grams))
        best = sorted((-count, index) for index, count in counts.items() if count >= enough)
        return [index for _, index in best[:limit]]

    @cached_property
    def _pieces_of(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.cells]
        for number, piece in enumerate(self.pieces):
            found[piece.cell].append(number)
        return found

    @cached_property
    def _pieces_by_gram(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, piece in enumerate(self.pieces):
            for gram in _grams(self.text[piece.start : piece.end]):
                found.setdefault(gram, []).append(number)
        return found


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text at ends of lines into pieces that aren't much longer than they may be."""
    start = 0
    while len(text) - start > _PIECE_CHARACTERS:
        end = text.find(SEPARATOR, start + _PIECE_CHARACTERS)
        if end == -1:
            break
        yield start, end
        start = end + 1
    yield start, len(text)


def encodable(text: str) -> str:
    """Replace halves of characters, which a file may hold and nothing can send, by as many others."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def _grams(text: str) -> set[str]:
    return {text[index : index + _GRAM] for index in range(max(1, len(text) - _GRAM + 1))}
