"""What anchors make of the corpus: how many threads stand where their code is, and how many elsewhere."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jupyter_realtime.core.anchors import (
    AnchorSource,
    Cell,
    Cells,
    candidates,
    make_anchor,
    resolve,
)
from jupyter_realtime.core.threads import Anchor, AnchorStatus

from .corpus import Pair, Part
from .truth import Fate, Trace, Traced, trace

Kind = Literal["line", "part", "block"]
# `kept`: as the files have them, where they have some. `new`: every cell has got another one.
Ids = Literal["kept", "new"]
# `document`: what stands in the cells above and below was known. `cell`: only the cell itself.
Known = Literal["document", "cell"]
Outcome = Literal["right", "wrong", "suggested", "lost"]
WAYS: tuple[tuple[Ids, Known], ...] = (("kept", "document"), ("new", "document"), ("kept", "cell"))

MAX_LINES_A_FATE = 12
MAX_BLOCK_LINES = 6
MIN_PART_CHARACTERS = 4
_WORD = re.compile(r"\w+|[^\w\s]")
# So much of a place must be in the lines that the code has become.
_MIN_INSIDE = 0.5
# A line that was broken in two is paired with one of them: a place may be longer than what it became.
_MAX_LONGER = 2


@dataclass(frozen=True)
class Selection:
    """Some code that somebody could have commented on, and where it is now.

    `now` is cell, start and end; None where it is gone.
    """

    kind: Kind
    fate: Fate
    cell: int
    start: int
    end: int
    now: tuple[int, int, int] | None


@dataclass(frozen=True)
class Finding:
    """What became of one anchor, and how long that took."""

    part: Part
    selection: Selection
    ids: Ids
    known: Known
    outcome: Outcome
    status: AnchorStatus
    seconds: float


def measure(pair: Pair) -> tuple[list[Finding], Counter[Fate]]:
    """Resolve anchors at lines of a pair's code, and count the fates of all its lines."""
    chance = random.Random(f"{pair.commit} {pair.path}")
    traced = trace(pair.before, pair.after)
    fates = ("unchanged", "moved", "edited", "deleted")
    chosen = [one for fate in fates for one in _some(traced.lines, fate, chance)]
    selections = [made for one in chosen for made in _selections(pair, traced, one, chance)]
    return list(_findings(pair, selections)), Counter(one.fate for one in traced.lines)


def _some(traced: list[Traced], fate: str, chance: random.Random) -> list[Traced]:
    of_fate = [one for one in traced if one.fate == fate]
    return chance.sample(of_fate, min(MAX_LINES_A_FATE, len(of_fate)))


def _selections(
    pair: Pair, traced: Trace, one: Traced, chance: random.Random
) -> Iterator[Selection]:
    line, now = one.line, one.now
    there = None if now is None else (now.cell, now.start, now.end)
    yield Selection("line", one.fate, line.cell, line.start, line.end, there)
    part = _part(one, chance)
    if part is not None and not (part.now is None and traced.is_new(_text(pair, part))):
        yield part
    block = _block(pair, traced.lines, one, chance)
    if block is not None:
        yield block


def _text(pair: Pair, selection: Selection) -> str:
    return pair.before.cells[selection.cell].source[selection.start : selection.end]


def _part(one: Traced, chance: random.Random) -> Selection | None:
    """Choose some words of a line."""
    line, now = one.line, one.now
    words = [found.span() for found in _WORD.finditer(line.text)]
    first = chance.randrange(len(words))
    offset, length = (
        words[first][0],
        words[chance.randrange(first, len(words))][1] - words[first][0],
    )
    if not MIN_PART_CHARACTERS <= length < len(line.text):
        return None
    start = line.start + offset
    there = None
    if now is not None:
        same = line.text == now.text
        there = (
            (now.cell, now.start + offset, now.start + offset + length)
            if same
            else (now.cell, now.start, now.end)
        )
    return Selection("part", one.fate, line.cell, start, start + length, there)


def _block(
    pair: Pair, traced: list[Traced], one: Traced, chance: random.Random
) -> Selection | None:
    """Choose a few lines from this one on, if they have had one fate, or were edited among others."""
    first = traced.index(one)
    block = traced[first : first + chance.randint(2, MAX_BLOCK_LINES)]
    block = [other for other in block if other.line.cell == one.line.cell]
    fates = {other.fate for other in block}
    start, end = one.line.start, block[-1].line.end
    if len(block) < 2:
        return None
    if fates == {"deleted"}:
        return Selection("block", "deleted", one.line.cell, start, end, None)
    if not fates <= {"unchanged", "edited"}:
        return None
    now = [other.now for other in block if other.now is not None]
    if len({place.cell for place in now}) > 1 or now != sorted(now, key=lambda place: place.start):
        return None
    there = (now[0].cell, now[0].start, now[-1].end)
    old_text = pair.before.cells[one.line.cell].source[start:end]
    new_text = pair.after.cells[there[0]].source[there[1] : there[2]]
    # A line that was inserted among unchanged ones is an edit of the block.
    fate: Fate = "unchanged" if old_text == new_text else "edited"
    return Selection("block", fate, one.line.cell, start, end, there)


def _findings(pair: Pair, selections: list[Selection]) -> Iterator[Finding]:
    before = Cells(pair.before.cells)
    for ids, known in WAYS:
        after = Cells(_with_ids(pair.after.cells, ids))
        for selection in selections:
            source = make_anchor(
                before.cells[selection.cell],
                selection.start,
                selection.end,
                cells=before if known == "document" else None,
                cell_index=selection.cell,
            )
            began = time.perf_counter()
            anchor = resolve(source, after)
            seconds = time.perf_counter() - began
            outcome = _outcome(selection, source, anchor, after)
            part, status = pair.source.part, anchor.status
            yield Finding(part, selection, ids, known, outcome, status, seconds)


def _with_ids(cells: list[Cell], ids: Ids) -> list[Cell]:
    if ids == "kept":
        return cells
    return [Cell(f"new-{index}", cell.source) for index, cell in enumerate(cells)]


def _outcome(selection: Selection, source: AnchorSource, anchor: Anchor, after: Cells) -> Outcome:
    if anchor.start is not None and anchor.end is not None:
        is_right = _is_there(selection, anchor.cell_index, anchor.start, anchor.end)
        return "right" if is_right else "wrong"
    if selection.now is None:
        return "right"
    suggested = candidates(source, after)
    found = any(
        _is_there(selection, one.cell_index, one.start or 0, one.end or 0) for one in suggested
    )
    return "suggested" if found else "lost"


def _is_there(selection: Selection, cell: int | None, start: int, end: int) -> bool:
    """Whether a place is where the code is now; to the character where it is as it was."""
    if selection.now is None:
        return False
    index, first, last = selection.now
    # A notebook of one cell without an id looks like a file.
    if (cell or 0) != index:
        return False
    if selection.fate in ("unchanged", "moved"):
        return (start, end) == (first, last)
    inside = min(end, last) - max(start, first)
    return inside > 0 and inside >= _MIN_INSIDE * min(end - start, _MAX_LONGER * (last - first))
