"""The tree as a whole: private, complete, told as it grows, and gone afterwards."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_realtime.analysis.shadow.model import Problem
from jupyter_realtime.analysis.shadow.tree import Shadow, module_name
from tests.analysis.hostile import code, make_hostile, make_traps, markdown, notebook


@pytest.fixture
def shadow(tmp_path: Path) -> Shadow:
    return Shadow(tmp_path / "shadow")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def test_modules_and_notebooks_lie_where_they_did(root: Path, shadow: Shadow) -> None:
    (root / "pkg").mkdir()
    (root / "pkg" / "a.py").write_text("x = 1\n")
    (root / "pkg" / "a.ipynb").write_text(notebook([markdown("#"), code("y = 2\nz")]))
    book, module = shadow.build(root, [""])
    assert module.python == shadow.folder / "tree" / "pkg" / "a.py"
    assert module.notebook is None and module.cells == ()
    assert book.notebook == shadow.folder / "tree" / "pkg" / "a.ipynb"
    assert book.python.parent == book.notebook.parent and book.python != module.python
    place = book.place(2)
    assert place.cell is not None and (place.cell.index, place.line) == (1, 2)
    assert book.text_at(place) == "z"


def test_files_come_as_soon_as_they_are_written(root: Path, shadow: Shadow) -> None:
    for name in ("a.py", "b.py"):
        (root / name).write_text("x = 1\n")
    building = shadow.build(root, [""])
    first = next(building)
    assert first.path == "a.py" and first.python.read_text() == "x = 1\n"
    assert [file.path for file in shadow.files] == ["a.py"]
    assert [file.path for file in building] == ["b.py"]


def test_only_its_owner_may_look_into_it(shadow: Shadow) -> None:
    assert shadow.folder.stat().st_mode & 0o777 == 0o700


def test_broken_modules_are_written_and_named(root: Path, shadow: Shadow) -> None:
    (root / "a.py").write_text("def broken(:\n")
    [file] = shadow.build(root, [""])
    assert file.python.exists()
    assert shadow.broken == {"a.py"}
    assert [(p.path, p.rule, p.severity) for p in shadow.problems] == [("a.py", "syntax", "high")]


def test_remove_takes_read_only_files_too(root: Path, shadow: Shadow, tmp_path: Path) -> None:
    inner = shadow.folder / "cache" / "deep"
    inner.mkdir(parents=True)
    (inner / "file").write_text("")
    (shadow.folder / "out").symlink_to(root)
    (root / "kept.py").write_text("")
    (inner / "file").chmod(0o400)
    inner.chmod(0o500)
    inner.parent.chmod(0o500)
    shadow.remove()
    shadow.remove()
    assert not shadow.folder.exists()
    assert (root / "kept.py").exists()


@pytest.mark.parametrize(
    "path",
    ["x.ipynb", "a b-c.ipynb", "1st.ipynb", "é/è.ipynb", f"{'n' * 249}.ipynb", "class.ipynb"],
)
def test_the_python_of_a_notebook_has_a_name_of_its_own(path: str) -> None:
    name = module_name(path)
    assert name.removesuffix(".py").isidentifier() and name.isascii() and len(name) < 110
    assert name != module_name(f"other/{path}")


def test_long_and_odd_names_are_written(root: Path, shadow: Shadow) -> None:
    names = [f"{'é' * 124}.ipynb", "-rf.ipynb", "two\nlines.ipynb", " .ipynb"]
    for name in names:
        (root / name).write_text(notebook([code("x = 1")]))
    files = list(shadow.build(root, [""]))
    assert {file.path for file in files} == set(names)
    assert all(file.python.read_text() == "x = 1\n" for file in files)
    assert len({file.python for file in files}) == len(names)


def test_a_path_too_long_for_the_tree_is_a_problem(root: Path, tmp_path: Path) -> None:
    (root / "a.py").write_text("x = 1\n")
    shadow = Shadow(tmp_path / "shadow")
    (shadow.tree / "a.py").mkdir()
    assert list(shadow.build(root, [""])) == []
    assert [problem.rule for problem in shadow.problems] == ["unreadable"]


EXPECTED = {
    ("broken.ipynb", "invalid-json"),
    ("conflict.ipynb", "conflict-markers"),
    ("deep.py", "too-deep"),
    ("empty.ipynb", "invalid-json"),
    ("list.ipynb", "notebook-format"),
    ("r.ipynb", "language"),
    ("syntax.ipynb", "syntax"),
    ("syntax_error.py", "syntax"),
    ("undecodable.py", "encoding"),
    ("wrong_types.ipynb", "notebook-format"),
    ("x.py", "not-a-file"),
}


def test_a_hostile_project_leaves_each_good_file_to_be_analysed(
    root: Path, shadow: Shadow, tmp_path: Path
) -> None:
    make_hostile(root)
    paths = {file.path for file in shadow.build(root, [""])}
    assert {(problem.path, problem.rule) for problem in shadow.problems} == EXPECTED
    assert paths >= {"good.py", "good.ipynb", "latin.py", "v3.ipynb", "magics.ipynb", "huge.ipynb"}
    assert not any("outside" in path or "loop" in path or "circle" in path for path in paths)


def test_ruff_sees_the_cells_that_people_see(root: Path, shadow: Shadow) -> None:
    make_hostile(root)
    files = [file for file in shadow.build(root, [""]) if file.path not in shadow.broken]
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache"]
    command += ["--output-format=json", "--select=F821,E9"]
    command += [str(file.notebook or file.python) for file in files]
    rows = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert sorted((Path(row["filename"]).name, row["cell"], row["code"]) for row in rows) == [
        ("good.ipynb", 3, "F821"),
        ("good.py", None, "F821"),
    ]


def test_nothing_of_a_trapped_project_is_run_or_obeyed(
    root: Path, shadow: Shadow, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    marker.mkdir()
    make_traps(root, marker)
    files = list(shadow.build(root, [""]))
    assert {"json.py", "types.py", "conftest.py"} <= {file.path for file in files}
    suffixes = {path.suffix for path in shadow.tree.rglob("*") if path.is_file()}
    assert suffixes == {".py"}
    assert list(marker.iterdir()) == []


def test_a_hundred_files_take_a_moment(root: Path, shadow: Shadow) -> None:
    for number in range(108):
        cells = [code("x = 1\n%time y = len('x')\n!ls"), code("def f():\n    return x\n" * 40)]
        (root / f"{number}.ipynb").write_text(notebook(cells))
    assert len(list(shadow.build(root, [""]))) == 108
    assert shadow.problems == list[Problem]()
