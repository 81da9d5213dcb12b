"""Where a thread stands now that its document has changed.

Rules
-----
1. Looked for is, in this order: the same position with the same quote; the quote, or something like it, in
   the same cell, or in what came from it; in all cells of the document.
2. How sure a place is, is its score: 50 parts the quote, 20 each what stands before and after it, 2 the
   position. From .90 on the thread stands there (`exact`), from .75 on it does and says so (`moved`),
   from .60 on the place is only suggested (`outdated`), below that the code is gone (`orphaned`).
3. Two places that score alike, within .02, are a tie: `ambiguous`, and people choose.
4. Where the code wasn't found the thread keeps its cell, if that is still there. Nothing disappears.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..threads import Anchor, AnchorStatus
from .approximate import similarity
from .cells import Cell, Cells
from .lineage import NO_LINEAGE, Lineage
from .places import Place, Search
from .source import AnchorSource

EXACT_SCORE = 0.90
MOVED_SCORE = 0.75
SUGGESTED_SCORE = 0.60
MARGIN = 0.02
# How many cells are looked at closely, and how much of a quote's trigrams they must have.
_MAX_CELLS = 4
_SHARE = 0.25
_MAX_CANDIDATES = 5


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A place at which a thread's code may be."""

    cell_id: str | None
    cell_index: int | None
    start: int | None
    end: int | None
    quote: str
    score: float


def resolve(
    source: AnchorSource,
    cells: Cells | Sequence[Cell],
    lineage: Lineage = NO_LINEAGE,
    previous: Anchor | None = None,
) -> Anchor:
    """Tell where a thread stands in a document as it is now.

    Parameters
    ----------
    cells
        Its cells; a `Cells` where many threads are resolved, so that the work is done once.
    previous
        Where the thread stood before: it keeps that cell where its code is gone.
    """
    cells = _prepared(cells)
    if source.scope == "document":
        return _anchor(source, "exact", 1.0)
    found = _ranked(source, cells, lineage)
    if not found:
        return _nowhere(source, "orphaned", 0.0, cells, lineage, previous)
    best = found[0]
    score = round(best.score, 3)
    if best.score < SUGGESTED_SCORE:
        return _nowhere(source, "orphaned", score, cells, lineage, previous)
    if best.score < MOVED_SCORE:
        return _nowhere(source, "outdated", score, cells, lineage, previous)
    if len(found) > 1 and best.score - found[1].score < MARGIN:
        return _nowhere(source, "ambiguous", score, cells, lineage, previous)
    return _anchor(source, "exact" if best.score >= EXACT_SCORE else "moved", score, cells, best)


def candidates(
    source: AnchorSource,
    cells: Cells | Sequence[Cell],
    lineage: Lineage = NO_LINEAGE,
    limit: int = _MAX_CANDIDATES,
) -> list[Candidate]:
    """List the places at which a thread's code may be, the likeliest first."""
    cells = _prepared(cells)
    found = [] if source.scope == "document" else _ranked(source, cells, lineage, everywhere=True)
    anchors = [_anchor(source, "moved", round(place.score, 3), cells, place) for place in found]
    return [
        Candidate(
            cell_id=one.cell_id,
            cell_index=one.cell_index,
            start=one.start,
            end=one.end,
            quote=one.quote,
            score=one.score,
        )
        for one in anchors[:limit]
    ]


def _prepared(cells: Cells | Sequence[Cell]) -> Cells:
    return cells if isinstance(cells, Cells) else Cells(cells)


def _own(source: AnchorSource, cells: Cells, lineage: Lineage) -> list[int]:
    if source.cell_id is None:
        # A file, or a notebook from before cells had ids: all there is to know them by is the place.
        index = source.cell_index or 0
        return [index] if index < len(cells.cells) and cells.cells[index].id is None else []
    return [index for cell_id in lineage.of(source.cell_id) for index in cells.with_id(cell_id)]


def _ranked(
    source: AnchorSource, cells: Cells, lineage: Lineage, everywhere: bool = False
) -> list[Place]:
    own = _own(source, cells, lineage)
    if source.scope == "cell":
        return _whole_cells(source, cells, own)
    search = Search(source, cells, own)
    if not everywhere:
        place = search.unmoved(own[0]) if len(own) == 1 else None
        if place is not None and place.score >= EXACT_SCORE:
            return [place]
    found = [place for index in own for place in search.equal_in(index)]
    found += [place for index in own for place in search.similar_in(index)]
    ranked = _distinct(found)
    if ranked and ranked[0].score >= EXACT_SCORE and not everywhere:
        return ranked
    found += search.equal()
    for index in cells.alike(source.quote, _SHARE, _MAX_CELLS):
        if index not in own:
            found += search.similar_in(index)
    return _distinct(found)


def _whole_cells(source: AnchorSource, cells: Cells, own: list[int]) -> list[Place]:
    """Rank cells for a thread about a whole one: it is the one with its id, whatever its text is now.

    Unless there is none or there are several, or the id has been given to something else while the text
    stands elsewhere: some tools number the cells anew.
    """

    def scored(index: int) -> Place:
        alike = similarity(source.quote, cells.cells[index].source[: max(1, len(source.quote))])
        return Place(cells.starts[index], cells.end_of(index), alike)

    claimed = [scored(index) for index in own]
    others = [scored(index) for index in cells.alike(source.quote, _SHARE, _MAX_CELLS)]
    if len(claimed) == 1:
        best = max((place.score for place in others), default=0.0)
        if claimed[0].score >= SUGGESTED_SCORE or best < EXACT_SCORE:
            return [Place(claimed[0].start, claimed[0].end, 1.0)]
    return sorted({*claimed, *others}, key=lambda place: (-place.score, place.start))


def _distinct(places: Iterable[Place]) -> list[Place]:
    """Rank places, of those that overlap only the best."""
    chosen: list[Place] = []
    for place in sorted(places, key=lambda place: (-place.score, place.start, place.end)):
        if not any(place.overlaps(other) for other in chosen):
            chosen.append(place)
    return chosen


def _anchor(
    source: AnchorSource,
    status: AnchorStatus,
    score: float,
    cells: Cells | None = None,
    place: Place | None = None,
) -> Anchor:
    """An anchor at a place; at the whole document without one."""
    index = start = end = None
    cell = Cell(None, "")
    if cells is not None and place is not None:
        index = cells.index_at(place.start)
        cell = cells.cells[index]
        start, end = place.start - cells.starts[index], place.end - cells.starts[index]
    is_range = source.scope == "range"
    return Anchor(
        status=status,
        score=score,
        scope=source.scope,
        cell_id=cell.id,
        cell_index=index if cells is not None and cells.is_notebook else None,
        start=start if is_range else None,
        end=end if is_range else None,
        quote=cell.source[start:end],
        original=source.original,
    )


def _nowhere(
    source: AnchorSource,
    status: AnchorStatus,
    score: float,
    cells: Cells,
    lineage: Lineage,
    previous: Anchor | None,
) -> Anchor:
    """An anchor whose code isn't found: at its cell, if that is there, else at the document."""
    own = _own(source, cells, lineage)
    if not own and previous is not None and previous.cell_id is not None:
        own = cells.with_id(previous.cell_id)
    cell_id = cells.cells[own[0]].id if own else None
    return Anchor(
        status=status,
        score=score,
        scope=source.scope,
        cell_id=cell_id,
        cell_index=own[0] if own and cells.is_notebook else None,
        start=None,
        end=None,
        quote=source.quote,
        original=source.original,
    )
