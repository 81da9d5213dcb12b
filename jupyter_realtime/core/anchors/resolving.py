"""Where a thread stands now that its document has changed.

Rules
-----
1. Looked for is, in this order: the same position with the same quote; the quote, or something like it, in
   the same cell, or in what came from it; in all cells of the document.
2. How sure a place is, is its score: 50 parts the quote, 20 each what stands before and after it, 2 the
   position. From .90 on the thread stands there (`exact`), from .75 on it does and says so (`moved`),
   from .60 on the place is only suggested (`outdated`), below that the code is gone (`orphaned`).
3. A place must lead: by .02 over the second best if it scores .90, else by .10. Where none leads it is
   `ambiguous`, and people choose.
4. What was there before is somebody else's: a similar text that stood elsewhere when the code was seen
   last, and an equal one that scores no better than it did then.
5. A quote that stood at so many places, and stands at as many, stands at the one of the same number.
6. Where only one place is left that is like the code, by .20, and that is new, less is enough for it to be
   `moved`: the more of the quote is there, the less of what was around it.
7. Where the code wasn't found the thread keeps its cell, if that is still there. Nothing disappears.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..threads import Anchor, AnchorStatus
from .approximate import similarity
from .cells import Cell, Cells
from .lineage import NO_LINEAGE, Lineage
from .places import Search, distinct
from .scoring import Place
from .source import AnchorSource, digest

EXACT_SCORE = 0.90
MOVED_SCORE = 0.75
SUGGESTED_SCORE = 0.60
# Of a place without a rival, then and now, less is enough; but it must have so much of the quote.
SOLE_SCORE, SOLE_ALIKE = 0.55, 0.45
# By how much a place must lead, if it is as sure as can be, if it isn't, and if it is hardly.
MARGIN, LEAD, SOLE_LEAD = 0.02, 0.10, 0.20
# Of the only place that is like the code: its score; and score and likeness of the quote together.
SOLE_SCORE, SOLE_SURETY = 0.50, 1.10
# A quote that is where it was among its equals; of a short one that says less.
EQUAL_SCORE, SHORT_SCORE, SHORT_CHARACTERS = 0.54, 0.75, 8
# How many cells are looked at closely for a whole one, and how much of its trigrams they must have.
_MAX_CELLS, _SHARE = 4, 0.25
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
    unmoved = _unmoved(source, cells, lineage)
    if unmoved is not None:
        return _anchor(source, "exact", round(unmoved.score, 3), cells, unmoved)
    status, score, place = _judged(source, cells, _ranked(source, cells, lineage))
    if place is None:
        return _nowhere(source, status, score, cells, lineage, previous)
    return _anchor(source, status, score, cells, place)


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


def _unmoved(source: AnchorSource, cells: Cells, lineage: Lineage) -> Place | None:
    """The same position of the same cell, if the quote and what stands around it are there.

    So most threads are resolved, without a look at anything else. Of a cell without an id nobody knows
    whether it is the same.
    """
    own = _own(source, cells, lineage)
    if source.scope != "range" or source.cell_id is None or len(own) != 1:
        return None
    place = Search(source, cells, own).unmoved(own[0])
    return place if place is not None and place.score >= EXACT_SCORE else None


def _ranked(
    source: AnchorSource, cells: Cells, lineage: Lineage, everywhere: bool = False
) -> list[Place]:
    own = _own(source, cells, lineage)
    if source.scope == "cell":
        return _whole_cells(source, cells, own)
    search = Search(source, cells, own)
    if not everywhere:
        for near in (search.equal_in(own), search.equal()):
            ranked = distinct(near)
            if ranked and ranked[0].score >= EXACT_SCORE:
                return ranked
    found = search.equal() + search.beside_neighbours() + search.similar_near()
    ranked = distinct(found)
    if ranked and ranked[0].score >= EXACT_SCORE and not everywhere:
        return ranked
    return distinct(found + search.similar_elsewhere())


def _judged(
    source: AnchorSource, cells: Cells, found: list[Place]
) -> tuple[AnchorStatus, float, Place | None]:
    """Decide by the scores of all places, the best first, whether the thread stands at one of them."""
    same = _same_of_equals(source, cells, found)
    if same is not None:
        return _attached(same)
    likely = [place for place in found if not _was_there(source, cells, place)]
    if not likely:
        return "orphaned", round(found[0].score, 3) if found else 0.0, None
    best, score = likely[0], round(likely[0].score, 3)
    second = likely[1].score if len(likely) > 1 else 0.0
    if best.alike == 1:
        second = max(second, source.rival)
    lead = best.score - second
    if best.score >= MOVED_SCORE and lead >= (MARGIN if best.score >= EXACT_SCORE else LEAD):
        return _attached(best)
    if lead >= SOLE_LEAD and _is_sole(source, best):
        return _attached(best)
    if best.score < SUGGESTED_SCORE:
        return "orphaned", score, None
    return "ambiguous" if lead < LEAD else "outdated", score, None


def _is_sole(source: AnchorSource, place: Place) -> bool:
    """Whether a place is new, and enough like the code to be it if there is no other."""
    return (
        source.framed
        and len(source.quote) >= SHORT_CHARACTERS
        and place.alike < 1
        and place.score >= SOLE_SCORE
        and place.score + place.alike >= SOLE_SURETY
    )


def _attached(place: Place) -> tuple[AnchorStatus, float, Place]:
    score = round(max(place.score, MOVED_SCORE), 3)
    return "exact" if place.score >= EXACT_SCORE else "moved", score, place


def _was_there(source: AnchorSource, cells: Cells, place: Place) -> bool:
    """Whether a place is known to have been another one when the code was seen last."""
    return place.alike < 1 and digest(cells.text[place.start : place.end]) in source.rivals


def _same_of_equals(source: AnchorSource, cells: Cells, found: list[Place]) -> Place | None:
    """Find the place of the same number among as many equal ones, if it is among the best.

    What the position of a cell can't tell, because cells have come and gone above it, the order can.
    """
    enough = SHORT_SCORE if len(source.quote) < SHORT_CHARACTERS else EQUAL_SCORE
    likely = [
        place
        for place in found
        if place.alike == 1 and place.score >= max(enough, found[0].score - LEAD)
    ]
    if not likely or source.occurrences == 0:
        return None
    equal = cells.occurrences(source.quote)
    if len(equal) != source.occurrences:
        return None
    start = equal[source.occurrence - 1]
    return next((place for place in likely if place.start == start), None)


def _whole_cells(source: AnchorSource, cells: Cells, own: list[int]) -> list[Place]:
    """Rank cells for a thread about a whole one: it is the one with its id, whatever its text is now.

    Unless there is none or there are several, or the id has been given to something else while the text
    stands elsewhere: some tools number the cells anew.
    """

    def scored(index: int) -> Place:
        alike = similarity(source.quote, cells.cells[index].source[: max(1, len(source.quote))])
        return Place(cells.starts[index], cells.end_of(index), alike, alike)

    claimed = [scored(index) for index in own]
    alike = cells.alike(source.quote, _SHARE, _MAX_CELLS)
    others = [scored(index) for index in {cells.pieces[number].cell for number in alike}]
    if len(claimed) == 1:
        best = max((place.score for place in others), default=0.0)
        if claimed[0].score >= SUGGESTED_SCORE or best < EXACT_SCORE:
            return [Place(claimed[0].start, claimed[0].end, 1.0, 1.0)]
    return sorted({*claimed, *others}, key=lambda place: (-place.score, place.start))


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
