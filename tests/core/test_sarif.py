"""SARIF, and the lines of notebooks' files."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from jupyter_realtime.core.issues import CellRef
from jupyter_realtime.core.raw_lines import lines_of_cells, raw_line
from jupyter_realtime.core.sarif import FINGERPRINT, sarif
from tests.builders import issue, lane, run

CODE: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": []}
CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# A title\n", "text"]},
    {**CODE, "source": ["x = 'ä'\n", "\n", "print(x)"]},
    {**CODE, "source": []},
    {**CODE, "source": "y = 1\nz = 2"},
]


@pytest.mark.parametrize("ascii_only", [True, False])
def test_A15_lines_of_cells_are_those_of_the_file(ascii_only: bool) -> None:
    text = json.dumps({"cells": CELLS, "nbformat": 4}, indent=1, ensure_ascii=ascii_only)
    found = lines_of_cells(text)
    lines = text.split("\n")
    assert [len(one) for one in found] == [2, 3, 0, 2]
    assert "print(x)" in lines[found[1][2] - 1]
    assert found[3][0] == found[3][1], "a source that is one text is one line"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [3, {"source": [1]}]}']
)
def test_A15_what_is_no_notebook_has_no_lines(text: str) -> None:
    assert not any(lines_of_cells(text))


def test_A15_a_run_as_sarif() -> None:
    text = json.dumps({"cells": CELLS, "nbformat": 4}, indent=1)
    lines = {"n.ipynb": lines_of_cells(text)}
    in_cell = msgspec.structs.replace(
        issue("f1", path="n.ipynb"), cell=CellRef(index=1, id="c"), line=3, end_line=3
    )
    in_module = msgspec.structs.replace(issue("f2", "low"), status="dismissed", detector="types")
    analysis = msgspec.structs.replace(
        run("p").analysis, detectors=[lane("correctness"), lane("types"), lane("security")]
    )
    document = sarif(
        analysis,
        [in_cell, in_module],
        version="1",
        raw_line=lambda one, line: raw_line(lines, one, line),
        reasons={("f2", "a.py"): "a test"},
    )
    assert document["version"] == "2.1.0"
    first, second, third = document["runs"]
    assert [one["tool"]["driver"]["name"] for one in document["runs"]] == [
        "jupyter_realtime/correctness",
        "jupyter_realtime/types",
        "jupyter_realtime/security",
    ]
    [result] = first["results"]
    place = result["locations"][0]["physicalLocation"]
    assert "print(x)" in text.split("\n")[place["region"]["startLine"] - 1]
    assert place["artifactLocation"] == {"uri": "n.ipynb", "uriBaseId": "PROJECT"}
    assert result["partialFingerprints"] == {FINGERPRINT: "f1"} and result["level"] == "error"
    assert result["properties"]["cell"]["index"] == 1
    [dismissed] = second["results"]
    assert dismissed["suppressions"] == [{"kind": "external", "justification": "a test"}]
    assert dismissed["level"] == "note" and third["results"] == []
    assert first["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
