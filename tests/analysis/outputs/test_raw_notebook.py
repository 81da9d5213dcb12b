"""Places in cells are found in the file as it is written, to the character."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.analysis.outputs.raw_notebook import RawNotebook, Spot
from jupyter_realtime.core.issues import CellRef
from tests.analysis.hostile import code, notebook

texts = st.text(st.sampled_from("ab \t\n\r\"\\'é\u2028\x07😀{}[]:,"), max_size=30)
cells = st.lists(texts, min_size=1, max_size=4)
ways = st.fixed_dictionaries(
    {"indent": st.sampled_from((None, 1, "\t")), "ensure_ascii": st.booleans()}
)


def lines_of(source: str) -> list[str]:
    """Split as the shadow does."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def source_as(text: str, *, in_lines: bool) -> Any:
    return text.splitlines(keepends=True) if in_lines else text


def at(raw: str, spot: Spot) -> str:
    """Read the character that stands somewhere."""
    written = raw.split("\n")[spot.line - 1][spot.column - 1 :]
    # An escape may have up to twelve characters, and what is cut off in the middle of one can't be read.
    for end in range(12, 0, -1):
        try:
            return str(json.loads(f'"{written[:end]}"', strict=False))[0]
        except ValueError:
            continue
    raise AssertionError(f"nothing at {spot} of {raw!r}")


@given(cells, ways, st.booleans())
def test_A15_each_character_of_a_cell_is_found(
    sources: list[str], way: dict[str, Any], in_lines: bool
) -> None:
    book = {"nbformat": 4, "cells": [code(source_as(s, in_lines=in_lines)) for s in sources]}
    raw = json.dumps(book, **way)
    found = RawNotebook(raw.encode())
    for index, source in enumerate(sources):
        for line, text in enumerate(lines_of(source), 1):
            for column, letter in enumerate(text, 1):
                spot = found.spot(CellRef(index=index, id=None), line, column)
                assert spot is not None and at(raw, spot) == letter


def test_A15_the_end_of_a_line_is_a_place_too() -> None:
    raw = notebook([code("ab\ncd")])
    found = RawNotebook(raw.encode())
    here = CellRef(index=0, id=None)
    begin, end = found.spot(here, 1, 1), found.spot(here, 1, 3)
    assert begin is not None and end is not None
    assert raw[begin.column - 1 : end.column - 1] == "ab"
    assert found.spot(here, 1, 99) == end
    last = found.spot(here, 2, 3)
    assert last is not None and raw[last.column - 1] == '"'
    assert found.spot(here, 3, 1) is None


def test_A15_a_cell_is_known_by_its_id_where_it_has_one() -> None:
    raw = json.dumps({"cells": [code("new", id="x"), code("a = 1", id="y")]}, indent=1)
    found = RawNotebook(raw.encode())
    spot = found.spot(CellRef(index=0, id="y"), 1, 1)
    assert spot is not None and at(raw, spot) == "a"
    assert found.spot(CellRef(index=0, id="gone"), 1, 1) is None
    assert found.spot(CellRef(index=7, id=None), 1, 1) is None


def test_A15_notebooks_of_format_three_have_worksheets() -> None:
    sheets = [{"cells": [{"input": "a"}]}, {"cells": [{"input": ["b\n", "c"]}]}]
    raw = "\ufeff" + json.dumps({"nbformat": 3, "worksheets": sheets}, indent=2)
    spot = RawNotebook(raw.encode()).spot(CellRef(index=1, id=None), 2, 1)
    assert spot is not None and at(raw, spot) == "c"


@pytest.mark.parametrize(
    "source",
    ["", [], None, 7, [7], {"a": 1}],
    ids=["text", "list", "null", "number", "odd", "dict"],
)
def test_A15_a_cell_without_code_has_a_place_of_its_own(source: Any) -> None:
    raw = json.dumps({"cells": [{"source": source}]}, indent=1)
    spot = RawNotebook(raw.encode()).spot(CellRef(index=0, id=None), 1, 1)
    assert spot is not None and spot.line <= raw.count("\n")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{",
        "{}",
        '{"cells": 1}',
        '{"cells": [}',
        '{"cells" 1}',
        '{"cells": ["',
        "[" * 9999,
    ],
)
def test_A15_what_is_no_notebook_is_refused(raw: str) -> None:
    with pytest.raises(ValueError):
        RawNotebook(raw.encode())


def test_A15_cells_that_are_none_count() -> None:
    raw = json.dumps({"cells": [None, 3, code("a")]})
    spot = RawNotebook(raw.encode()).spot(CellRef(index=2, id=None), 1, 1)
    assert spot is not None and at(raw, spot) == "a"
