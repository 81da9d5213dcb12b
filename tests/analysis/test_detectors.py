"""Each detector on small files: what it must find, at its place, and what it must not say."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nbformat.validator import iter_validate

from jupyter_realtime.analysis.detectors import (
    dependencies,
    import_cycles,
    notebook_shape,
    secret_shapes,
)
from jupyter_realtime.analysis.detectors.manifests import read_manifest
from jupyter_realtime.analysis.registry import discover
from jupyter_realtime.analysis.runner import Runner, RunRequest
from jupyter_realtime.core.issues import Issue
from tests.analysis.hostile import code, notebook
from tests.sample.running import Outcome, analyze

ROOT = Path(__file__).parents[2]
TWELVE = {
    "complexity", "correctness", "data-science", "dead-code", "dependencies", "duplication",
    "hidden-state", "import-cycles", "notebook", "secrets", "security", "types",
}  # fmt: skip


def look(folder: Path, detector: str, files: dict[str, str]) -> Outcome:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return analyze(folder, [detector])


def places(issues: Sequence[Issue]) -> list[tuple[str, str, int]]:
    return sorted((i.rule, i.path, i.line) for i in issues)


def test_all_twelve_are_there_and_can_run() -> None:
    found = discover()
    assert set(found) >= TWELVE
    for name in TWELVE:
        detector = found[name]
        assert not isinstance(detector, str), detector
        assert detector.is_available() and detector.describe().title
        assert detector.version().startswith(name)


def test_each_has_a_page_with_its_options() -> None:
    for name in TWELVE:
        page = (ROOT / "docs" / "detectors" / f"{name}.md").read_text()
        detector = discover()[name]
        assert not isinstance(detector, str)
        for option in msgspec.structs.fields(detector.options_type):
            assert f"| `{option.encode_name}` | {option.default} |" in page


def test_a_missing_engine_says_how_to_install_it(tmp_path: Path, monkeypatch: Any) -> None:
    detector = discover()["duplication"]
    assert not isinstance(detector, str)
    monkeypatch.setattr(detector, "is_available", classmethod(lambda _cls: False))
    outcome = look(tmp_path, "duplication", {"a.py": "x = 1\n"})
    lane = outcome.lanes["duplication"]
    assert lane.state == "failed" and "pip install" in (lane.error or "")
    assert detector.describe().install


# -- dead-code --------------------------------------------------------------------------------------

DEAD = """
def used(a, forgotten):
    return a
    print("never")

class Base:
    def method(self, theirs):
        return 1

def callback(signal, frame):
    return 0

