"""Whatever happens to cells, a thread stays within reach, and never says to be where it isn't.

Notebooks are changed at random: split, merged, moved, retyped, duplicated (also with the id of the
original), edited, given new ids, deleted and restored. After every step its threads are resolved as the
server does it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_realtime.core.anchors import (
    AnchorSource,
    Cell,
    Cells,
    Descent,
    Lineage,
    candidates,
    first_place,
    make_anchor,
    refresh,
    resolve,
)
from jupyter_realtime.core.threads import Anchor

NAMES = ["frame", "model", "score", "x", "values", "🎉"]


def line(chance: random.Random) -> str:
    """A line as notebooks have them; short, and often like another one."""
    name, other = chance.choice(NAMES), chance.choice(NAMES)
    return chance.choice(
        [
            f"{name} = {other}.fit({chance.randrange(100)})",
            f"print({name})",
            f"    {name} += {chance.randrange(10)}",
            f"import {name}_{other}",
            f"{name}.head()",
            "",
        ]
    )


class Notebook:
    """Cells that things happen to."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made = 0
        self.cells = [self.cell(self.text()) for _ in range(chance.randint(1, 6))]
        self.descents: list[Descent] = []
        self.deleted: list[Cell] = []

    def text(self) -> str:
        return "\n".join(line(self.chance) for _ in range(self.chance.randint(0, 8)))

    def cell(self, text: str) -> Cell:
        self.made += 1
        return Cell(f"c{self.made}", text)

    def any(self) -> int:
        return self.chance.randrange(len(self.cells))

    def descend(self, kind: str, parent: Cell, *children: Cell) -> None:
        for child in children:
            if self.chance.random() < 0.7 and parent.id != child.id:
                # A page need not have seen it.
                self.descents.append(Descent(kind, str(parent.id), str(child.id)))  # type: ignore[arg-type]

    def split(self) -> None:
        at = self.any()
        cell = self.cells[at]
        where = self.chance.randint(0, len(cell.source))
        # JupyterLab leaves the id with the last piece.
        first, last = self.cell(cell.source[:where]), Cell(cell.id, cell.source[where:])
        self.cells[at : at + 1] = [first, last]
        self.descend("split", cell, first)

    def merge(self) -> None:
        at = self.any()
        both = self.cells[at : at + 2]
        merged = self.cell("\n\n".join(cell.source for cell in both))
        self.cells[at : at + 2] = [merged]
        for cell in both:
            self.descend("merge", cell, merged)

    def move(self) -> None:
        cell = self.cells.pop(self.any())
        self.cells.insert(self.chance.randint(0, len(self.cells)), cell)

    def retype(self) -> None:
        """Change a cell's type: before 4.5 that made another cell of it."""
        at = self.any()
        self.cells[at] = self.cell(self.cells[at].source)

    def duplicate(self) -> None:
        at = self.any()
        copy = self.cell(self.cells[at].source)
        self.cells.insert(at + 1, copy)
        self.descend("duplicate", self.cells[at], copy)

    def paste_with_the_same_id(self) -> None:
        cell = self.cells[self.any()]
        self.cells.insert(self.chance.randint(0, len(self.cells)), cell)

    def edit(self) -> None:
        at = self.any()
        lines = self.cells[at].source.split("\n")
        where = self.chance.randrange(len(lines))
        lines[where : where + self.chance.randint(0, 1)] = [line(self.chance)]
        self.cells[at] = Cell(self.cells[at].id, "\n".join(lines))

    def type(self) -> None:
        at = self.any()
        text = self.cells[at].source
        where = self.chance.randint(0, len(text))
        until = min(len(text), where + self.chance.randint(0, 4))
        self.cells[at] = Cell(self.cells[at].id, text[:where] + "abc" + text[until:])

    def number_anew(self) -> None:
        self.cells = [self.cell(cell.source) for cell in self.cells]

    def delete(self) -> None:
        if len(self.cells) > 1:
            self.deleted.append(self.cells.pop(self.any()))

    def undo(self) -> None:
        if self.deleted:
            self.cells.insert(self.chance.randint(0, len(self.cells)), self.deleted.pop())

    def happen(self) -> None:
        acts: list[Callable[[], None]] = [
            *(self.split, self.merge, self.move, self.retype, self.duplicate, self.edit),
            *(self.paste_with_the_same_id, self.type, self.number_anew, self.delete, self.undo),
        ]
        self.chance.choice(acts)()


