"""What the walk finds, and what it won't touch."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from jupyter_realtime.analysis.shadow import walk
from jupyter_realtime.analysis.shadow.model import Problem
from jupyter_realtime.analysis.shadow.walk import find_sources


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


def found(root: Path, paths: Sequence[str] = ("",)) -> list[str]:
    items = list(find_sources(root, paths))
    return [item.relative_to(root).as_posix() for item in items if isinstance(item, Path)]


def problems(root: Path, paths: Sequence[str] = ("",)) -> dict[str, str]:
    items = find_sources(root, paths)
    return {item.path: item.rule for item in items if isinstance(item, Problem)}


def test_finds_notebooks_and_modules_in_a_stable_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.py", "a.ipynb", "pkg/z.py", "pkg/a.py", "readme.md", "data.csv")
    assert found(tmp_path) == ["a.ipynb", "b.py", "pkg/a.py", "pkg/z.py"]
    assert found(tmp_path, ["."]) == found(tmp_path, [""])


def test_finds_each_file_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    touch(tmp_path, "pkg/a.py", "b.py")
    assert sorted(found(tmp_path, ["pkg/a.py", "pkg", "", "b.py"])) == ["b.py", "pkg/a.py"]


@pytest.mark.parametrize(
    "folder", [".git", ".venv", "node_modules", ".ipynb_checkpoints", ".jupyter_realtime-1", "dist"]
)
def test_skips_folders_that_nobody_wrote(tmp_path: Path, folder: str) -> None:
    touch(tmp_path, f"{folder}/a.py", f"deep/{folder}/a.py", "kept.py")
    assert found(tmp_path) == ["kept.py"]


def test_skips_an_environment_of_any_name(tmp_path: Path) -> None:
    touch(tmp_path, "mine/pyvenv.cfg", "mine/lib/a.py", "kept.py")
    assert found(tmp_path) == ["kept.py"]


def test_never_opens_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    touch(tmp_path, "folder.py/inner.py")
    assert found(tmp_path) == ["folder.py/inner.py"]
    assert problems(tmp_path) == {"x.py": "not-a-file"}


def test_follows_links_inside_the_project_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(root, "pkg/a.py")
    touch(tmp_path, "secret/s.py")
    (root / "alias.py").symlink_to(root / "pkg" / "a.py")
    (root / "stolen.py").symlink_to(tmp_path / "secret" / "s.py")
    (root / "stolen").symlink_to(tmp_path / "secret")
    (root / "gone.py").symlink_to(root / "missing.py")
    assert found(root) == ["alias.py", "pkg/a.py"]
    assert problems(root) == {}


def test_links_that_make_circles_end(tmp_path: Path) -> None:
    touch(tmp_path, "pkg/a.py")
    (tmp_path / "pkg" / "up").symlink_to(tmp_path)
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert found(tmp_path) == ["pkg/a.py"]


@pytest.mark.parametrize("path", ["..", "../other", "/etc", "pkg/../../x.py", "a\0b"])
def test_a_path_out_of_the_project_is_a_problem(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    touch(tmp_path, "root/a.py", "x.py", "other/b.py")
    assert found(root, [path]) == []
    assert list(problems(root, [path]).values()) == ["outside"]


def test_says_why_a_file_that_was_asked_for_is_not_analysed(tmp_path: Path) -> None:
    touch(tmp_path, "data.csv")
    asked = ["data.csv", "missing.py"]
    assert problems(tmp_path, asked) == {"data.csv": "not-python", "missing.py": "unreadable"}


def test_a_name_that_is_no_text_is_a_problem_with_a_name_that_is(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xff.py")).write_text("")
    assert problems(tmp_path) == {"b?.py": "file-name"}


def test_stops_at_a_limit_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "FILES_LIMIT", 3)
    touch(tmp_path, *(f"{n}.py" for n in range(5)))
    assert len(found(tmp_path)) == 3
    assert list(problems(tmp_path).values()) == ["too-many-files"]
