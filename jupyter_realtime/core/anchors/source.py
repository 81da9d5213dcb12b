"""What is kept of the code that a thread is about, so that it can be found again."""

from __future__ import annotations

import msgspec

from ..threads import MAX_QUOTE_CHARACTERS, Anchor, Scope
from .cells import SEPARATOR, Cell, Cells, encodable

CONTEXT_CHARACTERS = 128


class AnchorSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where some code stood when it was seen last, what it was, and what stood around it.

    `prefix` and `suffix` are at most 128 code points of the document's text. `framed` says whether they go
    on in the cells above and below; not, where only the text of the cell was known. `original` is the
    code as it was commented on; `quote` becomes what people have made of it since (`refresh`).
    """

    scope: Scope
    cell_id: str | None
    cell_index: int | None
    start: int | None
    end: int | None
    quote: str
    prefix: str
    suffix: str
    framed: bool
    original: str


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
        Code points in it; None for the whole cell, or the document if there is neither an id nor an index. An empty range means its line.
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
    framed = _is_in(cells, cell_index, cell)
    if start is None or end is None:
        return _of_whole(cell.id, text, cell_index, original)
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"The range {start}–{end} is not within the {len(text)} characters.")
    if start == end:
        start, end = _line_at(text, start)
        if start == end:
            return _of_whole(cell.id, text, cell_index, original)
    whole, base = text, 0
    if framed and cells is not None and cell_index is not None:
        whole, base = cells.text, cells.starts[cell_index]
    first, last = base + start, base + end
    quote = text[start:end][:MAX_QUOTE_CHARACTERS]
    return AnchorSource(
        scope="range",
        cell_id=cell.id,
        cell_index=cell_index,
        start=start,
        end=end,
        quote=quote,
        prefix=whole[max(0, first - CONTEXT_CHARACTERS) : first],
        suffix=whole[last : last + CONTEXT_CHARACTERS],
        framed=framed,
        original=quote if original is None else original,
    )


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
    return make_anchor(
        cells.cells[index],
        anchor.start,
        anchor.end,
        cells=cells,
        cell_index=index,
        original=source.original,
    )


def _is_in(cells: Cells | None, index: int | None, cell: Cell) -> bool:
    if cells is None or index is None or not 0 <= index < len(cells.cells):
        return False
    return cells.cells[index].source == encodable(cell.source)


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
        framed=False,
        original=quote if original is None else original,
    )


def _line_at(text: str, position: int) -> tuple[int, int]:
    start = text.rfind(SEPARATOR, 0, position) + 1
    end = text.find(SEPARATOR, position)
    return start, len(text) if end == -1 else end
