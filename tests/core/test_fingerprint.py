"""An issue keeps its identity through all that people do to a notebook beside mending it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_realtime.core.fingerprint import (
    FINGERPRINT_CHARACTERS,
    Fingerprinter,
    enclosing_symbol,
    fingerprint,
)

RULES = ("F821", "E711")
CODE = """\
import os

class Station:
    docks = 12

    def rides(self):
        def inner():
            return self.docks
        return inner

    async def close(self): ...

if os.sep:
    def below_a_condition():
        return 1
last = 2
"""


@dataclass(frozen=True)
class Cell:
    """A cell that is nothing but lines with something to say about them."""

    id: str
    lines: tuple[tuple[str, str], ...]  # rule and text


lines = st.tuples(st.sampled_from(RULES), st.sampled_from(("x = y", "y == None", "f(x, 1)")))
cells = st.builds(Cell, st.text("abc", max_size=4), st.lists(lines, max_size=4).map(tuple))
notebooks = st.lists(cells, max_size=6)


def fingerprints(notebook: list[Cell]) -> Counter[str]:
    hand = Fingerprinter()
    return Counter(hand.of(rule, "", text) for cell in notebook for rule, text in cell.lines)


@given(notebooks, st.randoms())
def test_cells_may_be_moved(notebook: list[Cell], random: Random) -> None:
    moved = random.sample(notebook, len(notebook))
    assert fingerprints(moved) == fingerprints(notebook)


@given(notebooks, st.integers(0, 6), cells)
def test_a_cell_may_be_inserted(notebook: list[Cell], at: int, new: Cell) -> None:
    before = fingerprints(notebook)
    after = fingerprints([*notebook[:at], new, *notebook[at:]])
    assert before <= after
    assert after.total() == before.total() + len(new.lines)


@given(notebooks, cells, st.integers(0, 6))
def test_a_cell_may_be_deleted(notebook: list[Cell], gone: Cell, at: int) -> None:
    before = fingerprints([*notebook[:at], gone, *notebook[at:]])
    assert fingerprints(notebook) <= before


@given(notebooks, st.text("xyz", min_size=1, max_size=8))
def test_ids_may_be_made_anew(notebook: list[Cell], new: str) -> None:
    renamed = [replace(cell, id=f"{new}{number}") for number, cell in enumerate(notebook)]
    assert fingerprints(renamed) == fingerprints(notebook)


@given(notebooks, st.text(" \t\u00a0", max_size=4), st.text(" \t\n\r", max_size=4))
def test_white_space_may_change(notebook: list[Cell], inside: str, around: str) -> None:
    formatted = [
        replace(
            cell,
            lines=tuple(
                (rule, around + text.replace(" ", inside) + around) for rule, text in cell.lines
            ),
        )
        for cell in notebook
    ]
    assert fingerprints(formatted) == fingerprints(notebook)


@given(notebooks)
def test_no_two_of_a_file_are_equal(notebook: list[Cell]) -> None:
    assert all(number == 1 for number in fingerprints(notebook).values())


@pytest.mark.parametrize(
    "other", [("E711", "f", "x = y", 1), ("F821", "g", "x = y", 1), ("F821", "f", "x = z", 1)]
)
def test_what_differs_has_another_one(other: tuple[str, str, str, int]) -> None:
    assert fingerprint(*other) != fingerprint("F821", "f", "x = y", 1)
    assert fingerprint("F821", "f", "x = y", 2) != fingerprint("F821", "f", "x = y", 1)


def test_parts_can_not_run_into_each_other() -> None:
    assert fingerprint("ab", "c", "d", 1) != fingerprint("a", "bc", "d", 1)
    assert fingerprint("a", "b", "c1", 1) != fingerprint("a", "b", "c", 11)


def test_it_is_the_same_in_every_process_and_for_ever() -> None:
    # Stored ones must still match after an update: whoever changes this makes all issues new.
    assert fingerprint("F821", "", "print(df)", 1) == "d03d20bc687e0d38e1ae3ea3"


@given(st.text(), st.text(), st.text(), st.integers(1))
def test_any_text_has_one(rule: str, symbol: str, text: str, occurrence: int) -> None:
    made = fingerprint(rule, symbol, text, occurrence)
    assert len(made) == FINGERPRINT_CHARACTERS
    assert set(made) <= set("0123456789abcdef")


def test_half_a_surrogate_has_one() -> None:
    assert fingerprint("F821", "", "x = '\ud800'", 1)


@pytest.mark.parametrize(
    ("line", "symbol"),
    [
        (1, ""),
        (4, "Station"),
        (6, "Station.rides"),
        (8, "Station.rides.inner"),
        (9, "Station.rides"),
        (11, "Station.close"),
        (14, "below_a_condition"),
        (16, ""),
        (99, ""),
    ],
)
def test_the_innermost_symbol_is_found(line: int, symbol: str) -> None:
    assert enclosing_symbol(CODE)(line) == symbol


@pytest.mark.parametrize(
    "code", ["def broken(:\n    pass", "x = '\0'", f"x = {'-' * 50_000}1", f"x = {'(' * 5_000}"]
)
def test_code_that_nobody_can_parse_has_no_symbols(code: str) -> None:
    assert enclosing_symbol(code)(1) == ""


def test_strange_escapes_are_no_reason_to_warn() -> None:
    assert enclosing_symbol("def f():\n    return '\\d'")(2) == "f"