register(callback)
print(used(1, 2))
"""


def test_dead_code_is_what_could_be_taken_away(tmp_path: Path) -> None:
    found = look(tmp_path, "dead-code", {"a.py": DEAD}).found
    assert places(found) == [("unreachable", "a.py", 4), ("unused-argument", "a.py", 2)]


# -- complexity -------------------------------------------------------------------------------------


def nested(depth: int) -> str:
    lines = ["@wraps", "def deep(x):"]
    lines += ["    " * (n + 1) + f"if x > {n}:" for n in range(depth)]
    return "\n".join([*lines, "    " * (depth + 1) + "return 1", ""])


@pytest.mark.parametrize(("depth", "severity"), [(5, None), (6, "low"), (7, "medium")])
def test_complexity_grows_with_nesting(tmp_path: Path, depth: int, severity: str | None) -> None:
    found = look(tmp_path, "complexity", {"a.py": nested(depth)}).found
    assert [i.severity for i in found] == ([] if severity is None else [severity])
    assert all((i.line, i.column) == (2, 5) for i in found)


def test_complexity_takes_the_projects_limits(tmp_path: Path) -> None:
    settings = "[tool.jupyter-realtime.complexity]\nlow = 100\n"
    assert look(tmp_path, "complexity", {"a.py": nested(7), "pyproject.toml": settings}).found == []


# -- notebook ---------------------------------------------------------------------------------------


def test_a_cell_that_is_to_raise_may(tmp_path: Path) -> None:
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": []}
    meant = code("{}['a']", outputs=[error], metadata={"tags": ["raises-exception"]})
    book = notebook([meant, code("{}['a']", outputs=[error])])
    [found] = look(tmp_path, "notebook", {"a.ipynb": book}).found
    assert (found.rule, found.cell and found.cell.index) == ("error-output", 1)


def test_a_notebook_whose_cells_are_nothing_like_cells(tmp_path: Path) -> None:
    outcome = look(tmp_path, "notebook", {"odd.ipynb": notebook([None, {"cell_type": 5}])})
    assert {issue.rule for issue in outcome.found} == {"invalid", "notebook-format"}
    assert outcome.lanes["notebook"].state == "succeeded"


def test_a_notebook_that_is_not_valid_by_its_format(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": []}
    good = {**cell, "execution_count": None}
    book = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [good, {**cell, "id": "b"}],
    }
    [found] = look(tmp_path, "notebook", {"a.ipynb": json.dumps(book)}).found
    assert (found.rule, found.cell and found.cell.index) == ("invalid", 1)
    assert "execution_count" in found.message


def test_ids_that_are_given_twice_errors_and_huge_outputs(tmp_path: Path) -> None:
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": []}
    huge = {"output_type": "stream", "name": "stdout", "text": ["x" * 1000] * 1200}
    cells = [
        {
            "cell_type": "code",
            "id": "a",
            "metadata": {},
            "execution_count": 1,
            "source": "1",
            "outputs": o,
        }
        for o in ([], [error], [huge])
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    found = look(tmp_path, "notebook", {"a.ipynb": json.dumps(book)}).found
    by_cell = {(i.rule, i.cell.index if i.cell else -1) for i in found if i.rule != "invalid"}
    assert by_cell == {
        ("duplicate-id", 1), ("duplicate-id", 2), ("error-output", 1), ("large-output", 2),
    }  # fmt: skip


SHAPES: list[dict[str, Any]] = [
    {},
    {"nbformat_minor": 4},
    {
        "metadata": {
            "kernelspec": {"name": "x", "display_name": "X"},
            "language_info": {"name": "python"},
        }
    },
    {"metadata": {"kernelspec": {"name": "x"}}},
    {"metadata": {"kernelspec": {"name": 1, "display_name": "X"}}},
    {"metadata": {"language_info": {"name": 3}}},
    {"metadata": {"title": 3}},
    {"more": 1},
    {"nbformat_minor": -1},
    {"nbformat_minor": "5"},
    {"metadata": None},
]
CELLS: list[dict[str, Any]] = [
    {},
    {"id": "a b"},
    {"id": "x" * 65},
    {"source": 3},
    {"source": ["a", 3]},
    {"metadata": {"tags": ["a", "a"]}},
    {"metadata": {"tags": ["a,b"]}},
    {"metadata": {"tags": "a"}},
    {"metadata": {"collapsed": 3}},
    {"metadata": {"jupyter": {"source_hidden": 3}}},
    {"metadata": {"name": ""}},
    {"metadata": {"anything": {"goes": 1}}},
    {"execution_count": "1"},
    {"more": 1},
    {"cell_type": "markdown"},
    {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]},
    {"outputs": [{"output_type": "stream", "name": "stdout", "text": 1}]},
    {"outputs": [{"output_type": "stream", "name": "stdout"}]},
    {"outputs": [{"output_type": "error", "ename": "a", "evalue": "b", "traceback": [1]}]},
    {"outputs": [{"output_type": "display_data", "data": {"image/png": 3}, "metadata": {}}]},
    {"outputs": [{"output_type": "display_data", "data": {"text/plain": ["a"]}, "metadata": {}}]},
    {"outputs": [{"output_type": "never"}]},
    {"outputs": [{"output_type": "display_data", "data": {"a/json": {}}, "metadata": {}}]},
    {"metadata": {"tags": [""]}},
    {"metadata": {"scrolled": "maybe"}},
    {"metadata": {"execution": {"iopub.status.busy": 3}}},
    {"metadata": {"format": 3}, "cell_type": "raw"},
    {"execution_count": -1},
    {"attachments": {"a.png": {"image/png": "x"}}},
]
# What JupyterLab, Colab, nbconvert and Sphinx write.
USUAL: list[dict[str, Any]] = [
    {"metadata": {"scrolled": True, "collapsed": False, "jupyter": {"outputs_hidden": False}}},
    {"metadata": {"scrolled": "auto", "slideshow": {"slide_type": "slide"}, "tags": ["a"]}},
    {"metadata": {"execution": {"iopub.status.busy": "2026-11-24T02:03:04Z"}}},
    {"cell_type": "markdown", "attachments": {"a.png": {"image/png": "x"}}, "outputs": None},
    {"cell_type": "raw", "metadata": {"format": "text/restructuredtext"}, "outputs": None},
    {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}]},
]


@pytest.mark.parametrize("shape", SHAPES, ids=json.dumps)
@pytest.mark.parametrize("cell", CELLS, ids=json.dumps)
def test_what_is_surely_valid_is_valid(shape: dict[str, Any], cell: dict[str, Any]) -> None:
    plain = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": []}
    cells = [{**plain, "execution_count": None, **cell}]
    if shape.get("nbformat_minor") == 4:
        del cells[0]["id"]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **shape}
    if notebook_shape.is_surely_valid(json.loads(json.dumps(book))):
        assert list(iter_validate(book)) == []


@pytest.mark.parametrize("cell", USUAL, ids=json.dumps)
def test_what_is_usual_needs_no_look_at_the_schema(cell: dict[str, Any]) -> None:
    made = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": []} | cell
    if made["cell_type"] == "code":
        made["execution_count"] = 1
    else:
        del made["outputs"]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [made]}
    assert notebook_shape.is_surely_valid(book)
    assert list(iter_validate(book)) == []


def test_old_notebooks_without_ids_are_fine(tmp_path: Path) -> None:
    assert look(tmp_path, "notebook", {"a.ipynb": notebook([code("x = 1")])}).found == []


# -- secrets ----------------------------------------------------------------------------------------

KEY = "sk9fJ2mQ8xLw3Zt7Rb1Vn6Yc"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (f'API_KEY = "{KEY}"', "key"),
        (f'client(token="{KEY}")', "key"),
        (f'{{"client_secret": "{KEY}"}}', "key"),
        ("%env SERVICE_TOKEN=" + KEY, "key"),
        ('db_password = "tr0ub4dor"', "password"),
        ('_password: str = "tr0ub4dor"', "password"),
        ('self.password="tr0ub4dor"', "password"),
        ('connect("postgresql://ana:tr0ub4dor@db.example.org/x")', "password-in-url"),
    ],
)
def test_secrets_that_only_a_name_or_a_place_tells(line: str, rule: str) -> None:
    assert [shape.rule for shape in secret_shapes.shapes_in(f"\n{line}\n", is_code=True)] == [rule]


@pytest.mark.parametrize(
    "line",
    [
        'API_KEY = os.environ["API_KEY"]',
        'API_KEY = "<your key>"',
        'password = "password"',
        'password = "changeme"',
        'password = "********"',
        'pad_token = "[PAD]"',
        'eos_token = "</s>"',
        'token = "the quick brown fox jumps 1"',
        'primary_key = "customer_number_2024_id"',
        'password_field = "Enter it here 123"',
        'sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
        'requests.get("https://example.org/a:b@c")',
        'url = f"postgresql://{user}:{password}@host/db"',
        'token = "aaaaaaaaaaaaaaaaaaaaaaa1"',
    ],
)
def test_what_only_looks_like_a_secret(line: str) -> None:
    assert list(secret_shapes.shapes_in(line, is_code=True)) == []


@pytest.mark.parametrize(
    "text", ["a" * 500_000, "a://" * 100_000, " " * 500_000, "a-" * 200_000, "x=" * 200_000]
)
def test_long_lines_take_no_long_time(text: str) -> None:
    began = time.process_time()
    assert list(secret_shapes.shapes_in(text, is_code=True)) == []
    assert dependencies._install("!" + "python" * 100_000) is None
    assert time.process_time() - began < 10, "hours, if it grew with the square"


def test_a_secret_is_found_in_outputs_and_its_value_goes_nowhere(tmp_path: Path) -> None:
    token = "ghp_" + "R4nd0mT0kenV4lueXyZ0123456789aBcDeFg"
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": KEY * 40}}
    printed = {"output_type": "stream", "name": "stdout", "text": f"using {token}\n"}
    book = notebook([code("show()", outputs=[picture]), code("main()", outputs=[printed])])
    [found] = look(tmp_path, "secrets", {"a.ipynb": book}).found
    assert (found.cell and found.cell.index, found.line) == (1, 1)
    assert token[4:] not in json.dumps([found.message, found.fingerprint, found.rule])


def test_a_secret_keeps_its_fingerprint_only_as_long_as_its_value(tmp_path: Path) -> None:
    def fingerprint(value: str, before: str = "") -> str:
        text = f'{before}db_password = "{value}"\n'
        [found] = look(tmp_path, "secrets", {"a.py": text}).found
        return found.fingerprint

    first = fingerprint("tr0ub4dor")
    assert fingerprint("tr0ub4dor", "import os\n") == first
    assert fingerprint("c0rrect-horse") != first


# -- severities ------------------------------------------------------------------------------------


def test_the_configuration_of_jupyter_has_names_from_elsewhere(tmp_path: Path) -> None:
    text = "c = get_config()\nc.ServerApp.port = 1\nc.ServerApp.root_dir = folder\n"
    without = text.split("\n", 1)[1]
    files = {"etc/jupyter_server_config.py": without, "ipython_config.py": text, "a.py": without}
    found = look(tmp_path, "correctness", files).found
    named = sorted((i.path, i.message.split("`")[1]) for i in found)
    assert named == [
        ("a.py", "c"),
        ("a.py", "c"),
        ("a.py", "folder"),
        ("etc/jupyter_server_config.py", "folder"),
        ("ipython_config.py", "folder"),
    ]


def test_what_a_cell_only_looks_at_is_no_grave_matter(tmp_path: Path) -> None:
    looked = "a = [1]\nb = a\na is b\na.copy\nprint(a)"
    files = {"a.ipynb": notebook([code(looked)]), "a.py": looked}
    found = look(tmp_path, "correctness", files).found
    rated = {(i.path, i.rule, i.severity) for i in found}
    assert rated == {
        ("a.ipynb", "B015", "low"),
        ("a.ipynb", "B018", "low"),
        ("a.py", "B015", "high"),
        ("a.py", "B018", "medium"),
    }


def test_a_password_is_told_by_no_detector_with_its_value(tmp_path: Path) -> None:
    password, placeholder = "tR4v3rse-Qx7", "<your password>"
    files = {
        "a.ipynb": notebook([code(f"password = '{password}'\nconnect(password='{password}')")]),
        "a.py": f"def connect(password='{password}'):\n    token = '{placeholder}'\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = analyze(tmp_path).found
    assert {i.rule for i in found if i.detector == "security"} == {"B105", "B106", "B107"}
    assert "password" in {i.rule for i in found if i.detector == "secrets"}
    assert [i for i in found if placeholder in i.message] == []
    assert password not in msgspec.json.encode(found).decode()


def test_a_download_is_no_hole(tmp_path: Path) -> None:
    cells = [
        "import subprocess, urllib.request\nurllib.request.urlretrieve('https://example.org/a', 'a')",
        "from transformers import AutoModel\nAutoModel.from_pretrained('gpt2')",
        "subprocess.run(input(), shell=True)",
    ]
    found = look(tmp_path, "security", {"a.ipynb": notebook([code(c) for c in cells])}).found
    assert [(i.rule, i.severity) for i in found] == [
        ("B310", "low"),
        ("B615", "low"),
        ("B602", "critical"),
    ]


# -- import-cycles ----------------------------------------------------------------------------------


def test_import_cycles_are_those_that_run_when_a_module_is_loaded(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "from . import b\n",
        "pkg/b.py": "import os\nfrom pkg.c import x\n",
        "pkg/c.py": "from pkg import a\nx = 1\n",
        "pkg/lazy.py": "from pkg import later\n",
        "pkg/later.py": "def f():\n    from pkg import lazy\n    return lazy\n",
        "pkg/typed.py": "import typing\nif typing.TYPE_CHECKING:\n    from pkg import typing2\n",
        "pkg/typing2.py": "from pkg import typed\n",
    }
    [found] = look(tmp_path, "import-cycles", files).found
    assert (found.path, found.line, found.severity) == ("pkg/a.py", 1, "low")
    assert "pkg.a → pkg.b → pkg.c → pkg.a" in found.message


def test_import_cycles_of_scripts_side_by_side(tmp_path: Path) -> None:
    files = {
        "clean.py": "import load\n",
        "load.py": "from helpers.paths import DATA\n",
        "helpers/paths.py": "import os\n\nimport clean\n",
        "scripts/first.py": "import second\n",
        "scripts/second.py": "import first\n",
    }
    found = look(tmp_path, "import-cycles", files).found
    assert places(found) == [
        ("import-cycle", "clean.py", 1),
        ("import-cycle", "scripts/first.py", 1),
    ]


def test_a_chain_of_thousands_of_modules_is_no_problem() -> None:
    graph = {f"{n:05}": {f"{n + 1:05}": 1} for n in range(5000)} | {"05000": {"04999": 1}}
    assert import_cycles.cycles(graph) == [["04999", "05000"]]


# -- duplication ------------------------------------------------------------------------------------

BODY = "\n".join(
    f"    total = total + rows[{n}] * weights[{n}] - offset(total, {n})" for n in range(14)
)


def test_duplication_is_told_where_it_could_be_imported(tmp_path: Path) -> None:
    files = {
        "sums.py": f"def add(total, rows, weights):\n{BODY}\n    return total\n",
        "use.ipynb": notebook(
            [code("import sums"), code(f"def add2(total, rows, weights):\n{BODY}")]
        ),
    }
    [found] = look(tmp_path, "duplication", files).found
    assert (found.path, found.cell and found.cell.index, found.line) == ("use.ipynb", 1, 1)
    assert "sums.py, line 1" in found.message


def test_imports_and_tables_may_be_there_twice(tmp_path: Path) -> None:
    imports = "\n".join(f"from package.part{n} import name{n}, other{n}" for n in range(30))
    table = (
        "CODES = {\n"
        + "\n".join(f'    "{n}": ["a{n}", {n}, {n + 1}],' for n in range(40))
        + "\n}\n"
    )
    files = {f"{name}.py": f"{imports}\n{table}" for name in "ab"}
    assert look(tmp_path, "duplication", files).found == []


# -- dependencies -----------------------------------------------------------------------------------

PYPROJECT = """
[project]
name = "mine"
version = "1"
dependencies = [
    "numpy>=1",
    "pandas",
    "seaborn>=0.13",
    "opencv-python>=4",
    "gunicorn>=20",
]
[project.optional-dependencies]
extra = ["polars>=1"]
[dependency-groups]
dev = ["pytest>=8"]
"""
IMPORTS = (
    "import os\nimport numpy, pandas, cv2\nimport requests\nfrom mine import b\nimport pytest\n"
)


def test_dependencies_against_the_manifest(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PYPROJECT,
        "mine/__init__.py": "",
        "mine/a.py": IMPORTS,
        "mine/b.py": "",
    }
    files["tests/test_a.py"] = "import pytest\n"
    found = look(tmp_path, "dependencies", files).found
    assert places(found) == [
        ("DEP001", "mine/a.py", 3),
        ("DEP002", "pyproject.toml", 8),
        ("DEP004", "mine/a.py", 5),
        ("unpinned", "pyproject.toml", 7),
    ]


def test_of_one_file_nothing_is_said_about_the_whole_project(tmp_path: Path) -> None:
    files = {"pyproject.toml": PYPROJECT, "helper.py": "", "other/x.py": "import seaborn\n"}
    files["a.py"] = "import helper, other.x\nimport numpy\n"
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    outcome = Outcome()

    async def go() -> None:
        runner = Runner()
        await runner.run(
            RunRequest(tmp_path, ["a.py"], ["dependencies"], {}), outcome, asyncio.Event()
        )
        await runner.close()

    asyncio.run(go())
    assert outcome.found == [] and outcome.state == "succeeded"


def test_requirements_txt_counts_too(tmp_path: Path) -> None:
    files = {"requirements.txt": "# what we need\n-r other.txt\nnumpy==1.26  # pinned\nscipy\n"}
    files["a.py"] = "import numpy, scipy, yaml\n"
    found = look(tmp_path, "dependencies", files).found
    assert places(found) == [("DEP001", "a.py", 1), ("unpinned", "requirements.txt", 4)]


def test_without_a_manifest_it_does_not_apply(tmp_path: Path) -> None:
    lane = look(tmp_path, "dependencies", {"a.py": "import requests\n"}).lanes["dependencies"]
    assert lane.state == "not_applicable" and "requirements.txt" in (lane.error or "")


def test_installs_in_cells_want_a_version(tmp_path: Path) -> None:
    cells = [
        code("%pip install -q holidays 'polars>=1'"),
        code("!pip install -r requirements.txt"),
        code("!{sys.executable} -m pip install seaborn==0.13.2"),
        code("import holidays, polars, seaborn"),
    ]
    files = {"a.ipynb": notebook(cells), "requirements.txt": ""}
    found = look(tmp_path, "dependencies", files).found
    assert [(i.rule, i.cell and i.cell.index) for i in found] == [("unpinned-install", 0)]
    assert "`holidays`" in found[0].message and "polars" not in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project",
        "[project]\nname = 3\ndependencies = 5",
        "[project]\ndependencies = [1]",
        "\0",
    ],
)
def test_a_broken_manifest_is_no_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    manifest = read_manifest(tmp_path)
    assert manifest is None or manifest.requirements == []


# -- data-science -----------------------------------------------------------------------------------

RULES = """
import numpy as np
import pandas as pd
import torch
from joblib import load
from sklearn.model_selection import KFold, train_test_split
df = pd.read_csv("/home/mara/data.csv")
model = load("model.joblib")
weights = torch.load("w.pt", weights_only=False)
df["a"]["b"] = 1
gone = df.dropna(inplace=True)
df = df.dropna().reset_index(drop=True)
if df["a"].max() == np.nan:
    pass
