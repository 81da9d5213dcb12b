"""What is taken down of some code when somebody comments on it, and again whenever it was found."""

from __future__ import annotations

import msgspec

from ..threads import MAX_QUOTE_CHARACTERS, Anchor
from .cells import SEPARATOR, Cell, Cells, encodable
from .places import elsewhere
from .source import CONTEXT_CHARACTERS, AnchorSource


def make_anchor(
    cell: Cell,
    start: int | None,
    end: int | None,
    *,
    cells: Cells | None = None,
    cell_index: int | None = None,
    original: str | None = None,
) -> AnchorSource:
    """Take down what some code is known by.

    Parameters
    ----------
    cell
        The cell, or the whole file as one without an id.
    start, end
        Code points in it; None for the whole cell, or for the document where there is neither an id nor
        an index. An empty range means its line.
    cells
        All cells of the document, where they are known and `cell_index` is the one's place among them.
        Without them the anchor knows nothing of what stands above and below the cell until it is resolved.
    original
        What was commented on, if that is not what stands there now.

    Raises
    ------
    ValueError
        The range is not one of this text.
    """
    text = encodable(cell.source)
    if start is None or end is None:
        return _of_whole(cell.id, text, cell_index, original)
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"The range {start}–{end} is not within the {len(text)} characters.")
    if start == end:
        start, end = _line_at(text, start)
        if start == end:
            return _of_whole(cell.id, text, cell_index, original)
    quote = text[start:end][:MAX_QUOTE_CHARACTERS]
    source = AnchorSource(
        scope="range",
        cell_id=cell.id,
        cell_index=cell_index,
        start=start,
        end=end,
        quote=quote,
        prefix=text[max(0, start - CONTEXT_CHARACTERS) : start],
        suffix=text[end : end + CONTEXT_CHARACTERS],
        original=quote if original is None else original,
    )
    if cells is None or cell_index is None or not _is_in(cells, cell_index, cell):
        return source
    return _framed(source, cells, cells.starts[cell_index])


def first_place(source: AnchorSource) -> Anchor:
    """Tell where a thread stands that has just been begun."""
    return Anchor(
        status="exact",
        score=1.0,
        scope=source.scope,
        cell_id=source.cell_id,
        cell_index=source.cell_index,
        start=source.start,
        end=source.end,
        quote=source.quote,
        original=source.original,
    )


def refresh(source: AnchorSource, anchor: Anchor, cells: Cells) -> AnchorSource:
    """Take down anew what some code is known by, now that it was found.

    So it is followed through many small changes, each of which is easy to follow. Where it was not found
    for sure the last knowledge of it stays: code that comes back, by undo for instance, is found then.
    """
    if anchor.status not in ("exact", "moved") or source.scope == "document":
        return source
    index = anchor.cell_index or 0
    if index >= len(cells.cells):
        return source
    cell = cells.cells[index]
    if source.scope == "range" and (near := _nearby(source, anchor, cells, cell, index)):
        return near
    return make_anchor(
        cell, anchor.start, anchor.end, cells=cells, cell_index=index, original=source.original
    )


def _nearby(
    source: AnchorSource, anchor: Anchor, cells: Cells, cell: Cell, index: int
) -> AnchorSource | None:
    """Take down only where the code is now, if it is as it was, and all that is around it.

    So a change of one cell is work for the threads of that cell, not for a thousand others.
    """
    plain = make_anchor(cell, anchor.start, anchor.end, cell_index=index, original=source.original)
    now = _surrounded(plain, cells, cells.starts[index])
    kept = msgspec.structs.replace(now, rival=source.rival, rivals=source.rivals)
    is_same = (now.quote, now.prefix, now.suffix, now.framed, now.occurrences) == (
        source.quote,
        source.prefix,
        source.suffix,
        source.framed,
        source.occurrences,
    )
    return kept if is_same else None


def _framed(source: AnchorSource, cells: Cells, base: int) -> AnchorSource:
    """Add what the rest of the document tells."""
    framed = _surrounded(source, cells, base)
    first, last = base + (source.start or 0), base + (source.end or 0)
    rival, rivals = elsewhere(framed, cells, first, last)
    return msgspec.structs.replace(framed, rival=rival, rivals=rivals)


def _surrounded(source: AnchorSource, cells: Cells, base: int) -> AnchorSource:
    first, last = base + (source.start or 0), base + (source.end or 0)
    equal = cells.occurrences(source.quote)
    number = equal.index(first) + 1 if first in equal else 0
    return msgspec.structs.replace(
        source,
        prefix=cells.text[max(0, first - CONTEXT_CHARACTERS) : first],
        suffix=cells.text[last : last + CONTEXT_CHARACTERS],
        framed=True,
        occurrence=number,
        occurrences=len(equal) if number else 0,
    )


def _is_in(cells: Cells, index: int, cell: Cell) -> bool:
    return 0 <= index < len(cells.cells) and cells.cells[index].source == encodable(cell.source)


def _of_whole(
    cell_id: str | None, text: str, cell_index: int | None, original: str | None
) -> AnchorSource:
    is_document = cell_id is None and cell_index is None
    quote = "" if is_document else text[:MAX_QUOTE_CHARACTERS]
    return AnchorSource(
        scope="document" if is_document else "cell",
        cell_id=cell_id,
        cell_index=cell_index,
        start=None,
        end=None,
        quote=quote,
        prefix="",
        suffix="",
        original=quote if original is None else original,
    )


def _line_at(text: str, position: int) -> tuple[int, int]:
    start = text.rfind(SEPARATOR, 0, position) + 1
    end = text.find(SEPARATOR, position)
    return start, len(text) if end == -1 else end
