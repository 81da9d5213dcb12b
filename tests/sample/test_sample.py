"""The sample itself: its manifest holds, its notebooks are valid, its data are what its script invents."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .manifest import SAMPLE, Planted, manifest

TOUR = "notebooks/01-live-analysis.ipynb"
MAX_DATA_BYTES = 200_000
TWELVE = {
    "complexity", "correctness", "data-science", "dead-code", "dependencies", "duplication",
    "hidden-state", "import-cycles", "notebook", "secrets", "security", "types",
}  # fmt: skip
# In these the notebook itself is the defect.
BROKEN = {"notebooks/archive/2023-pilot.ipynb", "notebooks/archive/2023-station-audit.ipynb"}

NOTEBOOKS = sorted(path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*.ipynb"))
PLANTED: list[Planted] = [*manifest().defect, *manifest().clean]


def read(notebook: str) -> Any:
    return json.loads((SAMPLE / notebook).read_text(encoding="utf-8"))


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.place)
def test_a_place_of_the_manifest_is_where_it_says(planted: Planted) -> None:
    assert planted.text in planted.actual_line()


def test_nothing_is_planted_twice() -> None:
    defects = [(d.detector, d.path, d.cell, d.line, d.rule) for d in manifest().defect]
    assert len(defects) == len(set(defects))


def test_there_is_something_for_each_detector() -> None:
    assert {defect.detector for defect in manifest().defect} == TWELVE


def test_the_tour_has_no_defect() -> None:
    assert [defect for defect in manifest().defect if defect.path == TOUR] == []


@pytest.mark.parametrize("notebook", sorted(set(NOTEBOOKS) - BROKEN))
def test_a_notebook_is_valid(notebook: str) -> None:
    content = read(notebook)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    nbformat.validate(content)


def test_one_broken_notebook_is_no_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        read("notebooks/archive/2023-pilot.ipynb")


def test_one_broken_notebook_has_an_id_twice() -> None:
    ids = [cell["id"] for cell in read("notebooks/archive/2023-station-audit.ipynb")["cells"]]
    assert len(ids) == len(set(ids)) + 1


def test_saved_outputs_name_no_folder_of_the_machine_that_made_them() -> None:
    for notebook in NOTEBOOKS:
        text = (SAMPLE / notebook).read_text(encoding="utf-8")
        assert re.findall(r"(?<![\w.~])/(?:tmp|root|work|Users|opt)/", text) == [], notebook


def test_the_tour_was_never_run() -> None:
    code = [cell for cell in read(TOUR)["cells"] if cell["cell_type"] == "code"]
    assert [(cell["execution_count"], cell["outputs"]) for cell in code] == [(None, [])] * len(code)


def test_the_script_invents_the_same_data_again(tmp_path: Path) -> None:
    for folder in ("tools", "data"):
        shutil.copytree(SAMPLE / folder, tmp_path / folder)
    for table in (tmp_path / "data").iterdir():
        table.write_text("")
    subprocess.run([sys.executable, tmp_path / "tools" / "make_data.py"], check=True)
    for table in (SAMPLE / "data").iterdir():
        assert (tmp_path / "data" / table.name).read_bytes() == table.read_bytes(), table.name


def test_the_data_are_small() -> None:
    assert sum(table.stat().st_size for table in (SAMPLE / "data").iterdir()) < MAX_DATA_BYTES


def test_the_project_is_one_of_its_own() -> None:
    assert (SAMPLE / ".jupyter-realtime.toml").is_file()