folds = KFold(5, shuffle=True)
"""


def test_data_science_rules_are_found_at_their_lines(tmp_path: Path) -> None:
    found = look(tmp_path, "data-science", {"a.py": RULES}).found
    own = [place for place in places(found) if not place[0].startswith(("PD", "NPY", "PERF"))]
    assert own == [
        ("absolute-path", "a.py", 7),
        ("chained-assignment", "a.py", 10),
        ("inplace-result", "a.py", 11),
        ("nan-comparison", "a.py", 13),
        ("unpickling", "a.py", 8),
        ("unpickling", "a.py", 9),
        ("unseeded-split", "a.py", 15),
    ]


FINE = """
'''Reads /home/mara/data.csv by default.'''
import json, torch
import numpy as np
from sklearn.model_selection import KFold, train_test_split
data = json.load(open("data.json"))
table = {"a": {"b": 1}}
table["a"]["b"] = 2
weights = torch.load("w.pt", weights_only=True)
array = np.load("a.npy")
parts = train_test_split(data, random_state=0)
parts = train_test_split(data, shuffle=False)
parts = train_test_split(data, **options)
folds = KFold(5)
if np.isnan(array).any():
    pass
"""


def test_data_science_is_silent_about_what_is_fine(tmp_path: Path) -> None:
    assert look(tmp_path, "data-science", {"a.py": FINE}).found == []


def test_a_folder_of_notebooks_does_not_stand_for_a_package(tmp_path: Path) -> None:
    book = notebook([code("import seaborn as sns\nsns.set_theme()")])
    assert look(tmp_path, "types", {"seaborn/a.ipynb": book}).found == []


def test_what_does_not_parse_is_told_once(tmp_path: Path) -> None:
    found = analyze(_written(tmp_path, "a.py", "print 'old'\n")).found
    assert [issue.rule for issue in found] == ["syntax"]


def _written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder
