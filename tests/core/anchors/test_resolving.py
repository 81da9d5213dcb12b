"""Where a thread stands after what people do to notebooks, case by case."""

from __future__ import annotations

import pytest

from jupyter_realtime.core.anchors import (
    AnchorSource,
    Cell,
    Cells,
    Descent,
    Lineage,
    candidates,
    make_anchor,
    refresh,
    resolve,
)

LOAD = Cell(
    "load", "import pandas as pd\n\nframe = pd.read_csv('penguins.csv')\nframe = frame.dropna()"
)
PLOT = Cell("plot", "frame.plot('mass', 'length')\nplt.title('Penguins')\nplt.show()")
FIT = Cell("fit", "model = LinearRegression()\nmodel.fit(frame[['mass']], frame['length'])")
BOOK = [LOAD, PLOT, FIT]
DROP = "frame = frame.dropna()"


def anchor_at(cells: list[Cell], index: int, quote: str) -> AnchorSource:
    start = cells[index].source.index(quote)
    prepared = Cells(cells)
    return make_anchor(cells[index], start, start + len(quote), cells=prepared, cell_index=index)


def changed(cell: Cell, old: str, new: str) -> Cell:
    assert old in cell.source
    return Cell(cell.id, cell.source.replace(old, new))


def test_a_cell_above_changes_nothing() -> None:
    anchor = resolve(anchor_at(BOOK, 1, "plt.title('Penguins')"), [Cell("new", "# Hello"), *BOOK])
    assert (anchor.status, anchor.cell_id, anchor.cell_index) == ("exact", "plot", 2)
    assert anchor.quote == "plt.title('Penguins')"


def test_edited_code_is_followed_and_what_was_commented_on_is_kept() -> None:
    source = anchor_at(BOOK, 0, DROP)
    for now in ("frame = frame.dropna(how='all')", "birds = frame.dropna(how='all')"):
        cells = Cells([changed(LOAD, DROP, now), PLOT, FIT])
        anchor = resolve(source, cells)
        assert (anchor.quote, anchor.original) == (now, DROP)
        source = refresh(source, anchor, cells)
    assert source.quote == "birds = frame.dropna(how='all')" and source.original == DROP


def test_deleted_code_is_orphaned_and_keeps_its_cell_if_there_is_one() -> None:
    source = anchor_at(BOOK, 0, DROP)
    anchor = resolve(source, [changed(LOAD, f"\n{DROP}", ""), PLOT, FIT])
    assert (anchor.status, anchor.start, anchor.cell_id) == ("orphaned", None, "load")
    assert anchor.quote == DROP
    anchor = resolve(source, [PLOT, FIT])
    assert (anchor.status, anchor.start, anchor.cell_id) == ("orphaned", None, None)


def test_code_that_comes_back_is_found_again() -> None:
    source = anchor_at(BOOK, 0, DROP)
    gone = Cells([PLOT, FIT])
    source = refresh(source, resolve(source, gone), gone)
    anchor = resolve(source, BOOK)
    assert (anchor.status, anchor.cell_id, anchor.quote) == ("exact", "load", DROP)


def test_code_that_was_cut_and_pasted_into_another_cell_is_found_there() -> None:
    source = anchor_at(BOOK, 0, "frame = pd.read_csv('penguins.csv')\nframe = frame.dropna()")
    cells = [Cell("load", "import pandas as pd"), PLOT, Cell("new", source.quote), FIT]
    anchor = resolve(source, cells)
    assert (anchor.status, anchor.cell_id, anchor.quote) == ("moved", "new", source.quote)


def test_a_split_and_a_merge_are_followed_by_text_and_by_lineage() -> None:
    first, last = Cell("a", "import pandas as pd\n"), Cell("load", LOAD.source.partition("\n\n")[2])
    split = resolve(anchor_at(BOOK, 0, DROP), [first, last, PLOT, FIT])
    assert (split.status, split.cell_id, split.quote) == ("exact", "load", DROP)
    merged = Cell("m", f"{LOAD.source}\n\n{PLOT.source}")
    lineage = Lineage([Descent("merge", "load", "m"), Descent("merge", "plot", "m")])
    for known in (lineage, Lineage()):
        anchor = resolve(anchor_at(BOOK, 1, "plt.show()"), [merged, FIT], known)
        assert (anchor.cell_id, anchor.quote) == ("m", "plt.show()")


def test_a_twin_that_was_there_before_is_not_taken_for_code_that_is_gone() -> None:
    twin = Cell("twin", PLOT.source)
    book = [LOAD, PLOT, FIT, twin]
    source = anchor_at(book, 3, "frame.plot('mass', 'length')\nplt.title('Penguins')")
    anchor = resolve(source, [LOAD, PLOT, FIT])
    assert (anchor.status, anchor.start) == ("ambiguous", None)
    assert [one.cell_id for one in candidates(source, [LOAD, PLOT, FIT])] == ["plot"]


def test_of_twins_the_order_decides_when_their_ids_are_new() -> None:
    twins = [Cell(f"t{n}", PLOT.source) for n in range(5)]
    anew = [Cell(f"n{n}", PLOT.source) for n in range(5)]
    anchor = resolve(anchor_at(twins, 3, "plt.show()"), [Cell("new", "# Plots"), *anew])
    assert (anchor.cell_id, anchor.quote) == ("n3", "plt.show()")


def test_a_copy_leaves_the_thread_with_its_original() -> None:
    source = anchor_at(BOOK, 1, "plt.title('Penguins')")
    copied = [LOAD, Cell("copy", PLOT.source), PLOT, FIT]
    assert resolve(source, copied).cell_id == "plot"
    # Some editors paste it with the id of the original.
    pasted = [LOAD, PLOT, FIT, PLOT]
    anchor = resolve(source, pasted)
    assert (anchor.status, anchor.cell_index) == ("exact", 1)