def selections(book: Notebook) -> list[AnchorSource]:
    """Threads at everything: lines, words, cells, the document."""
    cells = Cells(book.cells)
    made = [make_anchor(Cell(None, ""), None, None)]
    for index, cell in enumerate(cells.cells):
        length = len(cell.source)
        first, last = sorted(book.chance.randint(0, length) for _ in range(2))
        made += [
            make_anchor(cell, None, None, cells=cells, cell_index=index),
            make_anchor(cell, first, last, cells=cells, cell_index=index),
            # As it is posted, when only the cell's text is known.
            make_anchor(cell, first, last),
        ]
    return made


def assert_it_stands(source: AnchorSource, anchor: Anchor, cells: Cells) -> None:
    """What an anchor says is so, and what isn't found can still be reached."""
    assert anchor.original == source.original
    assert anchor.scope == source.scope
    assert 0 <= anchor.score <= 1
    if anchor.scope == "document":
        assert anchor.status == "exact"
        return
    if anchor.cell_id is not None or anchor.cell_index is not None:
        assert anchor.cell_index is not None
        assert cells.cells[anchor.cell_index].id == anchor.cell_id
    if anchor.start is not None and anchor.end is not None:
        assert anchor.scope == "range" and anchor.status in ("exact", "moved")
        text = cells.cells[anchor.cell_index or 0].source
        assert 0 <= anchor.start < anchor.end <= len(text)
        assert text[anchor.start : anchor.end] == anchor.quote
    elif anchor.scope == "range":
        assert anchor.status in ("outdated", "ambiguous", "orphaned")
        assert anchor.quote == source.quote, "people see what it was about"
    for candidate in candidates(source, cells):
        assert candidate.cell_index is not None
        assert cells.cells[candidate.cell_index].id == candidate.cell_id
        text = cells.cells[candidate.cell_index].source
        assert text[candidate.start : candidate.end] == candidate.quote


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 8))
def test_no_thread_is_ever_out_of_reach(seed: int, steps: int) -> None:
    book = Notebook(random.Random(seed))
    threads = [(source, first_place(source)) for source in selections(book)]
    for _ in range(steps):
        book.happen()
        cells, lineage = Cells(book.cells), Lineage(book.descents)
        now = [(source, resolve(source, cells, lineage, before)) for source, before in threads]
        for source, anchor in now:
            assert_it_stands(source, anchor, cells)
        threads = [(refresh(source, anchor, cells), anchor) for source, anchor in now]
    assert [source.original for source, _ in threads] == [anchor.original for _, anchor in threads]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_an_unchanged_notebook_has_its_threads_where_they_were(seed: int) -> None:
    book = Notebook(random.Random(seed))
    cells = Cells(book.cells)
    for source in selections(book):
        anchor = resolve(source, cells)
        place = first_place(source)
        assert (anchor.status, anchor.start, anchor.end) == ("exact", place.start, place.end)
        again = refresh(source, anchor, cells)
        assert refresh(again, resolve(again, cells), cells) == again


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_new_ids_for_all_cells_move_no_thread_to_other_code(seed: int) -> None:
    book = Notebook(random.Random(seed))
    threads = [source for source in selections(book) if source.framed]
    before = [cell.source for cell in book.cells]
    book.number_anew()
    for source in threads:
        anchor = resolve(source, book.cells)
        assert anchor.start is not None, "as many equal places, in the same order"
        assert (anchor.cell_index, anchor.start, anchor.end) == (
            source.cell_index,
            source.start,
            source.end,
        )
    assert before == [cell.source for cell in book.cells]
