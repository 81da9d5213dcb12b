"""Notebooks of every kind: nothing in them may stop the analysis of the rest."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_realtime.analysis.shadow import notebooks
from jupyter_realtime.analysis.shadow.notebooks import Notebook, read_notebook
from jupyter_realtime.analysis.shadow.reading import LeftOut, read_regular
from tests.analysis.hostile import MAGICS, code, make_hostile, markdown, notebook


def read(folder: Path, content: str | bytes) -> Notebook:
    path = folder / "x.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_notebook(read_regular(path, notebooks.NOTEBOOK_BYTES))


def left_out(folder: Path, content: str | bytes) -> LeftOut:
    with pytest.raises(LeftOut) as caught:
        read(folder, content)
    return caught.value


def test_cells_keep_their_places(tmp_path: Path) -> None:
    cells = [
        markdown("# A"),
        code(["a = 1\n", "b = 2"], id="one"),
        markdown(""),
        code("c", id="two"),
    ]
    book = read(tmp_path, notebook(cells))
    assert [(cell.index, cell.id, cell.first_line) for cell in book.cells] == [
        (1, "one", 1),
        (3, "two", 3),
    ]
    assert book.python() == "a = 1\nb = 2\nc\n"
    minimal = json.loads(book.minimal())
    assert [cell["cell_type"] for cell in minimal["cells"]] == [
        "markdown",
        "code",
        "markdown",
        "code",
    ]
    assert "id" not in minimal["cells"][1]


def test_a_cell_that_does_not_parse_is_told_and_blank(tmp_path: Path) -> None:
    book = read(
        tmp_path, notebook([code("a = 1"), code("b = 2\ndef broken(:\n    pass"), code("a")])
    )
    assert book.python() == "a = 1\n\n\n\na\n"
    assert [cell.parses for cell in book.cells] == [True, False, True]
    [fault] = book.faults
    assert (fault.rule, fault.place.line) == ("syntax", 2)
    assert fault.place.cell is not None and fault.place.cell.index == 1


def test_magics_of_all_kinds_parse(tmp_path: Path) -> None:
    book = read(tmp_path, notebook([code(source) for source in MAGICS]))
    assert book.faults == []
    for cell in book.cells:
        assert cell.code.count("\n") == cell.source.count("\n")


def test_runs_and_failures_are_read(tmp_path: Path) -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    cells = [code("a", execution_count=7, outputs=[error]), code("b", execution_count=True)]
    first, second = read(tmp_path, notebook(cells)).cells
    assert (first.execution_count, first.failed) == (7, True)
    assert (second.execution_count, second.failed) == (None, False)


def test_format_3_is_read(tmp_path: Path) -> None:
    output = {"output_type": "pyerr"}
    cell = {"cell_type": "code", "input": ["z = 3\n", "z"], "prompt_number": 2, "outputs": [output]}
    sheets = [{"cells": [{"cell_type": "heading", "source": "Old"}]}, {"cells": [cell]}]
    [old] = read(tmp_path, json.dumps({"nbformat": 3, "worksheets": sheets})).cells
    assert (old.index, old.source, old.execution_count, old.failed) == (1, "z = 3\nz", 2, True)


def test_a_bom_other_newlines_and_half_characters_do_no_harm(tmp_path: Path) -> None:
    text = notebook([code("a = 1\r\nb = 2\rc = '\ud800'")])
    book = read(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert book.python() == "a = 1\nb = 2\nc = '?'\n"


def test_nan_in_an_output_is_no_reason_to_refuse(tmp_path: Path) -> None:
    output = {"output_type": "execute_result", "data": {"application/json": float("nan")}}
    assert read(tmp_path, notebook([code("x", outputs=[output])])).python() == "x\n"


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        ("", "invalid-json", 1),
        ('{\n "cells": [\n  oh', "invalid-json", 3),
        ('{"cells": []}\n<<<<<<< HEAD\n', "conflict-markers", 2),
        (b'{\n "cells": "\xff"}', "invalid-json", 2),
        ("[" * 200_000, "invalid-json", 1),
        ('{"a": ' + "9" * 5000 + "}", "notebook-format", 1),
        ("[1]", "notebook-format", 1),
        ("null", "notebook-format", 1),
        ('{"cells": {}}', "notebook-format", 1),
        ('{"worksheets": 5}', "notebook-format", 1),
    ],
)
def test_broken_files_are_told_with_a_line(
    tmp_path: Path, content: str | bytes, rule: str, line: int
) -> None:
    reason = left_out(tmp_path, content)
    assert (reason.rule, reason.line) == (rule, line)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"kernelspec": {"language": "R"}}, "This is an R notebook; only Python is analysed."),
        (
            {"language_info": {"name": "julia"}},
            "This is a julia notebook; only Python is analysed.",
        ),
        (
            {"kernelspec": {"name": "julia-1.9"}},
            "This is a Julia notebook; only Python is analysed.",
        ),
        ({"kernelspec": {"name": "ir"}}, "This is an R notebook; only Python is analysed."),
    ],
)
def test_only_python_is_analysed(tmp_path: Path, metadata: Any, words: str) -> None:
    reason = left_out(tmp_path, json.dumps({"cells": [], "metadata": metadata}))
    assert (reason.severity, reason.message) == ("info", words)


@pytest.mark.parametrize(
    "metadata",
    [None, 5, {}, {"kernelspec": []}, {"kernelspec": {"name": "python3", "language": 3}}],
)
def test_a_notebook_that_says_no_language_is_python(tmp_path: Path, metadata: Any) -> None:
    assert read(tmp_path, json.dumps({"cells": [], "metadata": metadata})).cells == []


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cell_type", "source", "input", "outputs", "id", "output_type", "cells"]
            ),
            inner | st.just("code"),
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(cells=WRONG, sheets=WRONG, metadata=WRONG)
def test_wrong_types_anywhere_never_crash(
    tmp_path_factory: pytest.TempPathFactory, cells: Any, sheets: Any, metadata: Any
) -> None:
    document = {"cells": cells, "worksheets": sheets, "metadata": metadata}
    try:
        book = read(tmp_path_factory.getbasetemp(), json.dumps(document))
    except LeftOut as reason:
        assert reason.message
    else:
        assert len(json.loads(book.minimal())["cells"]) == len(book.is_code)


def test_a_wrong_cell_keeps_its_place_and_the_others(tmp_path: Path) -> None:
    book = read(tmp_path, notebook([7, code([1, 2], id=5), code("kept = 1")]))
    assert [fault.rule for fault in book.faults] == ["notebook-format"] * 2
    assert [(cell.index, cell.id, cell.source) for cell in book.cells] == [
        (1, None, ""),
        (2, None, "kept = 1"),
    ]


def test_nested_operators_blank_their_cell_only(tmp_path: Path) -> None:
    book = read(tmp_path, notebook([code(f"x = {'-' * 40_000}1"), code("y = 2")]))
    assert [fault.rule for fault in book.faults] == ["too-deep"]
    assert book.python() == "\ny = 2\n"


def test_fifty_megabytes_of_outputs_cost_little(tmp_path: Path) -> None:
    make_hostile(tmp_path)
    start = time.monotonic()
    book = read_notebook((tmp_path / "huge.ipynb").read_bytes())
    assert time.monotonic() - start < 3
    assert book.python() == "x = 1\n"
    assert len(book.minimal()) < 1000


def test_a_notebook_that_takes_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "_SECONDS", -1.0)
    assert left_out(tmp_path, notebook([code("x")])).rule == "too-large"


def test_limits_of_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert left_out(tmp_path, notebook([code("x = 1\n" * 400_000)])).rule == "too-large"
    monkeypatch.setattr(notebooks, "NOTEBOOK_BYTES", 10)
    assert left_out(tmp_path, notebook([])).rule == "too-large"