def test_a_tie_is_ambiguous_and_both_places_are_offered() -> None:
    new = Cell("new", "# new")
    cells = [new, Cell("x", PLOT.source), new, Cell("y", PLOT.source), new]
    source = anchor_at(BOOK, 1, "plt.show()")
    anchor = resolve(source, cells)
    assert (anchor.status, anchor.start, anchor.cell_id) == ("ambiguous", None, None)
    assert {one.cell_id for one in candidates(source, cells)[:2]} == {"x", "y"}


def test_a_thread_at_a_whole_cell_follows_its_id_whatever_it_says() -> None:
    source = make_anchor(PLOT, None, None, cell_index=1)
    anchor = resolve(source, [LOAD, Cell("plot", "pass"), FIT])
    assert (anchor.status, anchor.scope, anchor.cell_index) == ("exact", "cell", 1)
    assert (anchor.quote, anchor.original) == ("pass", PLOT.source)


def test_a_thread_at_a_whole_cell_follows_its_text_where_ids_are_given_anew() -> None:
    source = make_anchor(PLOT, None, None, cell_index=1)
    numbered = [Cell("load", "# Title"), Cell("plot", LOAD.source), Cell("fit", PLOT.source)]
    anchor = resolve(source, numbered)
    assert (anchor.cell_id, anchor.quote) == ("fit", PLOT.source)
    assert resolve(source, [LOAD, FIT]).status == "orphaned"


def test_a_notebook_without_ids_is_followed_by_text() -> None:
    book = [Cell(None, cell.source) for cell in BOOK]
    anchor = resolve(anchor_at(book, 1, "plt.show()"), [Cell(None, "# Title"), *book])
    assert (anchor.cell_id, anchor.cell_index, anchor.quote) == (None, 2, "plt.show()")


def test_a_file_has_no_cell() -> None:
    file = Cell(None, LOAD.source)
    source = make_anchor(file, 0, 19)
    anchor = resolve(source, [Cell(None, f"# A file.\n{LOAD.source}")])
    assert (anchor.cell_id, anchor.cell_index, anchor.start, anchor.end) == (None, None, 10, 29)
    whole = make_anchor(file, None, None)
    assert whole.scope == "document"
    assert resolve(whole, [Cell(None, "")]).status == "exact"


def test_an_empty_selection_means_its_line_or_its_cell_where_that_is_empty() -> None:
    assert make_anchor(LOAD, 25, 25).quote == "frame = pd.read_csv('penguins.csv')"
    assert make_anchor(LOAD, 20, 20).scope == "cell"


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 3), (0, 10_000)])
def test_a_range_must_be_one_of_the_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        make_anchor(LOAD, start, end)


def test_halves_of_characters_can_be_kept_and_found() -> None:
    cell = Cell("c", "x = '\ud83c'\ny = 1")
    source = make_anchor(cell, 0, 7)
    assert source.quote.encode() and resolve(source, [cell]).status == "exact"


def test_very_long_code_is_found_as_long_as_it_was() -> None:
    text = "\n".join(f"value_{n} = {n}" for n in range(600))
    source = make_anchor(Cell("c", f"{text}\nend"), 0, len(text))
    assert len(source.quote) == 4000
    anchor = resolve(source, [Cell("c", f"# new\n{text}\nend")])
    assert (anchor.start, anchor.end) == (6, 6 + len(text))


def test_a_quote_that_stands_everywhere_takes_no_more_than_a_moment_to_place() -> None:
    cells = Cells([Cell(f"c{n}", "x = x + x\n" * 200) for n in range(50)])
    source = make_anchor(cells.cells[20], 1000, 1001, cells=cells, cell_index=20)
    anchor = resolve(source, cells)
    assert (anchor.cell_index, anchor.start) == (20, 1000)


def test_I20_code_that_stands_everywhere_is_found_where_it_was() -> None:
    cell = Cell("c", "a" * 30_000)
    cells = Cells([cell])
    assert len(cells.occurrences("aa")) == 10_000
    source = make_anchor(cell, 20_000, 20_002, cells=cells, cell_index=0)
    # Which of them it is can't be told by its number: they are not all counted.
    assert (source.occurrence, source.occurrences) == (0, 0)
    anchor = resolve(source, cells)
    assert (anchor.status, anchor.start) == ("exact", 20_000)


def test_I13_cells_that_came_from_each_other_are_each_there_once() -> None:
    around = [Descent("split", f"c{n}", f"c{(n + 1) % 5_000}") for n in range(5_000)]
    assert Lineage(around).of("c7") == [f"c{(n + 7) % 5_000}" for n in range(5_000)]


def test_a_change_elsewhere_leaves_what_is_known_of_code_as_it_is() -> None:
    source = anchor_at(BOOK, 1, "plt.title('Penguins')")
    cells = Cells([Cell("new", "# Hello\n" * 30), *BOOK])
    again = refresh(source, resolve(source, cells), cells)
    assert (again.cell_index, again.rival, again.rivals) == (2, source.rival, source.rivals)


def test_edited_code_of_a_long_file_is_found_far_from_where_it_was() -> None:
    above = "\n".join(f"constant_{n} = {n * n}" for n in range(3000))
    file = Cell(None, f"{above}\n{LOAD.source}\n{above}")
    start = file.source.index(DROP)
    source = make_anchor(file, start, start + len(DROP), cells=Cells([file]), cell_index=0)
    now = "frame = frame.dropna(how='all')"
    anchor = resolve(source, [Cell(None, f"{above}\n{file.source.replace(DROP, now)}")])
    assert (anchor.status, anchor.quote) == ("moved", now)
