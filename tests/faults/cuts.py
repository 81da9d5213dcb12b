"""Where in a stream of RFC 6455 frames a connection can break off."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from random import Random
from typing import NamedTuple


class Cut(enum.Enum):
    """A class of byte boundaries: whatever breaks at one of its places breaks at all of them."""

    BEFORE_HEADER = "before the first byte"
    IN_HEADER = "in the header"
    IN_LENGTH = "in the extended length"
    IN_MASK = "in the mask"
    IN_PAYLOAD = "in the payload"
    BETWEEN_FRAMES = "between two frames"
    AFTER_FRAME = "after the last byte"


class Span(NamedTuple):
    """Where the parts of one frame end, counted from the beginning of the stream's piece."""

    start: int
    length: int
    mask: int
    end: int


def spans(piece: bytes) -> Iterator[Span]:
    """Find the frames in a piece that begins and ends with whole frames."""
    start = 0
    while start < len(piece):
        size = piece[start + 1] & 0x7F
        extended = {126: 2, 127: 8}.get(size, 0)
        length = start + 2 + extended
        if extended:
            size = int.from_bytes(piece[start + 2 : length], "big")
        mask = length + (4 if piece[start + 1] & 0x80 else 0)
        yield Span(start, length, mask, mask + size)
        start = mask + size


def place(cut: Cut, piece: bytes, chance: Random) -> int | None:
    """Choose how many bytes of a piece still arrive; None if it has no place of this class."""
    places = [at for span in spans(piece) for at in _places(cut, span, len(piece), chance)]
    return chance.choice(places) if places else None


def _places(cut: Cut, span: Span, size: int, chance: Random) -> Iterator[int]:
    if cut is Cut.BEFORE_HEADER and span.start == 0:
        yield 0
    elif cut is Cut.IN_HEADER:
        yield span.start + 1
    elif cut is Cut.IN_LENGTH:
        yield from range(span.start + 2, span.length)
    elif cut is Cut.IN_MASK:
        yield from range(span.length + 1, span.mask)
    elif cut is Cut.IN_PAYLOAD and span.end - span.mask > 1:
        yield chance.randrange(span.mask + 1, span.end)
    elif cut is Cut.BETWEEN_FRAMES and span.start > 0:
        yield span.start
    elif cut is Cut.AFTER_FRAME and span.end == size:
        yield size
